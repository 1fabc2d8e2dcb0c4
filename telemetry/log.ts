// Log lines: JSON by pino, to stderr, with fields whose names stay. Standard output belongs to data.
//   L1  A line says what of the run it speaks of: run, tick, process, event, code. Absent fields are left out, never empty.
//   L2  No time, host or process id unless asked for: the same run logs the same lines, live or replayed.
import { FAULTS } from "../kernel-abi/fault.ts";
import { pino, type DestinationStream, type Logger } from "pino";
import type { Frame } from "../kernel-abi/frame.ts";
import { LOG_LEVELS, type LogLevel } from "../kernel-abi/operation.ts";
import type { Observer } from "../kernel-abi/ports.ts";
import { SYSCALL } from "../kernel-abi/syscall.ts";
import { fieldsOf, textIn } from "./body.ts";
import type { Exporter } from "./exporter.ts";
import { createFaultCollector } from "./fault-events.ts";
import { createOwnership } from "./ownership.ts";
import { createProcessNames, type ProcessNames } from "./process-names.ts";
import type { Alert, FaultEvent, MetricRecord } from "./schema.ts";

export type Log = Logger;

export interface LogOptions {
  readonly level: LogLevel | "silent";
  /** Adds an RFC 3339 `time`. */
  readonly time?: boolean;
  /** Fields every line carries, such as `run`. */
  readonly fields?: { readonly run?: string };
  /** Where lines go; file descriptor 2, written before the call returns, unless given. */
  readonly destination?: DestinationStream;
}

const STDERR = 2;

export function createLog({ level, time = false, fields = {}, destination = pino.destination({ dest: STDERR, sync: true }) }: LogOptions): Log {
  return pino({
    level,
    base: fields,
    timestamp: time ? pino.stdTimeFunctions.isoTime : false,
    formatters: { level: (label) => ({ level: label }) },
  }, destination);
}

const isLevel = (text: string): text is LogLevel => LOG_LEVELS.some((level) => level === text);

/** What programs log (`k.log`), at their level. */
function programLines(log: Log, names: ProcessNames, { tick, actor, entries }: Frame): void {
  for (const { code, verdict, body } of entries) {
    if (code !== SYSCALL.LOG || (verdict !== 0 && verdict !== FAULTS.LIFECYCLE_REFUSED.code)) continue; // that one tells of a refused event
    const fields = fieldsOf(body);
    const level = textIn(fields, "level");
    log[isLevel(level) ? level : "info"]({ tick, process: names.of(actor), event: "LOG", data: fields["data"] }, textIn(fields, "label"));
  }
}

/** Logs what programs log, at their level, and each fault of the run as a warning. */
export function logging(log: Log): Observer {
  const names = createProcessNames();
  const collect = createFaultCollector(createOwnership().of);
  let before = 0;
  return {
    takenUp({ event, processes }) {
      before = event;
      names.present(processes);
    },
    frame(frame) {
      names.learn(frame);
      programLines(log, names, frame);
      for (const { name, code, processId, event, description } of collect(frame)) log.warn({ tick: frame.tick, process: names.of(processId), event: name, number: before + event, code }, description);
    },
    failure({ process, error }) { log.debug({ process, event: "FAILURE", err: error }, "uncaught error of a program"); },
  };
}

const ALERT_LEVEL: readonly LogLevel[] = ["info", "info", "warn", "warn", "error", "error"];
const whose = (process: string): { readonly process?: string } => (process === "" ? {} : { process });

/** The same as an exporter: what programs log, faults as warnings, alerts by their severity, metrics at debug. */
export function logExporter(log: Log): Exporter {
  const names = createProcessNames();
  return {
    name: "log",
    frame(frame) {
      names.learn(frame);
      programLines(log, names, frame);
    },
    fault({ logicalTimestamp: tick, process, name, event, code, description }: FaultEvent) {
      log.warn({ tick, ...whose(process), event: name, ...(event === undefined ? {} : { number: event }), code }, description);
    },
    alert({ logicalTimestamp: tick, process, state, ruleId, metricId, sourceId, value, threshold, severity, code }: Alert) {
      const level = state === "raised" ? ALERT_LEVEL[severity] ?? "warn" : "info";
      log[level]({ tick, ...whose(process), event: `ALERT_${state.toUpperCase()}`, ...(code === 0 ? {} : { code }), data: { rule: ruleId, metric: metricId, source: sourceId, value, threshold } }, `${ruleId} ${state}`);
    },
    metric({ logicalTimestamp: tick, process, metricId, sourceId, value, unit }: MetricRecord) {
      log.debug({ tick, ...whose(process), event: "METRIC", data: { metric: metricId, source: sourceId, value, unit } }, metricId);
    },
    end({ logicalTimestamp: tick, status }) { log.info({ tick, event: "RUN_END", ...(status === null ? {} : { data: { status } }) }, "the run is over"); },
  };
}
