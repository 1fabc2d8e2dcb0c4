// What a program can yield to Φ. `reserve`, `release`, `ledger`, `kuramoto`, `ising`, `spectrum` and `project` yield one operation
// each; the envelope methods submit and wait, two operations. Plain data only; every rule is admission's and the kernel's.
import type { ContractState, Ledger, Terms } from "../../../kernel-abi/contract.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Contract, Job } from "../../../kernel-abi/handle.ts";
import type { Program, ReserveOptions, ShareOptions } from "../../../kernel-abi/operation.ts";
import { AT_ONCE, GUARDED, STRICT, type Address, type Reading } from "../../../kernel-abi/reading.ts";
import { isProgram } from "../../../kernel-abi/shown.ts";
import { DEFAULT_SCHEDULE } from "../../kernels/phase/jobs.ts";
import type { CsrGraph, IsingSchedule } from "../../kernels/phase/jobs.ts";
import { readResult } from "../outcome.ts";
import type { Evaluation, IsingResult, KuramotoResult, SpectrumResult, StabilityReport } from "../outcome.ts";
import type { PhiReserve } from "../request.ts";

/** Numbers in either form; kept as float64. */
export type Numbers = readonly number[] | Float64Array;

/** A contract's terms, state and consumption so far, and what is left of it; readable after its end too. */
export interface PhiLedger extends Ledger {
  readonly state: ContractState;
  readonly terms: Terms;
  readonly free: { readonly budget: number; readonly shots: number };
}

/** An open envelope: the job that opened it, and the contract it lives under. It cannot be copied to another process. */
export interface Envelope {
  readonly contract: Contract<"PHI">;
  readonly job: Job<StabilityReport, "PHI">;
}

/** θ̇_i = ω_i + (K/N) Σ_j sin(θ_j - θ_i) + σξ_i, or K Σ_j w_ij sin(θ_j - θ_i) on a graph. */
export interface KuramotoProblem {
  /** ω_i, radians per unit time. */
  readonly omega: Numbers;
  /** K, or the strengths of a sweep; every run starts from the same phases. */
  readonly couplings: number | Numbers;
  /** Default: all to all. */
  readonly graph?: CsrGraph;
  /** Radians. Default: drawn uniformly. */
  readonly initial?: Numbers;
  /** Default 0.05. */
  readonly dt?: number;
  /** Default 4,000. */
  readonly steps?: number;
  /** Steps left out of the statistics. Default: half of them. */
  readonly transient?: number;
  /** σ, radians per √time. Default 0. */
  readonly noise?: number;
  /** r(t) is kept every stride-th step. Default: about a hundred points. */
  readonly stride?: number;
  /** An oscillator is locked when it keeps this close to the collective frequency. Default 0.01. */
  readonly lockTolerance?: number;
}

/** H(s) = Σ_{i<j} J_ij s_i s_j + Σ h_i s_i, minimised; J = +1 on every edge is maximum cut. */
export interface IsingProblem {
  readonly couplings: CsrGraph;
  readonly fields?: Numbers;
  /** Overrides of the tuned schedule. */
  readonly schedule?: Partial<IsingSchedule>;
  /** Default 16. */
  readonly restarts?: number;
  /** End every read-out with a descent. Default true. */
  readonly polish?: boolean;
  /** Also give the cut of the best spins. Default false. */
  readonly cut?: boolean;
}

/** A real signal, or both parts of a complex one. */
export type Signal = Numbers | { readonly real: Numbers; readonly imaginary: Numbers };
export interface SpectrumOptions {
  /** Samples a second. Default 1. */
  readonly sampleRate?: number;
  /** Default "hann". */
  readonly window?: "none" | "hann";
  /** Zero padding beyond the next power of two: 1, 2, 4 or 8. Default 1. */
  readonly padding?: number;
  /** Peaks at most. Default 5. */
  readonly top?: number;
}

