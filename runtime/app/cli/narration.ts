// Narration: what is told on stderr while a run goes on. The program's log, progress on a terminal, and uncaught errors, kept
// for the end. It observes and answers nothing.
//   Log: short lines on a terminal, from level info; elsewhere nothing, or with --log-level the JSON lines of telemetry/log.ts.
import { Fault, FAULTS } from "../../../kernel-abi/fault.ts";
import type { Frame } from "../../../kernel-abi/frame.ts";
import type { ProgramSection } from "../../../kernel-abi/header.ts";
import { LOG_LEVELS, type LogLevel } from "../../../kernel-abi/operation.ts";
import type { Observer } from "../../../kernel-abi/ports.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { bodyOf, field } from "../../../replay/entry/body.ts";
import { combined } from "../../../telemetry/observer.ts";
import { createProcessNames } from "../../../telemetry/process-names.ts";
import { createProgress } from "../../../telemetry/progress.ts";
import { reading } from "../../../telemetry/wall.ts";
import { wallMilliseconds } from "../../adapters/host.ts";
import { placeOf, saidBy } from "../program/thrown.ts";
import type { Uncaught } from "./run-end.ts";
import type { Terminal } from "./terminal.ts";
import { jsonText, printable, toJson } from "./values.ts";

export interface Narration {
  readonly observer: Observer;
  /** Whether there is anything uncaught. */
  readonly failed: boolean;
  /** Whether something of it is a fault that no stack gives a place: the kernel made it. */
  unplaced(program: ProgramSection): boolean;
  /** What programs threw and nobody caught, with the place in their source; `places`, of each failure in order, where its stack says none. */
  uncaught(program: ProgramSection, places?: readonly (string | undefined)[]): readonly Uncaught[];
  /** Takes the progress line away. */
  end(): void;
}

const levelOf = (value: unknown): LogLevel => LOG_LEVELS.find((level) => level === value) ?? "info";

/** `12 root/solver#1 label {"data":1}`, coloured by level. */
function shortLine({ paint }: Terminal, tick: number, process: string, said: unknown): string {
  const level = levelOf(field(said, "level"));
  const loud = level === "error" ? paint.bad : level === "warn" ? paint.warn : (text: string): string => text;
  const data = field(said, "data") ?? null;
  return `${paint.dim(`${tick} ${printable(process)}`)} ${loud(printable(String(field(said, "label"))))}${data === null ? "" : ` ${jsonText(toJson(data))}`}`;
}

/** What a program logs from `least` on; an entry that was refused has nothing to say. */
export function shortLog(err: Terminal, least: LogLevel, before: () => void, muted: () => boolean = () => false): Observer {
  const names = createProcessNames();
  return {
    takenUp: ({ processes }) => { names.present(processes); },
    frame(frame: Frame) {
      names.learn(frame);
      if (muted()) return;
      for (const { code, verdict, body } of frame.entries) {
        if (code !== SYSCALL.LOG || (verdict !== 0 && verdict !== FAULTS.LIFECYCLE_REFUSED.code)) continue; // that one tells of a refused event
        const said = bodyOf(body);
        if (LOG_LEVELS.indexOf(levelOf(field(said, "level"))) < LOG_LEVELS.indexOf(least)) continue;
        before();
        err.print(shortLine(err, frame.tick, names.of(frame.actor), said));
      }
    },
  };
}

/** Loads pino only where it writes. */
async function jsonLog(run: string, level: LogLevel, muted: () => boolean): Promise<Observer> {
  const { createLog, logging } = await import("../../../telemetry/log.ts");
  const log = createLog({ level, fields: { run } });
  const lines = logging(log);
  return {
    ...lines,
    frame(frame) {
      log.level = muted() ? "silent" : level;
      lines.frame?.(frame);
    },
  };
}

export interface NarratorOptions {
  /** What the run is called in log lines. */
  readonly run: string;
  readonly level?: LogLevel | undefined;
  /** False for a replay: its log was shown when the run was made. */
  readonly log: boolean;
  /** Frames at the beginning whose log was shown before: those a resumed run has on record. */
  readonly shown?: () => number;
  /** Somebody else who watches. */
  readonly with?: Observer | undefined;
}

/** Errors hold their stacks; the trace has every failure anyway. */
const KEPT_ERRORS = 1_000;

export async function narrator(err: Terminal, { run, level, log, shown = () => 0, with: other }: NarratorOptions): Promise<Narration> {
  const thrown: { readonly process: string; readonly error: unknown }[] = [];
  const progress = createProgress({ terminal: err.tty, colour: err.colour, write: err.write, now: wallMilliseconds });
  const observers: Observer[] = [progress.observer, { failure: (facts) => { if (thrown.length < KEPT_ERRORS) thrown.push(facts); } }];
  let frames = 0;
  const muted = (): boolean => frames <= shown();
  if (other !== undefined) observers.push(other);
  // Ours, and they keep nothing: they read the run's own frames, so that a run without a log copies none.
  if (log) observers.push(reading(() => { frames += 1; }, { name: "narration" }));
  const lines = shortLog(err, level ?? "info", progress.clear, muted);
  if (log && err.tty) observers.push({ takenUp: (facts) => { lines.takenUp?.(facts); } }, reading((frame) => { lines.frame?.(frame); }, { name: "log" }));
  else if (log && level !== undefined) observers.push(await jsonLog(run, level, muted));
  return {
    observer: combined(observers),
    get failed() { return thrown.length > 0; },
    unplaced: (program) => thrown.some(({ error }) => error instanceof Fault && placeOf(error, program) === undefined),
    uncaught: (program, places = []) => thrown.map(({ process, error }, at) => ({ process, place: placeOf(error, program) ?? places[at] ?? null, said: saidBy(error, program) })),
    end: progress.clear,
  };
}
