// What a sampling takes of memory at its end, so that what cannot fit is refused before anything is sampled. The events stand there once, in one
// piece; a trace that is kept nowhere holds them too; what else was asked for is made of them.
import { Fault } from "../../../kernel-abi/fault.ts";
import { DEFAULT_BOUNDS } from "../../../kernel-abi/limits.ts";
import { rowBytes } from "../../../domains/q/stim/shots.ts";
import { formatOf, type EventShape } from "./shot-files.ts";
import type { ShotFlags } from "./sample-report.ts";

/** Bytes of a file of such shots while it is made: `01` is put together of its pieces, what has no fixed size is taken for as much as the rows. */
function fileBytes(path: string | undefined, said: ShotFlags["format"], bits: number): number {
  if (path === undefined) return 0;
  const format = formatOf(path, said);
  return format === "b8" ? 0 : format === "01" ? 2 * (bits + 1) : Math.ceil(bits / 8);
}

/** Bytes a shot. `kept`: its trace goes into a file. */
function bytesOfShot({ events, observables, csv, parquet, format }: ShotFlags, { detectors, observables: flips }: EventShape, kept: boolean): number {
  const row = rowBytes({ detectors, observables: flips });
  const cut = observables !== undefined || csv !== undefined || parquet !== undefined ? rowBytes({ detectors }) + rowBytes({ observables: flips }) : 0;
  return row * (kept ? 1 : 2) + cut + fileBytes(events, format, detectors + flips) + fileBytes(observables, format, flips);
}

const GIB = 1024 * 1024 * 1024;
const gibibytes = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

/**
 * That a run holds the events of so many shots, and this machine what is made of them; `available` bytes of it.
 * @throws Fault USAGE with how much it would take, and how many shots can be had
 */
export function checkShotMemory(flags: ShotFlags, shots: number, shape: EventShape, { kept, available }: { readonly kept: boolean; readonly available: number }): void {
  const refuse = (bytes: number, room: number, where: string): void => {
    if (shots * bytes > room) throw new Fault("USAGE", { option: "--shots", value: shots, what: `${gibibytes(shots * bytes)} of ${where}, of ${gibibytes(room)}`, allowed: `at most ${Math.floor(room / bytes)} of such shots, with another --seed each time` });
  };
  refuse(rowBytes(shape), DEFAULT_BOUNDS.bytes, "events in one run");
  refuse(bytesOfShot(flags, shape, kept), available, `memory${kept ? "" : "; less with --out, which keeps the trace in a file"}`);
}
