// Shots from and into files: detection events with their observables in one file or in two.
import { Option } from "commander";
import { Fault } from "../../../kernel-abi/fault.ts";
import { cutBits } from "../../../domains/kernels/qec/count.ts";
import { readShots, rowBytes, SHOT_FORMATS, type ShotFormat, type Shots, type ShotShape } from "../../../domains/q/stim/shots.ts";
import { readBytes } from "../../adapters/files.ts";
import type { Places } from "./apart.ts";
import { choiceOption } from "./arguments.ts";

/** Shots of a group of ptb64. */
const GROUP = 64;

/** Of a shot. */
export interface EventShape {
  readonly detectors: number;
  readonly observables: number;
}

export const formatOption = (flags: string, of: string): Option => choiceOption(flags, `format of ${of} (default: by its name's ending, else b8)`, SHOT_FORMATS);

/** By the ending of the file's name, unless it is said. */
export function formatOf(path: string, said: ShotFormat | undefined): ShotFormat {
  const ending = path.slice(path.lastIndexOf(".") + 1);
  return said ?? SHOT_FORMATS.find((format) => format === ending) ?? "b8";
}

/** Bits [from, from + count) of each row, moved to the beginning of rows of their own. */
function section({ shots, rows }: Shots, width: number, from: number, count: number): Shots {
  const cut = new Uint8Array(shots * ((count + 7) >> 3));
  cutBits(rows, width, from, count, cut);
  return { shots, rows: cut };
}

/** That files of so many shots can be written: ptb64 holds groups of 64. Before anything long is begun. @throws Fault USAGE that names the option */
export function checkFormats(files: Places, said: ShotFormat | undefined, shots: number): void {
  if (shots % GROUP === 0) return;
  const [option, path] = Object.entries(files).find(([, file]) => file !== undefined && formatOf(file, said) === "ptb64") ?? [];
  if (option === undefined) return;
  const less = shots - (shots % GROUP);
  throw new Fault("USAGE", { option, value: path ?? "", what: `${shots} shots as ptb64, which holds groups of ${GROUP}`, allowed: `${less === 0 ? "" : `${less} or `}${less + GROUP} shots, or another format` });
}

/** @throws Fault FILE_UNREADABLE; SHOTS_MALFORMED with the file and the offset */
export function shotsIn(option: string, path: string, said: ShotFormat | undefined, shape: ShotShape): Shots {
  const bytes = readBytes(path);
  try {
    return readShots(bytes, formatOf(path, said), shape);
  } catch (error) {
    if (!(error instanceof Fault) || error.fault !== "SHOTS_MALFORMED") throw error;
    if (isUnasked(bytes, error.detail, shape)) throw new Fault("SHOTS_MALFORMED", { option, file: path, ...error.detail, what: "an observable, L, behind the detectors" }, { cause: error.cause, next: "Say --appended: the observables stand behind the detectors of each shot." });
    throw new Fault("SHOTS_MALFORMED", { option, file: path, ...error.detail }, { cause: error.cause });
  }
}

const L = 76;
/** Whether the format dets was read up to an observable where only detectors were looked for. */
const isUnasked = (bytes: Uint8Array, { format, offset }: Fault["detail"], { observables = 0 }: ShotShape): boolean =>
  format === "dets" && observables === 0 && bytes[Number(offset) - 1] === L;

/** Rows that hold events and observables, cut in two; each part when it is first asked for. */
export function parted(shots: Shots, { detectors, observables }: EventShape): { readonly events: Shots; readonly flips: Shots } {
  const width = rowBytes({ detectors, observables });
  let [events, flips]: [Shots?, Shots?] = [];
  return {
    get events() { return (events ??= section(shots, width, 0, detectors)); },
    get flips() { return (flips ??= section(shots, width, detectors, observables)); },
  };
}
