// What a program can yield to Q: one generator method an operation, each yielding exactly one and returning a typed value.
// Plain data only; every rule is the kernel's and admission's to judge. Synchronous and pure (D1).
import type { ContractState, Ledger, Terms } from "../../../kernel-abi/contract.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Contract, Job } from "../../../kernel-abi/handle.ts";
import type { Program, ReserveOptions, ShareOptions } from "../../../kernel-abi/operation.ts";
import type { GradientMethod, LoweredCircuit, ParameterMap, PauliSum } from "../../kernels/circuit.ts";
import type { QCall } from "../call.ts";
import { AT_ONCE, GUARDED, STRICT, type Address, type Reading } from "../../../kernel-abi/reading.ts";
import { parseResult, readResult } from "../outcome.ts";
import type { Bits, Counts, Gradient } from "../outcome.ts";
import type { QReserve } from "../request.ts";
import type { Noise } from "../noise.ts";
import { BoundCircuit } from "./parameter.ts";
import type { DecoderChoice } from "../qec/decoder-settings.ts";
import type { Experiment } from "../qec/experiment.ts";
import type { DetectionEvents, LogicalCounts } from "../qec/outcome.ts";

/** A circuit: lowered, or anything that lowers to one, such as the builder of circuit.ts. */
export type CircuitLike = LoweredCircuit | { lower(): LoweredCircuit };

/** A contract's terms, state and consumption so far, and what is left of it; readable after its end too. */
export interface QLedger extends Ledger {
  readonly state: ContractState;
  readonly terms: Terms;
  readonly free: { readonly budget: number; readonly shots: number };
}

export interface SampleOptions {
  /** Each shot meets its own errors, so that over many shots the outcomes fall as the noise's density matrix says. Up to 27 qubits. */
  readonly noise?: Noise;
  /**
   * `fused`: the state vector's gates in an order that is quicker, with other last digits; the outcome's record names the plan, and only a build that
   * makes the same plan reproduces it. `exact`, the default: every build does. Not with noise.
   */
  readonly fusion?: "exact" | "fused";
}

export interface EstimateOptions extends SampleOptions {
  /** What the value is charged as; the value itself is exact whatever stands here, but for noise, where it is the mean of so many runs. Default 1,000. */
  readonly shots?: number;
}
export const ESTIMATE_SHOTS = 1_000;

export interface GradientOptions {
  /** `adjoint`: one sweep back through the circuit. `shift`: two circuits a gate. Both are exact. Default `adjoint`. */
  readonly method?: GradientMethod;
  /** What each circuit of the measurement it stands for is charged as. Default 1,000. */
  readonly shots?: number;
}

export interface LogicalOptions {
  /** A name, or a name with settings: `{ name: "bp_osd", order: 7 }`. All settings, given or default, stand in the record. Default: matching. */
  readonly decoder?: DecoderChoice;
}

