// Metrics as a fold over frames: the same frames give the same records, live or replayed (XDV-070 C6, XDV-072 C6). Owns how
// entries change what is counted; observes, and decides nothing.
//   X1  Nothing but frames goes in; no clock, no arrival order. Records are flushed by logical time.
//   X2  An aborted turn counts as such and for what it was refused; its other entries took no effect and count nothing.
//   X3  No raw state: bodies are read for counts, charges and scores only (A4).
//   X4  Under a scope, what concerns nobody in it is not counted, and a message to somebody in it is theirs once it is theirs.
import { DELIVERY, WAIT } from "../kernel-abi/envelope.ts";
import { FAULTS, faultByCode } from "../kernel-abi/fault.ts";
import { EVENT, TURN_END, type Entry, type Frame, type TurnFrame } from "../kernel-abi/frame.ts";
import { SYSCALL } from "../kernel-abi/syscall.ts";
import { bytesIn, countIn, fieldsOf, numberIn, numbersIn, recordIn, textIn } from "./body.ts";
import { contractDiagnostics, envelopeDiagnostics, providerDiagnostics, readDiagnostics, type DiagnosticDraft } from "./diagnostics.ts";
import { isTransform } from "./envelopes.ts";
import { createFoldState, type JobInFlight } from "./fold-state.ts";
import { knownReads, mismatches, type ReadTotals } from "./known-reads.ts";
import { createNumbering } from "./numbering.ts";
import { createOwnership } from "./ownership.ts";
import { isProcess } from "./processes.ts";
import { readingsOf, type Reading } from "./readings.ts";
import type { CounterName, Series, SeriesName } from "./series.ts";

export interface FoldOptions {
  /** Whether a process may be seen; everybody unless given. */
  readonly admits?: ((process: number) => boolean) | undefined;
  /** Whether counters are kept for each process too. */
  readonly byProcess?: boolean | undefined;
}

export interface UserReading extends Reading {
  readonly metricId: string;
  readonly unit: string;
}

export interface MetricFold {
  /** Takes one frame; answers what it measured. */
  step(frame: Frame): readonly DiagnosticDraft[];
  /** Rises whenever an entry may have changed what a series of this domain shows, other than by time alone. */
  revision(domain: Series["domain"]): number;
  /** Of one series at tick `at`. */
  read(name: SeriesName, at: number): readonly Reading[];
  /** What programs measured themselves, in order of process and name. */
  user(): readonly UserReading[];
  /** Closes what is counted since the last flush; answers what was measured over it. */
  flush(at: number): readonly DiagnosticDraft[];
}

type Bound = "q" | "phi";
const BOUND: readonly (Bound | undefined)[] = [undefined, "q", "phi"];
const INTERRUPTS: ReadonlyMap<number, CounterName> = new Map([
  [DELIVERY.TIMER, "k.interrupts_timer"], [DELIVERY.OUTCOME, "k.interrupts_outcome"], [DELIVERY.EXIT, "k.interrupts_exit"],
  [DELIVERY.ROOM, "k.interrupts_room"],
]);
const VIOLATIONS: ReadonlyMap<number, CounterName | undefined> = new Map([
  [FAULTS.PHI_ERR_COHERENCE_TIMEOUT.code, "phi.violations_timeout"], [FAULTS.PHI_ERR_STABILITY_BREACH.code, "phi.violations_breach"], [FAULTS.COHERENCE_VIOLATION.code, undefined],
]);
const NOTHING: readonly DiagnosticDraft[] = Object.freeze([]);
const isDenied = (verdict: number): boolean => {
  const name = faultByCode(verdict);
  return name !== undefined && FAULTS[name].abi === FAULTS.DOMAIN_UNAUTHORIZED.abi;
};
const isSyscall = (code: number): boolean => code < EVENT.PROCESS_DECLARED;

/** One entry, with where it stands and whom it concerns. */
interface Placed {
  readonly frame: Frame;
  readonly entry: Entry;
  readonly owner: number;
  /** The sequence number it takes; undefined for one that takes none. */
  readonly seq: number | undefined;
}

