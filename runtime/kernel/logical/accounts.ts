// Accounts: what each qubit and each epoch of a job has used. Owns counts and clocks; observes, and decides nothing.
//   N1  Epochs follow one another over the nodes without a gap; work done again after a rollback is charged to the epoch that does it.
//   N2  Of qubits and channels an epoch tells the most at once, of everything else the sum.
//   N4  What is undone is charged where the job stands, in a record of its own that gets no further.
//   N5  Epochs that follow one another and differ in nothing but their nodes are one record: a job's account grows with what happened, not with its fences.
//   N6  Every block has a decoder of its own, which is handed its rounds as they are measured (kernel-abi/qvm/qec/decoder-queue.ts). A qubit
//       waits for its decoder where a readout is to be known, and nowhere else: then nothing of it is left. What is freed is decoded no further.
//   N3  Errors are those that noise has really put on the qubit: none while it is off.
import { invariant } from "../../../kernel-abi/invariant.ts";
import { backlogAt, both, type DecoderQueue, type DecodingFigures, handed, IDLE, NO_DECODING, overloadLimits, roundsFrom } from "../../../kernel-abi/qvm/qec/decoder-queue.ts";
import { correctionsOf, cyclesOf, decodingNs } from "../../../kernel-abi/qvm/qec/rates.ts";
import type { Profile } from "../../../kernel-abi/qvm/qec/terms.ts";
import type { Block } from "./block.ts";
import { type Step, isMeasurement, tStatesOf } from "./demand.ts";
import { alike, eachEpoch, epochCount, type EpochRecord, type EpochUsage, NO_USAGE, sameMapping, together } from "./epochs.ts";

export interface ErrorCounts { readonly depolarizing: number; readonly coherence: number; readonly measurement: number }

export interface QubitAccount {
  readonly vq: string;
  readonly profile: Profile;
  readonly module: string;
  /** False once it was freed: its clock stands. */
  readonly live: boolean;
  readonly gates: number;
  readonly measurements: number;
  readonly cycles: number;
  /** Rounds its syndromes were decoded in, and how long that took, ns. */
  readonly decoderCycles: number;
  readonly decoderNs: number;
  /** How these rounds fared; of a qubit that was saved before there were such figures, none. */
  readonly decoding?: DecodingFigures & { readonly queue: DecoderQueue };
  readonly corrections: number;
  readonly syndromeWeight: number;
  readonly errors: ErrorCounts;
  /** When it is next free, on the job's own clock, ns. */
  readonly clockNs: number;
}

type Counted = { -readonly [Key in keyof QubitAccount]: QubitAccount[Key] };
type Running = { -readonly [Key in keyof Omit<EpochRecord, "usage" | "backlogNs" | "decoding">]: EpochRecord[Key] } & { decoding: DecodingFigures; usage: { -readonly [Key in keyof EpochUsage]: number } };

const NO_ERRORS: ErrorCounts = Object.freeze({ depolarizing: 0, coherence: 0, measurement: 0 });
export interface AccountSaved { readonly qubits: readonly QubitAccount[]; readonly epochs: readonly EpochRecord[] }

/** Of one job. */
export class Account {
  readonly #qubits = new Map<string, Counted>();
  readonly #epochs: EpochRecord[] = [];
  #usage: EpochUsage = NO_USAGE;
  #running: Running | undefined;
  #timeNs = 0;
  /** When all were last aligned: at a fence. */
  #epochNs = 0;

