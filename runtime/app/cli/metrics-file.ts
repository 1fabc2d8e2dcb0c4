// A file of metrics that grows beside a run (`--metrics`): JSON lines, or the Prometheus text format where it ends in
// `.prom`. The run goes on whatever becomes of the file; what failed is told at the end.
import type { Fault } from "../../../kernel-abi/fault.ts";
import type { Observer } from "../../../kernel-abi/ports.ts";
import { exporting } from "../../../telemetry/exporter.ts";
import { jsonLines } from "../../../telemetry/json-lines.ts";
import { prometheus } from "../../../telemetry/prometheus.ts";
import type { KnownEnd } from "../../../telemetry/telemetry.ts";
import { createTextFile } from "../../adapters/text-file.ts";
import { printFault } from "./output.ts";
import type { Io } from "./terminal.ts";

export interface MetricsFile {
  readonly observer: Observer;
  /** Writes the last records and closes the file; without `known` the run was interrupted. */
  finish(known?: KnownEnd): void;
  /** What failed, said once on stderr; `also` what kept frames from being told. */
  warn(io: Io, also?: Fault): void;
}

export interface MetricsFileOptions {
  readonly replace: boolean;
  /** Flush interval in ticks; 0: at the end only. */
  readonly every: number;
}

/** @throws Fault FILE_UNREADABLE before the run begins */
export function metricsFile(path: string, { replace, every }: MetricsFileOptions): MetricsFile {
  const file = createTextFile(path, { replace });
  let begun = false;
  const { observer, finish, warnings } = exporting([path.endsWith(".prom") ? prometheus({ write: file.write, name: path }) : jsonLines({ write: file.write, name: path })], { every });
  return {
    observer: { ...observer, frame: (frame) => { begun = true; observer.frame?.(frame); } },
    finish(known) {
      if (begun || known !== undefined) finish(known);
      file.close();
    },
    warn({ err }, also) {
      for (const fault of [...warnings(), ...(also === undefined ? [] : [also])] satisfies readonly Fault[]) printFault(err, fault.toJSON(), { kind: "warning" });
    },
  };
}