export function createMetricFold({ admits, byProcess = false }: FoldOptions = {}): MetricFold {
  const state = createFoldState(byProcess ? "process" : "run");
  const { counts, mail, contracts, envelopes, providers, jobs, inFlight, reads, recentReads } = state;
  const ownership = createOwnership();
  const numbering = createNumbering();
  const revisions = { K: 0, Q: 0, PHI: 0 };
  let last = -1;

  /** Without a scope everything is seen, what concerns nobody too. */
  const seen = (process: number): boolean => admits === undefined || (isProcess(process) && admits(process));

  function send({ frame, entry: { subject, body }, seq = 0 }: Placed): void {
    if (seen(frame.actor)) {
      counts.add("k.messages_sent", frame.actor);
      counts.add("k.payload_bytes", frame.actor, body.length);
    }
    if (seen(subject)) mail.sent(frame.actor, seq, subject, body.length, frame.tick);
  }

  function lost(process: number, amount: number): void {
    if (amount > 0) counts.add("k.messages_lost", process, amount);
  }

  function charge({ entry: { domain: rank, contract, body }, owner }: Placed): readonly DiagnosticDraft[] {
    const domain = BOUND[rank];
    if (domain === undefined) return NOTHING;
    const charged = recordIn(fieldsOf(body), "charge");
    contracts.charge(contract, countIn(charged, "budget"));
    if (domain === "phi") counts.add("phi.calls", owner);
    else {
      counts.add("q.submissions", owner);
      counts.add("q.shots", owner, countIn(charged, "shots"));
      counts.add("q.budget_used", owner, countIn(charged, "budget"));
    }
    return contractDiagnostics(contracts.get(contract));
  }

  function intent({ entry: { domain: rank, contract, subject, body }, owner }: Placed): void {
    const domain = BOUND[rank];
    if (domain === undefined) return;
    const descriptor = fieldsOf(bytesIn(fieldsOf(body), "descriptor"));
    const job: JobInFlight = {
      job: subject, domain, owner, contract, op: textIn(descriptor, "op"), envelopes: numbersIn(descriptor, "envelopes"),
      known: domain === "q" ? knownReads(descriptor) : undefined,
    };
    jobs.set(subject, job);
    inFlight[domain] += 1;
  }

  function landed(job: number): JobInFlight | undefined {
    const known = jobs.get(job);
    if (known === undefined) return undefined;
    jobs.delete(job);
    inFlight[known.domain] -= 1;
    return known;
  }

  function noteReads(totals: ReadonlyMap<number, ReadTotals>, owner: number): void {
    for (const [qubit, { samples, mismatches: wrong }] of totals) {
      for (const kept of [reads, recentReads]) {
        const before = kept.get(qubit);
        kept.set(qubit, { samples: (before?.samples ?? 0) + samples, mismatches: (before?.mismatches ?? 0) + wrong });
      }
      counts.add("q.measurement_samples", owner, samples);
      counts.add("q.measurement_mismatches", owner, wrong);
    }
  }

  function outcome({ frame, entry: { domain: rank, contract, subject, verdict, body }, owner }: Placed): readonly DiagnosticDraft[] {
    const job = landed(subject);
    const domain = BOUND[rank];
    if (domain === "q") {
      counts.add(verdict === 0 ? "q.measurements" : "q.failures", owner);
      if (verdict === 0 && job?.known !== undefined) noteReads(mismatches(job.known, body), owner);
      return NOTHING;
    }
    if (domain !== "phi") return NOTHING;
    const op = job?.op ?? "";
    if (verdict === 0 && isTransform(op)) counts.add("phi.transforms", owner);
    const before = envelopes.opened;
    const terms = contracts.get(contract);
    const reports = envelopes.outcome(job ?? { job: subject, op, envelopes: [], contract, owner }, verdict, body, frame.tick, terms);
    counts.add("phi.envelopes", owner, envelopes.opened - before);
    return reports.flatMap((report) => envelopeDiagnostics(report, terms));
  }

  function contractEvent({ entry, owner }: Placed): void {
    contracts.note(entry, owner);
    if (entry.code === EVENT.WINDOW_START) counts.add("phi.windows", owner);
    if (entry.code === EVENT.WINDOW_STOP || entry.code === EVENT.CONTRACT_RELEASED) envelopes.ended(entry.contract);
  }

  function measure({ entry: { body }, owner }: Placed): void {
    const fields = fieldsOf(body);
    const name = textIn(fields, "name");
    state.user.set(`${owner} ${name}`, { name, process: owner, value: numberIn(fields, "value"), unit: textIn(fields, "unit") });
  }

  /** What an entry did that took effect and is seen. */
  function effect(placed: Placed): readonly DiagnosticDraft[] {
    const { code, domain } = placed.entry;
    switch (code) {
      case SYSCALL.METRIC_EMIT: measure(placed); return NOTHING;
      case SYSCALL.XDV_CALL: return charge(placed);
      case EVENT.JOB_INTENT: intent(placed); return NOTHING;
      case EVENT.JOB_OUTCOME: return outcome(placed);
      case EVENT.JOB_ABANDONED: landed(placed.entry.subject); return NOTHING;
      case EVENT.PROCESS_DECLARED: if (domain === 0) state.processes += 1; return NOTHING;
      default: contractEvent(placed); return NOTHING;
    }
  }

  /** What changes somebody else than whom the entry concerns, or nobody in particular. */
  function foreign(placed: Placed): readonly DiagnosticDraft[] {
    const { entry, frame } = placed;
    switch (entry.code) {
      case SYSCALL.IPC_SEND: send(placed); return NOTHING;
      case SYSCALL.PROC_SPAWN: if (seen(entry.subject)) state.processes += 1; return NOTHING;
      case SYSCALL.PROC_EXIT: exited(entry.subject, frame.tick); return NOTHING;
      case EVENT.PROVIDER_ATTESTED: return providerDiagnostics(providers.note(entry));
      case EVENT.MESSAGE_PARKED: mail.parked(frame.actor, numbering.last(frame.actor), entry.subject); return NOTHING;
      case EVENT.ROOM_MADE:
        if (entry.verdict === 0) mail.roomMade(entry.subject, frame.actor, frame.tick);
        else lost(frame.actor, mail.refused(entry.subject, frame.actor));
        return NOTHING;
      case EVENT.MESSAGE_DROPPED: gone(entry); return NOTHING;
      case EVENT.FAULT: if (entry.verdict === FAULTS.PROCESS_UNKNOWN.code) gone(entry); return NOTHING;
      default: return NOTHING;
    }
  }

  /** A message that will not be delivered: dropped by a full mailbox, or too late for its receiver. */
  function gone({ subject, body }: Entry): void {
    const cause = fieldsOf(body);
    lost(subject, mail.lost(countIn(cause, "from"), countIn(cause, "seq"), subject));
  }

  function exited(process: number, tick: number): void {
    if (!seen(process)) return;
    lost(process, mail.ended(process, tick));
    if (isProcess(process)) state.processes -= 1;
  }

  function judged({ verdict }: Entry, owner: number, effective: boolean): void {
    if (effective || verdict !== 0) counts.add("k.operations", owner);
    if (verdict === 0) return;
    counts.add("k.calls_refused", owner);
    if (isDenied(verdict)) counts.add("k.calls_denied", owner);
  }

  function violation(verdict: number, owner: number): void {
    if (!VIOLATIONS.has(verdict)) return;
    counts.add("phi.violations", owner);
    const kind = VIOLATIONS.get(verdict);
    if (kind !== undefined) counts.add(kind, owner);
  }

  function take(placed: Placed, effective: boolean): readonly DiagnosticDraft[] {
    const { entry, frame, owner } = placed;
    const { code, verdict, body } = entry;
    if (entry.domain !== 0 || VIOLATIONS.has(verdict)) {
      revisions.Q += 1;
      revisions.PHI += 1;
    }
    const ours = seen(owner);
    if (ours) {
      if (code !== EVENT.RUN_END) counts.add("k.recorded_bytes", owner, body.length); // the end is the recorder's: nobody is shown it
      violation(verdict, owner);
      if (frame.kind === "turn" && isSyscall(code)) judged(entry, owner, effective);
    }
    if (!effective) return NOTHING;
    const others = verdict === 0 || !isSyscall(code) ? foreign(placed) : NOTHING;
    const own = ours && (verdict === 0 || code === EVENT.JOB_OUTCOME) ? effect(placed) : NOTHING;
    return others.length === 0 ? own : [...others, ...own];
  }

  /** A sender whose last message found no place waits for room. */
  function completed(turn: TurnFrame): void {
    const { actor, end } = turn;
    if (end.kind === TURN_END.WAITING && end.on === WAIT.ROOM && isProcess(end.subject)) mail.parked(actor, numbering.last(actor), end.subject);
    numbering.completed(turn);
  }

  function turn({ tick, actor, ready, delivery: { kind, from, seq }, end }: TurnFrame): void {
    const switched = actor !== last;
    last = actor;
    if (!seen(actor)) return;
    counts.add("k.turns", actor);
    if (switched) counts.add("k.context_switches", actor);
    state.readyMax = Math.max(state.readyMax, ready);
    if (end.kind === TURN_END.ABORTED) counts.add("k.turns_aborted", actor);
    const interrupt = INTERRUPTS.get(kind);
    if (interrupt !== undefined) {
      counts.add("k.interrupts", actor);
      counts.add(interrupt, actor);
    }
    if (kind === DELIVERY.SLICE) counts.add("k.slices", actor);
    if (kind !== DELIVERY.MESSAGE) return;
    counts.add("k.messages_delivered", actor);
    state.waitMax = Math.max(state.waitMax, mail.delivered(from, seq, actor, tick));
  }

  return {
    step(frame) {
      revisions.K += 1;
      if (frame.kind === "turn") turn(frame);
      const effective = frame.kind !== "turn" || frame.end.kind !== TURN_END.ABORTED;
      let measured: DiagnosticDraft[] | undefined;
      for (const entry of frame.entries) {
        const seq = effective ? numbering.of(frame, entry) : undefined;
        const drafts = take({ frame, entry, owner: ownership.of(frame, entry), seq }, effective);
        if (drafts.length > 0) (measured ??= []).push(...drafts);
      }
      if (frame.kind === "turn" && effective) completed(frame);
      return measured ?? NOTHING;
    },
    revision: (domain) => revisions[domain],
    read: (name, at) => readingsOf(state, name, at),
    user: () => [...state.user.values()]
      .sort((a, b) => a.process - b.process || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
      .map(({ name, process, value, unit }) => ({ metricId: `user.${name}`, unit, sourceId: `process/${process}`, processId: process, resourceContractId: 0, value })),
    flush(at) {
      const measured = readDiagnostics(recentReads, state.window.from, at);
      recentReads.clear();
      state.waitMax = 0;
      revisions.K += 1;
      state.window = { from: at, delivered: counts.get("k.messages_delivered"), measured: counts.get("q.measurements"), transformed: counts.get("phi.transforms") };
      return measured;
    },
  };
}