export interface Phi {
  /**
   * A coherence window [start, start + duration) for `components` phase components.
   * @throws Fault ABI_MALFORMED | PHI_ERR_COHERENCE_TIMEOUT | DOMAIN_UNAUTHORIZED | RESOURCE_EXHAUSTED
   */
  reserve(request: PhiReserve, options?: ReserveOptions): Program<Contract<"PHI">, "PHI">;
  /** Ends the window; its envelopes are gone. @throws Fault CONTRACT_INVALID */
  release(contract: Contract<"PHI">): Program<void, "PHI">;
  /**
   * Lets `to` work in the window, on its ledger and with envelopes of its own; with `measures`, it may also project from them. Answers
   * with the number that `to` attaches to. @throws Fault CONTRACT_INVALID, PROCESS_UNKNOWN
   */
  share(contract: Contract<"PHI">, to: Address, options?: ShareOptions): Program<number, "PHI">;
  /** A handle for a contract that is shared with this process. @throws Fault CONTRACT_INVALID */
  attach(contract: number): Program<Contract<"PHI">, "PHI">;
  /** @throws Fault CONTRACT_INVALID */
  ledger(contract: Contract<"PHI">): Program<PhiLedger, "PHI">;
  /**
   * Opens an envelope of 2 to 4,096 components, z_j = r_j e^{iθ_j} with Σr² = 1 and no r² above 3/4. Envelope calls wait for their outcome.
   * @throws Fault ABI_MALFORMED, PHI_ERR_COHERENCE_TIMEOUT outside the window, RESOURCE_EXHAUSTED, PHI_ERR_HARDWARE_FAILURE
   */
  open(contract: Contract<"PHI">, phases: Numbers, magnitudes?: Numbers): Program<Envelope, "PHI">;
  /**
   * θ_j += δ_j; one δ for all or one each.
   * @throws Fault PHI_ERR_STABILITY_BREACH beyond the tolerance: the envelope and its contract are gone and nothing is
   * projected; PHI_ERR_ENVELOPE_INVALID, PHI_ERR_TRANSFORM_UNSUPPORTED and as `open`
   */
  shift(envelope: Envelope, delta: number | Numbers): Program<StabilityReport, "PHI">;
  /** θ_j += κ·sin(ψ - θ_j). @throws as `shift` */
  align(envelope: Envelope, kappa: number): Program<StabilityReport, "PHI">;
  /** (a + ib)/√2 into a and (ia + b)/√2 into b; both of one size and one contract. @throws as `shift` */
  merge(a: Envelope, b: Envelope): Program<StabilityReport, "PHI">;
  /** The inverse of `merge`. @throws as `shift` */
  split(a: Envelope, b: Envelope): Program<StabilityReport, "PHI">;
  /** Projects R and ψ, coarse, and ψ only where it is collective; changes nothing, no noise. @throws as `shift` */
  evaluate(envelope: Envelope): Program<Evaluation, "PHI">;
  /** Frees the envelope's place in the contract. @throws as `open` */
  close(envelope: Envelope): Program<void, "PHI">;
  /** Synchronisation over a sweep of couplings. Returns at once; `project` waits. @throws as `open`, PHI_ERR_TRANSFORM_UNSUPPORTED */
  kuramoto(contract: Contract<"PHI">, problem: KuramotoProblem): Program<Job<KuramotoResult, "PHI">, "PHI">;
  /** Low-energy spins by the oscillator Ising machine. @throws as `kuramoto` */
  ising(contract: Contract<"PHI">, problem: IsingProblem): Program<Job<IsingResult, "PHI">, "PHI">;
  /** Peaks of a signal's spectrum. @throws as `kuramoto` */
  spectrum(contract: Contract<"PHI">, signal: Signal, options?: SpectrumOptions): Program<Job<SpectrumResult, "PHI">, "PHI">;
  /** Waits for a job's outcome. A handle resolves once; later reads return the stored outcome. @throws Fault as the job ended */
  project<T>(job: Job<T, "PHI">): Program<T, "PHI">;
}

const unexpected = (op: string, what: string): never => {
  throw new Fault("ABI_MALFORMED", { argument: `answer to phi.${op}`, what });
};
const isHandle = (value: unknown, kind: "contract" | "job"): boolean =>
  typeof value === "object" && value !== null && "handle" in value && value.handle === kind && "domain" in value && value.domain === "PHI";
