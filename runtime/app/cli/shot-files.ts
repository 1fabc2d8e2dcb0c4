// Shots from and into files: detection events with their observables in one file or in two.
import { Option } from "commander";
import { Fault } from "../../../kernel-abi/fault.ts";
import { readShots, rowBytes, SHOT_FORMATS, type ShotFormat, type Shots, type ShotShape } from "../../../domains/q/stim/shots.ts";
import { readBytes } from "../../adapters/files.ts";
import { choiceOption } from "./arguments.ts";

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
export function section({ shots, rows }: Shots, width: number, from: number, count: number): Shots {
  const bytes = (count + 7) >> 3;
  const cut = new Uint8Array(shots * bytes);
  for (let shot = 0; shot < shots; shot++) {
    for (let bit = 0; bit < count; bit++) {
      const at = from + bit;
      if ((((rows[shot * width + (at >> 3)] ?? 0) >> (at & 7)) & 1) === 1) cut[shot * bytes + (bit >> 3)] = (cut[shot * bytes + (bit >> 3)] ?? 0) | (1 << (bit & 7));
    }
  }
  return { shots, rows: cut };
}

/** @throws Fault FILE_UNREADABLE; SHOTS_MALFORMED with the file and the offset */
export function shotsIn(option: string, path: string, said: ShotFormat | undefined, shape: ShotShape): Shots {
  try {
    return readShots(readBytes(path), formatOf(path, said), shape);
  } catch (error) {
    if (!(error instanceof Fault) || error.fault !== "SHOTS_MALFORMED") throw error;
    throw new Fault("SHOTS_MALFORMED", { option, file: path, ...error.detail }, { cause: error.cause });
  }
}

/** Rows that hold events and observables, cut in two. */
export function parted(shots: Shots, { detectors, observables }: EventShape): { readonly events: Shots; readonly flips: Shots } {
  const width = rowBytes({ detectors, observables });
  return { events: section(shots, width, 0, detectors), flips: section(shots, width, detectors, observables) };
}
