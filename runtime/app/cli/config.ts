// What the environment may change about the command line, resolved once. The only file of app that reads it; where keys live
// ($TRIAD_HOME, $XDG_CONFIG_HOME) is decided in runtime/adapters/keys.ts.
import process from "node:process";

export interface Settings {
  /** TRIAD_DEBUG=1: stacks are shown with errors. */
  readonly debug: boolean;
  /** NO_COLOR (any value but the empty one) and TERM=dumb turn colours off; off a terminal there are none anyway. */
  readonly colour: boolean;
}

export const settings = ({ TRIAD_DEBUG, NO_COLOR, TERM }: Readonly<Record<string, string | undefined>> = process.env): Settings => Object.freeze({
  debug: TRIAD_DEBUG === "1",
  colour: (NO_COLOR === undefined || NO_COLOR === "") && TERM !== "dumb",
});
