// What a decoding came to, told and written: predictions as shots and as tables, and how many are wrong where the observables were recorded.
import { countDifferences } from "../../../domains/kernels/qec/count.ts";
import { intervalOf } from "../../../domains/q/statistics/intervals.ts";
import { writeShots } from "../../../domains/q/stim/shot-writing.ts";
import { rowBytes, type ShotFormat, type Shots } from "../../../domains/q/stim/shots.ts";
import type { Decoded } from "../qec/decode-run.ts";
import { pathsIn, placesOf, type Places } from "./apart.ts";
import type { Facts } from "./output.ts";
import { putSame } from "./rows-file.ts";
import { bitColumns, csvOfShots, parquetOfShots, shotTable, type ShotColumn, type ShotTable } from "./shot-table.ts";
import { formatOf } from "./shot-files.ts";
import { printable } from "./values.ts";

export interface PredictionFlags {
  readonly format?: ShotFormat;
  readonly predictions?: string;
  readonly csv?: string;
  readonly parquet?: string;
  readonly replace?: boolean;
}

export const predictionPlaces = (flags: PredictionFlags): Places => placesOf(flags, ["predictions", "csv", "parquet"]);
export const predictionPaths = (flags: PredictionFlags): readonly string[] => pathsIn(predictionPlaces(flags));

/** Of the recorded flips, where there are any. */
export interface Judged {
  readonly errors: number;
  /** Wrong predictions by observable. */
  readonly flips: readonly number[];
  readonly rate: { readonly best: number; readonly low: number; readonly high: number } | null;
}

export function judged({ predictions }: Pick<Decoded, "predictions">, flips: Shots | undefined, observables: number): Judged | undefined {
  if (flips === undefined) return undefined;
  const perObservable = Array.from({ length: observables }, () => 0);
  const errors = countDifferences(flips.rows, predictions, flips.shots, rowBytes({ observables }), perObservable);
  return { errors, flips: perObservable, rate: flips.shots === 0 ? null : intervalOf("wilson", { shots: flips.shots, errors }, 0.95) };
}

/** Whether any observable was predicted wrongly. */
function wrongColumn(predictions: Uint8Array, flips: Uint8Array, width: number): ShotColumn {
  return { name: "wrong", type: "BOOLEAN", at: (shot) => {
    for (let byte = shot * width; byte < (shot + 1) * width; byte++) if (predictions[byte] !== flips[byte]) return true;
    return false;
  } };
}

/** `shot`, predicted_L0, …; where they were recorded observed_L0, … and `wrong`. Of more than a thousand bits `predicted` and `observed`. */
function tableOf(predictions: Uint8Array, shots: number, flips: Shots | undefined, observables: number): ShotTable {
  const predicted = { prefix: "predicted_L", many: "predicted", count: observables, rows: predictions };
  if (flips === undefined) return shotTable(shots, bitColumns([predicted]));
  return shotTable(shots, [...bitColumns([predicted, { prefix: "observed_L", many: "observed", count: observables, rows: flips.rows }]), wrongColumn(predictions, flips.rows, rowBytes({ observables }))]);
}

/** Files that are there and hold the very same are left as they are. @throws Fault FILE_UNREADABLE; SHOTS_MALFORMED for ptb64 of no multiple of 64 shots */
export function writePredictions({ predictions: rows }: Pick<Decoded, "predictions">, shots: number, flips: Shots | undefined, observables: number, { format, predictions, csv, parquet, replace = false }: PredictionFlags): void {
  const put = (path: string | undefined, bytes: () => Uint8Array): void => { if (path !== undefined) putSame(path, bytes(), replace); };
  put(predictions, () => writeShots({ shots, rows }, formatOf(predictions ?? "", format), { observables }));
  put(csv, () => csvOfShots(tableOf(rows, shots, flips, observables)));
  put(parquet, () => parquetOfShots(tableOf(rows, shots, flips, observables)));
}

export function judgedFacts(found: Judged | undefined): Facts {
  if (found?.rate == null) return [];
  const { errors, rate } = found;
  return [["errors", `${errors}: ${rate.best.toPrecision(3)} (${rate.low.toPrecision(3)} to ${rate.high.toPrecision(3)} with 95 %)`]];
}

/** Where predictions went; of a decoding that neither wrote nor counted anything, how it would. */
export const writtenFacts = (flags: PredictionFlags, found: Judged | undefined): Facts => {
  const written = predictionPaths(flags);
  if (written.length > 0) return [["written", written.map(printable).join("\n")]];
  return found === undefined ? [["next", "--predictions FILE, --csv FILE or --parquet FILE keeps what is predicted\n--observables FILE or --appended counts what is predicted wrongly"]] : [];
};