export interface Q {
  /**
   * A contract for `qubits` logical qubits and a decoherence `budget` in circuit-cost units (cost of the circuit × shots).
   * @throws Fault ABI_MALFORMED | DOMAIN_UNAUTHORIZED | RESOURCE_EXHAUSTED
   */
  reserve(request: QReserve, options?: ReserveOptions): Program<Contract<"Q">, "Q">;
  /** Gives the contract's qubits back; jobs under way still end. @throws Fault CONTRACT_INVALID */
  release(contract: Contract<"Q">): Program<void, "Q">;
  /**
   * Lets `to` work under the contract, on its ledger; with `measures`, it may also measure what it did itself. Answers with the number
   * that `to` attaches to. @throws Fault CONTRACT_INVALID, PROCESS_UNKNOWN
   */
  share(contract: Contract<"Q">, to: Address, options?: ShareOptions): Program<number, "Q">;
  /** A handle for a contract that is shared with this process. @throws Fault CONTRACT_INVALID */
  attach(contract: number): Program<Contract<"Q">, "Q">;
  /** @throws Fault CONTRACT_INVALID */
  ledger(contract: Contract<"Q">): Program<QLedger, "Q">;
  /**
   * One shot of a circuit that measures. Returns at once; `measure` waits.
   * @throws Fault in the order of A2: Q_ERR_CALIBRATION_INVALID, Q_ERR_RESOURCE_UNAVAILABLE, Q_ERR_GATE_UNSUPPORTED,
   * Q_ERR_MEASUREMENT_FAILURE, Q_ERR_DECOHERENCE_EXCEEDED (also ABI_MALFORMED, DOMAIN_UNAUTHORIZED, CONTRACT_INVALID before them).
   * The last of them ends the contract, and work under way under it, unless the run's recovery policy says `overuse: "refuse"`.
   */
  submit(contract: Contract<"Q">, circuit: CircuitLike, options?: SampleOptions): Program<Job<Bits, "Q">, "Q">;
  /** `shots` shots as a histogram. @throws as `submit` */
  sample(contract: Contract<"Q">, circuit: CircuitLike, shots: number, options?: SampleOptions): Program<Job<Counts, "Q">, "Q">;
  /**
   * The exact expectation value of a Pauli sum in the circuit's final state: a declared measurement mode of simulated
   * providers, charged as `shots` shots (contracts, rule 9). The circuit must not measure, reset or branch. With noise: the mean of the exact
   * values of `shots` noisy runs, which is off by chance, by less the more there are. @throws as `submit`
   */
  estimate(contract: Contract<"Q">, circuit: CircuitLike, observable: PauliSum, options?: EstimateOptions): Program<Job<number, "Q">, "Q">;
  /**
   * The exact expectation value, and its derivative by each parameter of a bound circuit (`circuit.bind`), by each rotation's angle of any
   * other, in their order: a declared measurement mode of simulated providers, charged as measuring it by parameter shift would be, `shots`
   * shots of 1 + 2 × (gates that a parameter moves) circuits. The circuit must not measure, reset or branch. @throws as `submit`
   */
  gradient(contract: Contract<"Q">, circuit: CircuitLike, observable: PauliSum, options?: GradientOptions): Program<Job<Gradient, "Q">, "Q">;
  /**
   * `shots` shots of an error-correction experiment as detection events and observable flips.
   * @throws as `submit`; STIM_SYNTAX and its kin for a circuit that cannot be read
   */
  detect(contract: Contract<"Q">, experiment: Experiment, shots: number): Program<Job<DetectionEvents, "Q">, "Q">;
  /** How often `decoder` (default: matching) predicts the observables of an experiment wrongly. @throws as `detect` */
  logical(contract: Contract<"Q">, experiment: Experiment, shots: number, options?: LogicalOptions): Program<Job<LogicalCounts, "Q">, "Q">;
  /**
   * Waits for a job's outcome. A handle resolves once; later reads return the stored outcome.
   * @throws Fault Q_ERR_HARDWARE_FAILURE when the provider lost the job, or the kernel's own
   */
  measure<T>(job: Job<T, "Q">): Program<T, "Q">;
}

/** What is no circuit at all passes as it is, for admission to refuse. */
const lower = (circuit: CircuitLike): LoweredCircuit =>
  (typeof circuit === "object" && circuit !== null && "lower" in circuit ? circuit.lower() : circuit);

/** How a bound circuit's parameters move its angles; of any other circuit, every angle is a parameter. */
function movesOf(circuit: CircuitLike): ParameterMap {
  if (circuit instanceof BoundCircuit) return circuit.moves;
  const angles: unknown = lower(circuit).angles;
  const count = angles instanceof Float64Array ? angles.length : 0;
  const entries = Int32Array.from({ length: count }, (_, at) => at);
  return { count, entries, of: entries.slice(), factors: new Float64Array(count).fill(1) };
}

/** What is not asked for is no member: the call is what it was before there was any. */
const askedOf = ({ noise, fusion }: SampleOptions): SampleOptions => ({ ...(noise === undefined ? {} : { noise }), ...(fusion === undefined ? {} : { fusion }) });

const unexpected = (op: string, what: string): never => {
  throw new Fault("ABI_MALFORMED", { argument: `answer to q.${op}`, what });
};
const isHandle = (value: unknown, kind: "contract" | "job"): boolean =>
  typeof value === "object" && value !== null && "handle" in value && value.handle === kind && "domain" in value && value.domain === "Q";
const isContract = (value: unknown): value is Contract<"Q"> => isHandle(value, "contract");
/** What a job gives is settled by the mode of the call that made it. */
const isJob = <T>(value: unknown): value is Job<T, "Q"> => isHandle(value, "job");
const isLedger = (value: unknown): value is QLedger =>
  typeof value === "object" && value !== null && "budget" in value && "shots" in value && "jobs" in value && "free" in value;

function* call<T>(op: string, contract: Contract<"Q">, data: QCall): Program<Job<T, "Q">, "Q"> {
  const answer = yield { domain: "Q", op: "submit", contract, call: data, refs: [] };
  return isJob<T>(answer) ? answer : unexpected(op, "a job of Q");
}

function* reserve(request: QReserve, within: number | undefined): Program<Contract<"Q">, "Q"> {
  const answer = yield { domain: "Q", op: "reserve", request, ...(within === undefined ? {} : { within }) };
  return isContract(answer) ? answer : unexpected("reserve", "a contract of Q");
}

