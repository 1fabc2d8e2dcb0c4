// Metrics as a fold over frames: the same frames give the same records, live or replayed (XDV-070 C6, XDV-072 C6). Owns the
// counts of one run; observes, and decides nothing.
//   X1  Nothing but frames goes in; no clock, no arrival order. Records are flushed by logical time.
//   X2  An aborted turn counts as such and for what it was refused; its other entries took no effect and count nothing.
//   X3  No raw state: bodies are read for counts, charges and scores only (A4).
import { DELIVERY } from "../kernel-abi/envelope.ts";
import { FAULTS } from "../kernel-abi/fault.ts";
import { EVENT, TURN_END, type Entry, type Frame, type TurnFrame } from "../kernel-abi/frame.ts";
import { SYSCALL } from "../kernel-abi/syscall.ts";
import { fieldsOf, numberIn, recordIn, textIn } from "./body.ts";
import { createOpenContracts } from "./open-contracts.ts";
import { createProcessNames } from "./process-names.ts";
import { CATEGORY, SERIES, SERIES_NAMES, type Category, type SeriesName } from "./series.ts";

/** MetricRecord of XDV-070, plus node and VHM (hybrid-runtime section 9, row 19). */
export interface MetricRecord {
  /** A series' name, or `user.NAME` for what a program measured itself. */
  readonly id: string;
  readonly category: Category;
  readonly domain: "K" | "Q" | "PHI";
  /** Spawn path of the process concerned; empty for the whole run. */
  readonly process: string;
  /** Contract concerned; 0 for none. */
  readonly contract: number;
  readonly value: number;
  readonly unit: string;
  /** Logical time up to which the value holds. */
  readonly tick: number;
  /** 1 to 5; metrics are 1, a breach 3. */
  readonly severity: number;
  readonly node: number;
  readonly vhm: number;
}

export interface MetricOptions {
  /** Flush interval in ticks; only at the end unless given. */
  readonly every?: number;
  readonly node?: number;
  readonly vhm?: number;
}

export interface MetricFold {
  /** Takes one frame; answers the records of a flush that came due before it. */
  step(frame: Frame): readonly MetricRecord[];
  /** Records as of now. */
  records(): readonly MetricRecord[];
}

type Bound = "q" | "phi";
const BOUND: readonly (Bound | undefined)[] = [undefined, "q", "phi"];
const VIOLATIONS: ReadonlySet<number> = new Set([FAULTS.PHI_ERR_COHERENCE_TIMEOUT.code, FAULTS.PHI_ERR_STABILITY_BREACH.code]);
const INTERRUPTS: ReadonlySet<number> = new Set([DELIVERY.TIMER, DELIVERY.OUTCOME, DELIVERY.EXIT]);
const ppm = (part: number, whole: number): number => (whole === 0 ? 1_000_000 : Math.floor((part * 1_000_000) / whole));

interface UserMetric { readonly process: string; readonly name: string; value: number; unit: string }

