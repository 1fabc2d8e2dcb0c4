// (filled next) The verifier's public face.
import type { Finding, Graph } from "./graph.ts";

export interface VerifyOptions {
  /** `thread` (default): a measured or reset qubit stays usable. `consume`: it does not. */
  readonly mode?: "thread" | "consume";
  /** Warnings become errors. */
  readonly strict?: boolean;
}
export interface Verdict {
  readonly valid: boolean;
  readonly findings: readonly Finding[];
  /** The graph as read; there whenever its shape could be read, valid or not. */
  readonly graph?: Graph;
}