  get qubits(): readonly QubitAccount[] { return [...this.#qubits.values()]; }
  get epochs(): readonly EpochRecord[] { return this.#epochs; }
  /** The node it goes on with. */
  get next(): number { return this.#epochs.at(-1)?.to ?? 0; }
  /** When the last of its qubits is free, on the job's own clock. */
  get timeNs(): number { return this.#timeNs; }

  /** Qubits whose decoder is overloaded (N6). */
  get overloaded(): number { return [...this.#qubits.values()].filter(({ live, decoding }) => live && decoding?.queue.overloaded === true).length; }

  /** By how much the latest of their decoders is late where the job stands, ns. */
  get backlogNs(): number { return [...this.#qubits.values()].reduce((most, { live, decoding }) => (live && decoding !== undefined ? Math.max(most, backlogAt(decoding.queue, this.#timeNs)) : most), 0); }

  /** Of the job: peaks and sums over its epochs. */
  get usage(): EpochUsage { return this.#usage; }

  begin({ from, to, moves, conditions, undone }: Pick<EpochRecord, "from" | "to" | "moves" | "conditions" | "undone">): void {
    const start = this.next;
    this.#running = {
      epoch: epochCount(this.#epochs), times: 1, from: start, to, mapping: [], usage: { ...NO_USAGE, nodes: to - start }, decoderNs: 0, decoding: NO_DECODING,
      redone: Math.max(0, start - from), resets: 0, stalls: 0, moves, conditions, ...(undone === undefined ? {} : { undone }),
    };
  }

  /** A qubit comes to life, or lives on elsewhere; on a block of its own it begins with the epoch, `after` another on that one's, when that is done. */
  seat(vq: string, { profile, module }: Pick<Block, "profile" | "module">, after = false): void {
    const known = this.#qubits.get(vq);
    const clockNs = after ? this.#timeNs : this.#epochNs;
    if (known === undefined) {
      this.#qubits.set(vq, { vq, profile, module, live: true, gates: 0, measurements: 0, cycles: 0, decoderCycles: 0, decoderNs: 0, corrections: 0, syndromeWeight: 0, errors: NO_ERRORS, clockNs });
      return;
    }
    if (!known.live) known.clockNs = Math.max(known.clockNs, clockNs);
    Object.assign(known, { profile, module, live: true });
  }
  freed(vq: string): void {
    const known = this.#qubits.get(vq);
    if (known === undefined) return;
    known.live = false;
    if (known.decoding !== undefined) known.decoding = { ...known.decoding, queue: IDLE };
  }

  /** Tells the epoch how many there are now; `mapping` is asked for when there were never more. */
  peak(logicalQubits: number, physicalQubits: number, channels: number, mapping: () => EpochRecord["mapping"]): void {
    const running = this.#running;
    if (running === undefined) return;
    const { usage } = running;
    if (logicalQubits > usage.logicalQubits) running.mapping = mapping();
    usage.logicalQubits = Math.max(usage.logicalQubits, logicalQubits);
    usage.physicalQubits = Math.max(usage.physicalQubits, physicalQubits);
    usage.channels = Math.max(usage.channels, channels);
  }

  /** Charges a node to its qubits and to the epoch. A readout is known when it has been decoded, and its qubit waits for that. */
  charge(step: Step): void {
    const running = this.#running;
    if (running === undefined) return;
    if (step.op === "FENCE_EPOCH") return this.#align();
    const cycles = cyclesOf(step.op);
    const reads = isMeasurement(step.op);
    running.usage.measurements += reads ? 1 : 0;
    running.usage.tStates += tStatesOf(step);
    const own = step.vqs.flatMap((vq) => this.#qubits.get(vq) ?? []);
    const start = own.reduce((latest, { clockNs }) => Math.max(latest, clockNs), 0);
    let took = 0;
    for (const qubit of own) {
      const latencyNs = this.#decode(running, qubit, start, cycles);
      took = Math.max(took, cycles * qubit.profile.cycleNs + (reads ? Math.max(decodingNs(qubit.profile, qubit.profile.distance), latencyNs) : 0));
    }
    for (const qubit of own) {
      this.#until(qubit, start + took);
      qubit.gates += isGate(step.op) ? 1 : 0;
      qubit.measurements += reads ? 1 : 0;
      if (reads && qubit.decoding !== undefined) qubit.decoding = { ...qubit.decoding, queue: { ...IDLE, atNs: qubit.clockNs } };
    }
  }

  /** Hands a decoder the rounds of so many cycles; when it will have done the last, counted from then, ns. */
  #decode(running: Running, qubit: Counted, start: number, cycles: number): number {
    const { profile, decoding: { queue, ...figures } = { ...NO_DECODING, queue: IDLE } } = qubit;
    qubit.cycles += cycles;
    const rounds = roundsFrom(profile, start, cycles);
    if (rounds === undefined) return 0;
    const worked = decodingNs(profile, rounds.count);
    running.usage.decoderCycles += rounds.count;
    running.decoderNs += worked;
    qubit.decoderCycles += rounds.count;
    qubit.decoderNs += worked;
    const told = handed(queue, rounds, overloadLimits(profile));
    qubit.decoding = { ...both(figures, told.figures), queue: told.queue };
    running.decoding = both(running.decoding, told.figures);
    return told.queue.backlogNs + told.queue.workNs;
  }
  #until(qubit: Counted, clockNs: number): void {
    qubit.clockNs = clockNs;
    this.#timeNs = Math.max(this.#timeNs, clockNs);
  }

  /** Waits of a cycle for resets of these qubits. */
  resets(vqs: readonly string[], count: number): void {
    if (this.#running !== undefined) this.#running.resets += count;
    for (const qubit of count === 0 ? [] : vqs.flatMap((vq) => this.#qubits.get(vq) ?? []).slice(0, count)) this.#until(qubit, qubit.clockNs + qubit.profile.cycleNs);
  }
  pairs(count: number, { stalled }: { readonly stalled: boolean }): void {
    if (this.#running === undefined) return;
    this.#running.usage.pairs += count;
    this.#running.stalls += stalled ? 1 : 0;
  }
  /** Of a run under noise, over all of its shots: what its decoders corrected as far as that is to be expected, each seen by two checks, and what got past them. */
  noisy(shots: number, strikes: ReadonlyMap<string, Partial<ErrorCounts>>): void {
    for (const { vq, profile, decoderCycles } of this.#qubits.values()) {
      const corrections = correctionsOf(profile, decoderCycles * shots);
      this.noted(vq, { ...strikes.get(vq), corrections, syndromeWeight: 2 * corrections });
    }
  }
  /** Errors that noise put on a qubit, and what its decoder made of them. */
  noted(vq: string, counts: Partial<ErrorCounts> & { readonly corrections?: number; readonly syndromeWeight?: number }): void {
    const qubit = this.#qubits.get(vq);
    if (qubit === undefined) return;
    const { errors } = qubit;
    qubit.corrections += counts.corrections ?? 0;
    qubit.syndromeWeight += counts.syndromeWeight ?? 0;
    qubit.errors = {
      depolarizing: errors.depolarizing + (counts.depolarizing ?? 0), coherence: errors.coherence + (counts.coherence ?? 0),
      measurement: errors.measurement + (counts.measurement ?? 0),
    };
  }

  /** Ends the epoch that was begun. */
  end(): EpochRecord {
    const running = this.#running;
    invariant(running !== undefined, "C27", "an epoch ends that was begun");
    this.#align();
    this.#running = undefined;
    const { decoding: { backlogMaxNs, ...figures }, ...rest } = running;
    const record: EpochRecord = { ...rest, backlogNs: backlogMaxNs, ...(running.usage.decoderCycles === 0 ? {} : { decoding: { ...figures, backlogEndNs: this.backlogNs, overloaded: this.overloaded } }) };
    this.#keep(record);
    return record;
  }

  #keep(record: EpochRecord): void {
    for (const epoch of eachEpoch([record])) this.#usage = together(this.#usage, epoch.usage);
    const last = this.#epochs.at(-1);
    if (last === undefined || !alike(last, record)) this.#epochs.push(last !== undefined && sameMapping(last.mapping, record.mapping) ? { ...record, mapping: last.mapping } : record);
    else this.#epochs[this.#epochs.length - 1] = { ...last, times: last.times + record.times, to: record.to };
  }

  /** At a fence, between two epochs. */
  saved(): AccountSaved { return { qubits: this.qubits.map((qubit) => ({ ...qubit })), epochs: [...this.#epochs] }; }
  static restored(saved: AccountSaved): Account {
    const account = new Account();
    for (const qubit of saved.qubits) {
      account.#qubits.set(qubit.vq, { ...qubit });
      account.#timeNs = Math.max(account.#timeNs, qubit.clockNs);
    }
    account.#epochNs = account.#timeNs;
    for (const record of saved.epochs) account.#keep(record);
    return account;
  }

  #align(): void {
    for (const qubit of this.#qubits.values()) if (qubit.live) qubit.clockNs = this.#timeNs;
    this.#epochNs = this.#timeNs;
  }
}

const isGate = (op: string): boolean => op.startsWith("APPLY_") || op === "TELEPORT_CNOT" || op === "COND_PAULI" || op === "INJECT_T_STATE";
