// What a sampling came to, told and written: shots in the formats of others, as tables, and how many events there are.
import type { Command } from "commander";
import { populationOf, populationOfBits } from "../../../domains/kernels/qec/count.ts";
import type { DetectionEvents } from "../../../domains/q/qec/outcome.ts";
import { writeShots } from "../../../domains/q/stim/shot-writing.ts";
import { rowBytes, type ShotFormat, type Shots } from "../../../domains/q/stim/shots.ts";
import { pathsIn, placesOf, type Places } from "./apart.ts";
import { checkNew, putSame } from "./rows-file.ts";
import { bitColumns, bitCount, checkTable, csvOfShots, parquetOfShots, shotTable, type BitColumns } from "./shot-table.ts";
import { checkFormats, formatOf, formatOption, parted, type EventShape } from "./shot-files.ts";
import type { Facts } from "./output.ts";
import { plural, printable } from "./values.ts";

export interface ShotFlags {
  readonly events?: string;
  readonly format?: ShotFormat;
  readonly observables?: string;
  readonly csv?: string;
  readonly parquet?: string;
  readonly replace?: boolean;
}

export const addShotFiles = (command: Command): Command => command
  .option("--events <file>", "detection events go there, observables behind them unless they have a file of their own")
  .addOption(formatOption("--format <format>", "these files"))
  .option("--observables <file>", "flips of the observables go there");

export const shotPlaces = (flags: ShotFlags): Places => placesOf(flags, ["events", "observables", "csv", "parquet"]);
export const shotPaths = (flags: ShotFlags): readonly string[] => pathsIn(shotPlaces(flags));

/** Before anything long is begun: that it may end with the files that were asked for. @throws Fault FILE_UNREADABLE | USAGE */
export function checkShotFiles(flags: ShotFlags, shots: number, { detectors, observables }: EventShape): void {
  checkNew(flags.replace === true, ...shotPaths(flags));
  checkShotTables(flags, shots, { detectors, observables });
}

/** That files and tables can be made of so many shots. @throws Fault USAGE */
export function checkShotTables({ csv, parquet, events, format, observables: own }: ShotFlags, shots: number, { detectors, observables }: EventShape): void {
  checkFormats({ "--events": events, "--observables": own }, format, shots);
  if (csv !== undefined) checkTable("--csv", shots, detectors + observables);
  if (parquet !== undefined) checkTable("--parquet", shots, detectors + observables);
}

/** `shot`, `detection_events`, then D0, D1, … and L0, L1, …, or `detectors` and `observables`. */
function tableOf({ shots, rows }: Shots, flips: Shots, { detectors, observables }: EventShape): ReturnType<typeof shotTable> {
  const events: BitColumns = { prefix: "D", many: "detectors", count: detectors, rows };
  return shotTable(shots, [bitCount("detection_events", events), ...bitColumns([events, { prefix: "L", many: "observables", count: observables, rows: flips.rows }])]);
}

export interface ShotCounts {
  readonly shots: number;
  readonly detectors: number;
  readonly observables: number;
  readonly detectionEvents: number;
  readonly observableFlips: number;
}

/** Files that are there and hold the very same are left as they are. @throws Fault FILE_UNREADABLE; SHOTS_MALFORMED for ptb64 of no multiple of 64 shots */
export function writeSampled(sampled: DetectionEvents, { events, format, observables, csv, parquet, replace = false }: ShotFlags): ShotCounts {
  const { detectors, observables: count, shots } = sampled;
  const parts = parted(sampled, sampled);
  const put = (path: string, bytes: Uint8Array): void => { putSame(path, bytes, replace); };
  if (events !== undefined) {
    const [rows, shape] = observables === undefined ? [sampled, { detectors, observables: count }] : [parts.events, { detectors }];
    put(events, writeShots(rows, formatOf(events, format), shape));
  }
  if (observables !== undefined) put(observables, writeShots(parts.flips, formatOf(observables, format), { observables: count }));
  if (csv !== undefined) put(csv, csvOfShots(tableOf(parts.events, parts.flips, sampled)));
  if (parquet !== undefined) put(parquet, parquetOfShots(tableOf(parts.events, parts.flips, sampled)));
  const observableFlips = populationOfBits(sampled.rows, rowBytes(sampled), detectors, count);
  return { shots, detectors, observables: count, detectionEvents: populationOf(sampled.rows) - observableFlips, observableFlips };
}

export function sampledFacts({ shots, detectors, observables, detectionEvents, observableFlips }: ShotCounts, flags: ShotFlags): Facts {
  const written = shotPaths(flags);
  return [
    ["sampled", `${plural(shots, "shot")} of ${plural(detectors, "detector")} and ${plural(observables, "observable")}`],
    ["events", `${detectionEvents}, ${(detectionEvents / shots).toPrecision(4)} a shot`], ["flips", String(observableFlips)],
    written.length === 0 ? undefined : ["written", written.map(printable).join("\n")],
  ];
}
