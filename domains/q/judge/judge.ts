// The judge of Q: every recorded measurement against the circuit it is said to come from (E4). Holds each distinct circuit and
// each job's outcome until the trace is read, so that jobs of one circuit are walked once and tested together.
//   X1  No key, seed or program is used: what is judged is the physics, so forged records are caught under an intact chain.
//   X2  Amplitudes are used in this folder and nowhere kept; what leaves it are probabilities of recorded outcomes (A4).
//   X3  A body that is not, to the byte, a form of outcome its job has is as impossible as one of probability 0.
import { sameBytes } from "../../../kernel-abi/canonical.ts";
import { Fault, faultByCode } from "../../../kernel-abi/fault.ts";
import type { DomainJudge, DomainVerdict, ExperimentVerdict, JobVerdict, JudgedJob, Tested } from "../../../kernel-abi/judgement.ts";
import { KERNEL, type JobId } from "../../../kernel-abi/ids.ts";
import { pack, unpack } from "../../../kernel-abi/packer.ts";
import type { LoweredCircuit } from "../../kernels/circuit.ts";
import type { NoiseModel } from "../../kernels/noise.ts";
import { createQAdmission } from "../admission.ts";
import { decodeDescriptor, type CircuitWork, type GradientJob, type QJob } from "../job.ts";
import { judgedQec } from "../qec/judge.ts";
import { exactExpectation } from "./expectation.ts";
import { experiment, noisyExperiment, type Findings } from "./experiment.ts";
import { exactGradient } from "./gradient.ts";
import { noisyMean } from "./noisy-mean.ts";
import { TooLarge } from "./noisy-walk.ts";
import { gradientIn, readingsOf, shortened, valueIn } from "./reading.ts";
import type { Reading, Tally } from "./tally.ts";

/** A job whose outcome has the right form. */
interface Sampled {
  readonly job: JobId;
  readonly work: CircuitWork;
  readonly readings: readonly Reading[];
}

interface Group {
  readonly bytes: Uint8Array;
  readonly circuit: LoweredCircuit;
  readonly noise: NoiseModel | undefined;
  readonly jobs: Sampled[];
}

/** FNV-1a, to find equal circuits among many; equality is settled by the bytes. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** The job, if the provider could have been given it under this contract. @throws Fault TRACE_INCONSISTENT */
function workOf({ job, terms, descriptor }: JudgedJob): QJob {
  try {
    const call = createQAdmission().shape(unpack(descriptor), []);
    const contract = { id: 0, owner: KERNEL, terms, ledger: { budget: 0, shots: 0, jobs: 0 } };
    call.capacity(contract);
    call.support(contract);
    return decodeDescriptor(descriptor);
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    throw new Fault("TRACE_INCONSISTENT", { rule: "an intent describes a job its contract admits", job, what: cause.message }, { cause });
  }
}

const verdictOf = (job: JobId, { mode, circuit, shots, ...more }: CircuitWork, rest: Pick<JobVerdict, "standing"> & Partial<JobVerdict>, noisy = "noise" in more): JobVerdict => ({
  job, domain: "Q", kind: mode, units: circuit.qubits, shots: mode === "gradient" || (mode === "expectation" && !noisy) ? 1 : shots, logLikelihood: null, p: null, test: null, note: "", ...rest,
});

const impossible = (what: string, outcome: string, probability = 0): Pick<JobVerdict, "standing" | "impossible"> =>
  ({ standing: "impossible", impossible: { what, outcome: shortened(outcome), probability } });

class QJudge implements DomainJudge {
  readonly #groups = new Map<number, Group[]>();
  readonly #verdicts: JobVerdict[] = [];

  take(job: JudgedJob): void {
    const work = workOf(job);
    const verdict = "experiment" in work ? judgedQec(job, work) : this.#alone(job, work);
    if (verdict !== undefined) this.#verdicts.push(verdict);
  }