function* share(contract: Contract<"Q">, to: Address, address: Reading["address"], measures: boolean): Program<number, "Q"> {
  const answer = yield { domain: "Q", op: "share", contract, to: address(to), measures };
  return typeof answer === "number" ? answer : unexpected("share", "a contract's number");
}

const ESTIMATE_FORM = "q.estimate(contract, circuit, observable, { shots?, noise?, fusion? })";
const ESTIMATE_BEFORE = "q.estimate(contract, circuit, observable, { shots? })";

/** The operations of Q, which read what they are given that way. `asked`: what options say of how a circuit is run; before
 * `widerProviders` nobody looked at that. */
function operations({ address, record, argument }: Reading, asked?: typeof askedOf): Q {
  const read = <T extends object, R>(form: string, options: T, take: (given: T) => R): R => record(form, "options", options, take);
  return Object.freeze({
    reserve: (request: QReserve, options: ReserveOptions = {}) => reserve(request, read("q.reserve(request, { within? })", options, ({ within }) => within)),
    *release(contract: Contract<"Q">): Program<void, "Q"> {
      yield { domain: "Q", op: "release", contract };
    },
    share: (contract: Contract<"Q">, to: Address, options: ShareOptions = {}) =>
      share(contract, to, address, read("q.share(contract, to, { measures? })", options, ({ measures = false }) => measures)),
    *attach(contract: number): Program<Contract<"Q">, "Q"> {
      const answer = yield { domain: "Q", op: "attach", contract };
      return isContract(answer) ? answer : unexpected("attach", "a contract of Q");
    },
    *ledger(contract: Contract<"Q">): Program<QLedger, "Q"> {
      const answer = yield { domain: "Q", op: "ledger", contract };
      return isLedger(answer) ? answer : unexpected("ledger", "budget, shots, jobs and what remains");
    },
    submit: (contract: Contract<"Q">, circuit: CircuitLike, options: SampleOptions = {}) =>
      call<Bits>("submit", contract, { mode: "bits", circuit: argument(circuit, lower), ...(asked === undefined ? {} : read("q.submit(contract, circuit, { noise?, fusion? })", options, asked)) }),
    sample: (contract: Contract<"Q">, circuit: CircuitLike, shots: number, options: SampleOptions = {}) =>
      call<Counts>("sample", contract, { mode: "counts", circuit: argument(circuit, lower), shots, ...(asked === undefined ? {} : read("q.sample(contract, circuit, shots, { noise?, fusion? })", options, asked)) }),
    estimate: (contract: Contract<"Q">, circuit: CircuitLike, observable: PauliSum, options: EstimateOptions = {}) =>
      call<number>("estimate", contract, {
        mode: "expectation", circuit: argument(circuit, lower), observable,
        ...read(asked === undefined ? ESTIMATE_BEFORE : ESTIMATE_FORM, options, (given) => ({ shots: given.shots ?? ESTIMATE_SHOTS, ...asked?.(given) })),
      }),
    gradient: (contract: Contract<"Q">, circuit: CircuitLike, observable: PauliSum, options: GradientOptions = {}) => {
      const lowered = argument(circuit, lower);
      const { method, shots } = read("q.gradient(contract, circuit, observable, { method?, shots? })", options,
        ({ method = "adjoint", shots = ESTIMATE_SHOTS }) => ({ method, shots }));
      return call<Gradient>("gradient", contract, { mode: "gradient", circuit: lowered, observable, shots, parameters: argument(circuit, movesOf), method });
    },
    detect: (contract: Contract<"Q">, experiment: Experiment, shots: number) => call<DetectionEvents>("submit", contract, { mode: "events", experiment, shots }),
    logical: (contract: Contract<"Q">, experiment: Experiment, shots: number, options: LogicalOptions = {}) =>
      call<LogicalCounts>("submit", contract, {
        mode: "logical", experiment, decoder: read("q.logical(contract, experiment, shots, { decoder? })", options, ({ decoder }) => decoder ?? "matching"), shots,
      }),
    *measure<T>(job: Job<T, "Q">): Program<T, "Q"> {
      const answer = yield { domain: "Q", op: "collect", job };
      return readResult(parseResult(answer)) as T; // isJob: the call that made the job settled T and the outcome's kind together
    },
  });
}

export const q: Q = operations(STRICT, askedOf);
/** What programs of runs from before `widerProviders` are handed: options that came with it are not looked at. */
export const qNarrower: Q = operations(GUARDED);
/** What programs of runs from before `refusalsInFull` are handed. */
export const qBefore: Q = operations(AT_ONCE);
