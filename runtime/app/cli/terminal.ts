// Terminals: the two streams the command line writes to. Data goes to `out`, everything else to `err`.
//   O1  Off a terminal there are no colours, no progress and no cut lines.
//   O2  A reader that goes away (EPIPE) is told nothing more and is no error; listings stop there.
import process from "node:process";
import type { Writable } from "node:stream";
import { Fault } from "../../../kernel-abi/fault.ts";
import { codeOf } from "../../adapters/disk.ts";
import { settings, type Settings } from "./config.ts";

export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
}

const sgr = (on: number, off: number) => (text: string): string => `\u001b[${on}m${text}\u001b[${off}m`;
const COLOURED: Paint = Object.freeze({ bold: sgr(1, 22), dim: sgr(2, 22), good: sgr(32, 39), bad: sgr(31, 39), warn: sgr(33, 39) });
const asIs = (text: string): string => text;
const PLAIN: Paint = Object.freeze({ bold: asIs, dim: asIs, good: asIs, bad: asIs, warn: asIs });

export interface Terminal {
  readonly tty: boolean;
  /** Columns of a terminal; undefined elsewhere: nothing is cut. */
  readonly width: number | undefined;
  readonly colour: boolean;
  readonly paint: Paint;
  print(line: string): void;
  /** As it stands: progress that draws over itself. */
  write(text: string): void;
  /** Pieces of text as fast as the reader takes them. */
  flow(pieces: Iterable<string>): Promise<void>;
}

/** What standard output and standard error have in common with a test's own stream. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Of a terminal that says it has none, as some do before they are sized. */
const COLUMNS = 80;
const CHUNK_CHARACTERS = 65_536;

/** Writes one chunk; says whether the reader is still there. */
const taken = (stream: OutputStream, text: string): Promise<boolean> =>
  new Promise((resolve) => { stream.write(text, (error) => { resolve(error === null || error === undefined); }); });

async function flow(stream: OutputStream, pieces: Iterable<string>): Promise<void> {
  let held = "";
  for (const piece of pieces) {
    held += piece;
    if (held.length < CHUNK_CHARACTERS) continue;
    if (!await taken(stream, held)) return;
    held = "";
  }
  if (held !== "") await taken(stream, held);
}

export function terminal(stream: OutputStream, colour: boolean): Terminal {
  const tty = stream.isTTY === true;
  return Object.freeze({
    tty,
    get width() { return tty ? stream.columns === 0 ? COLUMNS : stream.columns : undefined; },
    colour: tty && colour,
    paint: tty && colour ? COLOURED : PLAIN,
    print: (line: string) => { stream.write(`${line}\n`); },
    write: (text: string) => { stream.write(text); },
    flow: (pieces: Iterable<string>) => flow(stream, pieces),
  });
}

export interface Io {
  readonly out: Terminal;
  readonly err: Terminal;
  readonly settings: Settings;
}

/** EPIPE is no error of ours: whoever read has seen enough. The command's own exit code stands. @throws Fault DISK_FAILED for any other */
function ignoreGoneReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw new Fault("DISK_FAILED", { what: "the output could not be written", code: codeOf(error) }, { cause: error });
}

export function standardIo(): Io {
  process.stdout.on("error", ignoreGoneReader);
  process.stderr.on("error", ignoreGoneReader);
  const resolved = settings();
  return { out: terminal(process.stdout, resolved.colour), err: terminal(process.stderr, resolved.colour), settings: resolved };
}