const isContract = (value: unknown): value is Contract<"PHI"> => isHandle(value, "contract");
/** What a job gives is settled by the call that made it. */
const isJob = <T>(value: unknown): value is Job<T, "PHI"> => isHandle(value, "job");
const isLedger = (value: unknown): value is PhiLedger =>
  typeof value === "object" && value !== null && "budget" in value && "jobs" in value && "free" in value;

/** What is no list of numbers passes as it is, for admission to refuse. */
const floats = (numbers: Numbers): Float64Array => (Array.isArray(numbers) ? Float64Array.from(numbers) : (numbers as Float64Array));
const listed = (numbers: number | Numbers): Float64Array => (typeof numbers === "number" ? Float64Array.of(numbers) : floats(numbers));

function* reserve(request: PhiReserve, within: number | undefined): Program<Contract<"PHI">, "PHI"> {
  const answer = yield { domain: "PHI", op: "reserve", request, ...(within === undefined ? {} : { within }) };
  return isContract(answer) ? answer : unexpected("reserve", "a contract of Φ");
}

function* share(contract: Contract<"PHI">, to: Address, address: Reading["address"], measures: boolean): Program<number, "PHI"> {
  const answer = yield { domain: "PHI", op: "share", contract, to: address(to), measures };
  return typeof answer === "number" ? answer : unexpected("share", "a contract's number");
}

function* submit<T>(op: string, contract: Contract<"PHI">, call: Readonly<Record<string, unknown>>, refs: readonly Job[] = []): Program<Job<T, "PHI">, "PHI"> {
  const answer = yield { domain: "PHI", op: "submit", contract, call: { op, ...call }, refs };
  return isJob<T>(answer) ? answer : unexpected(op, "a job of Φ");
}

function* project<T>(job: Job<T, "PHI">): Program<T, "PHI"> {
  const answer = yield { domain: "PHI", op: "collect", job };
  return readResult(answer) as T; // isJob: the call that made the job settled T and the outcome's kind together
}

/** An envelope, and what it is called where the call is written. */
type Named = readonly [name: string, envelope: Envelope];

const OPENED = "what phi.open returned";

/** What a call is given for an envelope's contract or job; a program that was not run is neither, and is handed on for the kernel to say so. */
const held = <T>(envelope: Envelope, take: (envelope: Envelope) => T): T => (isProgram(envelope) ? envelope as unknown as T : take(envelope));

/** Calls on envelopes: under the contract of the first, and with the job of each. */
const onEnvelopes = ({ record }: Reading) => function* <T>(form: string, envelopes: readonly [Named, ...Named[]], call: Readonly<Record<string, unknown>> = {}): Program<T, "PHI"> {
  const op = form.slice("phi.".length, form.indexOf("("));
  const [[name, first]] = envelopes;
  const contract = record(form, name, first, (of) => held(of, ({ contract: under }) => under), OPENED);
  return yield* project(yield* submit<T>(op, contract, call, envelopes.map(([called, envelope]) => record(form, called, envelope, (of) => held(of, ({ job }) => job), OPENED))));
};

const KURAMOTO_STEPS = 4_000;
const SERIES_POINTS = 100;

function kuramotoCall(problem: KuramotoProblem): Readonly<Record<string, unknown>> {
  const { omega, couplings, graph, initial, dt = 0.05, steps = KURAMOTO_STEPS, noise = 0, lockTolerance = 0.01 } = problem;
  const { transient = Math.floor(steps / 2), stride = Math.max(1, Math.ceil(steps / SERIES_POINTS)) } = problem;
  return {
    omega: floats(omega), couplings: listed(couplings), ...(graph === undefined ? {} : { graph }),
    ...(initial === undefined ? {} : { initial: floats(initial) }), dt, steps, transient, noise, stride, lockTolerance,
  };
}

function isingCall({ couplings, fields, schedule = {}, restarts = 16, polish = true, cut = false }: IsingProblem): Readonly<Record<string, unknown>> {
  return { couplings, ...(fields === undefined ? {} : { fields: floats(fields) }), schedule: { ...DEFAULT_SCHEDULE, ...schedule }, restarts, polish, cut };
}