export function createMetricFold({ every = 0, node = 0, vhm = 0 }: MetricOptions = {}): MetricFold {
  const counts = new Map<SeriesName, number>(SERIES_NAMES.map((name) => [name, 0]));
  const pending = new Map<number, number>();
  const measured = new Map<string, UserMetric>();
  const contracts = createOpenContracts();
  const names = createProcessNames();
  let last = -1;
  let tick = 0;
  let due = every;

  const get = (name: SeriesName): number => counts.get(name) ?? 0;
  const set = (name: SeriesName, value: number): void => { counts.set(name, value); };
  const add = (name: SeriesName, amount = 1): void => { set(name, get(name) + amount); };

  function send({ subject, body }: Entry): void {
    add("k.messages_sent");
    add("k.payload_bytes", body.length);
    pending.set(subject, (pending.get(subject) ?? 0) + 1);
  }

  function charge(domain: Bound, { contract, body }: Entry): void {
    const charged = recordIn(fieldsOf(body), "charge");
    add(domain === "q" ? "q.submissions" : "phi.calls");
    contracts.charge(contract, numberIn(charged, "budget"));
    if (domain === "phi") return;
    add("q.shots", numberIn(charged, "shots"));
    add("q.budget_used", numberIn(charged, "budget"));
  }

  function outcome(domain: Bound, { verdict, body }: Entry): void {
    add(`${domain}.jobs_in_flight`, -1);
    if (domain === "q") return add(verdict === 0 ? "q.measurements" : "q.failures");
    const report = fieldsOf(body);
    if (verdict !== 0 || !("stability" in report)) return;
    set("phi.stability_index", numberIn(report, "stability"));
    set("phi.noise", numberIn(report, "noise"));
    set("phi.drift", numberIn(report, "drift"));
  }

  function measure(actor: number, { body }: Entry): void {
    const fields = fieldsOf(body);
    const [process, name] = [names.of(actor), textIn(fields, "name")];
    measured.set(`${process} ${name}`, { process, name, value: numberIn(fields, "value"), unit: textIn(fields, "unit") });
  }

  function effect(actor: number, entry: Entry): void {
    const domain = BOUND[entry.domain];
    switch (entry.code) {
      case SYSCALL.IPC_SEND: return send(entry);
      case SYSCALL.METRIC_EMIT: return measure(actor, entry);
      case SYSCALL.PROC_SPAWN: return add("k.processes");
      case EVENT.PROCESS_DECLARED: return domain === undefined ? add("k.processes") : undefined;
      case SYSCALL.PROC_EXIT: pending.delete(entry.subject); return add("k.processes", -1);
      case EVENT.WINDOW_START: add("phi.windows"); return add("phi.windows_open");
      case EVENT.WINDOW_STOP: return add("phi.windows_open", -1);
      case EVENT.JOB_OUTCOME: return domain === undefined ? undefined : outcome(domain, entry);
      case EVENT.JOB_INTENT: return domain === undefined ? undefined : add(`${domain}.jobs_in_flight`);
      case EVENT.JOB_ABANDONED: return domain === undefined ? undefined : add(`${domain}.jobs_in_flight`, -1);
      case SYSCALL.XDV_CALL: return domain === undefined ? undefined : charge(domain, entry);
      default: return contracts.note(entry);
    }
  }

  function take(actor: number, entry: Entry, effective: boolean): void {
    const { code, verdict } = entry;
    if (VIOLATIONS.has(verdict)) add("phi.violations");
    if (verdict !== 0 && code < EVENT.PROCESS_DECLARED) add("k.calls_refused");
    else if (effective && (verdict === 0 || code === EVENT.JOB_OUTCOME)) effect(actor, entry);
  }

  function turn({ actor, ready, delivery, end }: TurnFrame): void {
    add("k.turns");
    if (actor !== last) add("k.context_switches");
    last = actor;
    set("k.ready_max", Math.max(get("k.ready_max"), ready));
    if (end.kind === TURN_END.ABORTED) add("k.turns_aborted");
    if (INTERRUPTS.has(delivery.kind)) add("k.interrupts");
    if (delivery.kind !== DELIVERY.MESSAGE) return;
    add("k.messages_delivered");
    pending.set(actor, (pending.get(actor) ?? 0) - 1);
  }

  function gauges(): void {
    set("k.queue_depth", [...pending.values()].reduce((sum, depth) => sum + depth, 0));
    const { q, phi } = contracts.totals();
    set("q.contracts_active", q.active);
    set("q.qubits_allocated", q.units);
    set("q.margin", q.budget);
    set("phi.components_allocated", phi.units);
    set("phi.noise_threshold", phi.noisePpm);
    set("q.availability", ppm(get("q.measurements"), get("q.measurements") + get("q.failures")));
  }

  const common = (): { tick: number; node: number; vhm: number } => ({ tick, node, vhm });
  function records(): readonly MetricRecord[] {
    gauges();
    const series = SERIES_NAMES.map((id): MetricRecord => {
      const { domain, category, unit } = SERIES[id];
      const breached = id === "phi.violations" && get(id) > 0;
      return { id, category, domain, process: "", contract: 0, value: get(id), unit, severity: breached ? 3 : 1, ...common() };
    });
    const own = [...measured].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { process, name, value, unit }]): MetricRecord =>
      ({ id: `user.${name}`, category: CATEGORY.performance, domain: "K", process, contract: 0, value, unit, severity: 1, ...common() }));
    return [...series, ...own];
  }

  return {
    step(frame) {
      const flushed = every > 0 && frame.tick >= due ? records() : [];
      if (flushed.length > 0) due = (Math.floor(frame.tick / every) + 1) * every;
      tick = frame.tick;
      names.learn(frame);
      if (frame.kind === "turn") turn(frame);
      const effective = frame.kind !== "turn" || frame.end.kind !== TURN_END.ABORTED;
      for (const entry of frame.entries) take(frame.actor, entry, effective);
      return flushed;
    },
    records,
  };
}

/** All records of a finished run: each flush, then the last. */
export function metricsOf(frames: Iterable<Frame>, options: MetricOptions = {}): readonly MetricRecord[] {
  const fold = createMetricFold(options);
  const flushed: MetricRecord[] = [];
  for (const frame of frames) flushed.push(...fold.step(frame));
  return [...flushed, ...fold.records()];
}