  /** The verdict of a job that needs no walk; undefined when it has joined a group. */
  #alone({ job, outcome }: JudgedJob, work: CircuitWork): JobVerdict | undefined {
    if (outcome.verdict !== 0) return verdictOf(job, work, { standing: "failed", note: faultByCode(outcome.verdict) ?? `#${outcome.verdict}` });
    if (work.mode === "expectation") return this.#expectation(job, work, outcome.body);
    if (work.mode === "gradient") return this.#gradient(job, work, outcome.body);
    const readings = readingsOf(work, outcome.body);
    if (typeof readings === "string") return verdictOf(job, work, impossible("the body is no outcome of such a job", readings));
    this.#groupOf(work).jobs.push({ job, work, readings });
    return undefined;
  }

  #expectation(job: JobId, work: CircuitWork & { readonly mode: "expectation" }, body: Uint8Array): JobVerdict {
    const recorded = valueIn(work, body);
    if (typeof recorded === "string") return verdictOf(job, work, impossible("the body is no outcome of such a job", recorded));
    if (work.noise !== undefined) return this.#mean(job, { ...work, noise: work.noise }, recorded);
    const { value, tolerance } = exactExpectation(work.circuit, work.observable);
    if (Math.abs(recorded - value) <= tolerance) return verdictOf(job, work, { standing: "possible" });
    return verdictOf(job, work, impossible(`the exact value is ${value}`, String(recorded)));
  }

  #mean(job: JobId, work: CircuitWork & { readonly mode: "expectation"; readonly noise: NoiseModel }, recorded: number): JobVerdict {
    const mean = unlessTooLarge(() => noisyMean(work, recorded));
    if (mean === undefined) return verdictOf(job, work, { standing: "unjudged", note: TOO_LARGE });
    if (!mean.possible) return verdictOf(job, work, impossible("no mean of runs of this circuit is further from the exact value", String(recorded)));
    return verdictOf(job, work, { standing: "possible", p: mean.p, test: "mean" });
  }

  #gradient(job: JobId, work: GradientJob, body: Uint8Array): JobVerdict {
    const recorded = gradientIn(body, work.parameters.count);
    if (typeof recorded === "string") return verdictOf(job, work, impossible("the body is no outcome of such a job", recorded));
    const { value, gradient, tolerance, tolerances } = exactGradient(work);
    if (!(Math.abs(recorded.value - value) <= tolerance)) return verdictOf(job, work, impossible(`the exact value is ${value}`, String(recorded.value)));
    const wrong = gradient.findIndex((slope, at) => !(Math.abs((recorded.gradient[at] ?? 0) - slope) <= (tolerances[at] ?? 0)));
    if (wrong < 0) return verdictOf(job, work, { standing: "possible" });
    return verdictOf(job, work, impossible(`the exact derivative by parameter ${wrong} is ${gradient[wrong]}`, String(recorded.gradient[wrong])));
  }

  #groupOf(work: CircuitWork): Group {
    const { circuit } = work;
    const noise = "noise" in work ? work.noise : undefined;
    const bytes = pack(noise === undefined ? circuit : { ...circuit, noise }).slice();
    const hash = hashOf(bytes);
    const alike = this.#groups.get(hash) ?? [];
    this.#groups.set(hash, alike);
    const known = alike.find((group) => sameBytes(group.bytes, bytes));
    if (known !== undefined) return known;
    const group = { bytes, circuit, noise, jobs: [] };
    alike.push(group);
    return group;
  }

  finish(): DomainVerdict {
    const experiments: ExperimentVerdict[] = [];
    for (const group of [...this.#groups.values()].flat()) {
      group.jobs.sort((a, b) => a.job - b.job);
      const { circuit, noise } = group;
      const read = group.jobs.map(({ readings }) => readings);
      const findings = noise === undefined ? experiment(circuit, read) : unlessTooLarge(() => noisyExperiment(circuit, noise, read));
      const rows = findings === undefined ? [] : rowsByJob(findings.tally);
      const otherwise = noise === undefined ? MANY_PATHS : TOO_LARGE;
      group.jobs.forEach((sampled, at) => { this.#verdicts.push(findings === undefined ? verdictOf(sampled.job, sampled.work, { standing: "unjudged", note: otherwise }) : verdictOfSampled(sampled, at, rows[at] ?? [], findings)); });
      if (group.jobs.length > 1 && findings !== undefined) {
        experiments.push({ jobs: group.jobs.map(({ job }) => job), shots: findings.tally.total, ...told(findings.plausibility.experiment) });
      }
    }
    return { jobs: this.#verdicts.toSorted((a, b) => a.job - b.job), experiments };
  }
}

const told = (tested: Tested | null): Pick<JobVerdict, "p" | "test"> => ({ p: tested?.p ?? null, test: tested?.test ?? null });

interface Row {
  readonly target: number;
  readonly times: number;
}

/** What each job read, in the order of its targets. */
function rowsByJob({ starts, job, times, shots }: Tally): readonly (readonly Row[])[] {
  const rows: Row[][] = shots.map(() => []);
  for (let target = 0; target + 1 < starts.length; target++) {
    for (let row = starts[target] ?? 0; row < (starts[target + 1] ?? 0); row++) rows[job[row] ?? 0]?.push({ target, times: times[row] ?? 0 });
  }
  return rows;
}

const MANY_PATHS = "hidden outcomes take more paths than can be followed";
const TOO_LARGE = "with noise the exact probabilities take a density matrix, and this circuit's is larger than can be followed: it is for reproduce";

function unlessTooLarge<T>(judged: () => T): T | undefined {
  try {
    return judged();
  } catch (cause) {
    if (cause instanceof TooLarge) return undefined;
    throw cause;
  }
}

function verdictOfSampled({ job, work }: Sampled, at: number, rows: readonly Row[], findings: Findings): JobVerdict {
  const { tally, lnP, p, plausibility, note } = findings;
  const wrong = rows.find(({ target }) => lnP[target] === -Infinity);
  if (wrong !== undefined) return verdictOf(job, work, impossible("the circuit cannot give this outcome", tally.records[wrong.target] ?? "", p[wrong.target]));
  const logLikelihood = rows.reduce((sum, { target, times }) => sum + times * (lnP[target] ?? 0), 0);
  return verdictOf(job, work, { standing: "possible", logLikelihood, ...told(plausibility.jobs[at] ?? null), note });
}

/** Serves one trace. */
export const createQJudge = (): DomainJudge => new QJudge();