function spectrumCall(signal: Signal, { sampleRate = 1, window = "hann", padding = 1, top = 5 }: SpectrumOptions): Readonly<Record<string, unknown>> {
  const parts = typeof signal === "object" && signal !== null && "real" in signal ? { real: floats(signal.real), imaginary: floats(signal.imaginary) } : { real: floats(signal) };
  return { ...parts, sampleRate, window, padding, top };
}

/** The operations of Φ, which read what they are given that way. */
function operations(reading: Reading): Phi {
  const { address, record, argument } = reading;
  const on = onEnvelopes(reading);
  return Object.freeze({
    reserve: (request: PhiReserve, options: ReserveOptions = {}) => reserve(request, record("phi.reserve(request, { within? })", "options", options, ({ within }) => within)),
    *release(contract: Contract<"PHI">): Program<void, "PHI"> {
      yield { domain: "PHI", op: "release", contract };
    },
    share: (contract: Contract<"PHI">, to: Address, options: ShareOptions = {}) =>
      share(contract, to, address, record("phi.share(contract, to, { measures? })", "options", options, ({ measures = false }) => measures)),
    *attach(contract: number): Program<Contract<"PHI">, "PHI"> {
      const answer = yield { domain: "PHI", op: "attach", contract };
      return isContract(answer) ? answer : unexpected("attach", "a contract of Φ");
    },
    *ledger(contract: Contract<"PHI">): Program<PhiLedger, "PHI"> {
      const answer = yield { domain: "PHI", op: "ledger", contract };
      return isLedger(answer) ? answer : unexpected("ledger", "budget, jobs and what is free");
    },
    *open(contract: Contract<"PHI">, phases: Numbers, magnitudes?: Numbers): Program<Envelope, "PHI"> {
      const call = { phases: argument(phases, floats), ...(magnitudes === undefined ? {} : { magnitudes: argument(magnitudes, floats) }) };
      const job = yield* submit<StabilityReport>("open", contract, call);
      yield* project(job);
      return Object.freeze({ contract, job });
    },
    shift: (envelope: Envelope, delta: number | Numbers) => on<StabilityReport>("phi.shift(envelope, delta)", [["envelope", envelope]], { delta: argument(delta, listed) }),
    align: (envelope: Envelope, kappa: number) => on<StabilityReport>("phi.align(envelope, kappa)", [["envelope", envelope]], { kappa }),
    merge: (a: Envelope, b: Envelope) => on<StabilityReport>("phi.merge(a, b)", [["a", a], ["b", b]]),
    split: (a: Envelope, b: Envelope) => on<StabilityReport>("phi.split(a, b)", [["a", a], ["b", b]]),
    evaluate: (envelope: Envelope) => on<Evaluation>("phi.evaluate(envelope)", [["envelope", envelope]]),
    close: (envelope: Envelope) => on<void>("phi.close(envelope)", [["envelope", envelope]]),
    kuramoto: (contract: Contract<"PHI">, problem: KuramotoProblem) => submit<KuramotoResult>("kuramoto", contract, record("phi.kuramoto(contract, { omega, couplings, … })", "problem", problem, kuramotoCall)),
    ising: (contract: Contract<"PHI">, problem: IsingProblem) => submit<IsingResult>("ising", contract, record("phi.ising(contract, { couplings, … })", "problem", problem, isingCall)),
    spectrum: (contract: Contract<"PHI">, signal: Signal, options: SpectrumOptions = {}) =>
      submit<SpectrumResult>("spectrum", contract, record("phi.spectrum(contract, signal, { sampleRate?, window?, padding?, top? })", "options", options, (given) => spectrumCall(signal, given))),
    project,
  });
}

export const phi: Phi = operations(STRICT);
/** What programs of runs from before `widerProviders` are handed. */
export const phiNarrower: Phi = operations(GUARDED);
/** What programs of runs from before `refusalsInFull` are handed. */
export const phiBefore: Phi = operations(AT_ONCE);
