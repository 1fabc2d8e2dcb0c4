// Runs a definition on the real machine with a journal in memory and a toy domain behind both contract-bound names, so that
// tests of the machine do not lean on physics.
import { DEFAULT_BOUNDS, LIMITS } from "../../kernel-abi/limits.ts";
import { DOMAIN_VERBS, K_VERBS, OPERATOR_VERBS, type VerbName } from "../../kernel-abi/capability.ts";
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { Frame } from "../../kernel-abi/frame.ts";
import type { Injection, Recovery } from "../../kernel-abi/injection.ts";
import type { Bounds, Header } from "../../kernel-abi/header.ts";
import type { JobId } from "../../kernel-abi/ids.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import type { Admission, Outcome, Outcomes, RunEnd } from "../../kernel-abi/ports.ts";
import { ABI_VERSION } from "../../kernel-abi/version.ts";
import { seededRandom } from "../../domains/k/random.ts";
import { sha256 } from "../../runtime/adapters/sha256.ts";
import { drive } from "../../runtime/context/driver.ts";
import { Consistency } from "../../replay/consistency/consistency.ts";
import { encodeFrame } from "../../replay/entry/writer.ts";
import type { PolicyName } from "../../runtime/scheduler/policies.ts";
import { header } from "./recordings.ts";

export const TOY_UNITS = 10;

export interface ToyRequest { readonly units?: number; readonly budget?: number; readonly start?: number; readonly end?: number; readonly shots?: number; readonly calibratedUntil?: number; readonly grace?: number }
export interface ToyCall { readonly cost?: number; readonly charge?: number; readonly units?: number; readonly value?: unknown; readonly fail?: number; readonly gate?: string; readonly stage?: string }

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const count = (value: unknown, otherwise: number): number => {
  if (value === undefined) return otherwise;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new Fault("ABI_MALFORMED", { argument: "toy", value: String(value) });
  return value;
};

/** A domain of ten units whose calls cost what they say and give back what they carry. */
export function toyAdmission(domain: BoundDomain): Admission {
  return {
    domain,
    providers: [{
      provider: `toy.${domain}`, domain, attestation: "simulated", version: 1, units: TOY_UNITS, channels: 4, permitted: ["ECHO"], figures: {}, kernels: [],
    }],
    costTables: [{ name: `toy.${domain}`, version: 1, table: { echo: 1 } }],
    request(request, now) {
      if (!isRecord(request)) throw new Fault("ABI_MALFORMED", { argument: "request" });
      const start = count(request["start"], now);
      return {
        domain, units: Math.max(1, count(request["units"], 1)), start, end: Math.max(start + 1, count(request["end"], 1_000_000)), budget: count(request["budget"], 100),
        shots: count(request["shots"], 100), channels: 4, errorPpm: 0, noisePpm: 0,
        calibration: { id: 1, from: 0, until: count(request["calibratedUntil"], 10_000_000), grace: count(request["grace"], 0) }, permitted: ["ECHO"],
      };
    },
    shape(call) {
      if (!isRecord(call)) throw new Fault("ABI_MALFORMED", { argument: "call" });
      const stage = call["stage"];
      const fails = (at: string, fault: ConstructorParameters<typeof Fault>[0]): void => { if (stage === at || stage === "all") throw new Fault(fault, { at }); };
      const charge = count(call["charge"], 1);
      return {
        units: count(call["units"], 1),
        calibration: () => fails("calibration", "Q_ERR_CALIBRATION_INVALID"),
        capacity: () => fails("capacity", "Q_ERR_RESOURCE_UNAVAILABLE"),
        support: () => fails("support", "Q_ERR_GATE_UNSUPPORTED"),
        budget: () => {
          fails("budget", "Q_ERR_DECOHERENCE_EXCEEDED");
          return { cost: Math.max(1, count(call["cost"], 1)), charge: { budget: charge, shots: charge }, descriptor: pack({ value: call["value"] ?? null, fail: call["fail"] ?? 0 }) };
        },
        accepted: () => undefined,
      };
    },
  };
}

/** Echoes; `delay` shuffles completion order without touching the run. */
export function toyOutcomes(delay: (job: number) => number = () => 0): Outcomes {
  const pending = new Map<JobId, Promise<Outcome>>();
  return {
    start({ job, descriptor }) {
      const { value, fail } = unpack(descriptor) as { value: unknown; fail: number };
      const outcome: Outcome = fail === 0 ? { verdict: 0, body: pack(value) } : { verdict: fail, body: pack({ injected: true }) };
      pending.set(job, new Promise((resolve) => { setTimeout(() => resolve(outcome), delay(job)); }));
    },
    outcome: (job) => pending.get(job) ?? Promise.reject(new Error(`job ${job}`)),
    abandon: (job) => { pending.delete(job); },
    close: () => Promise.resolve(),
  };
}

export interface ToyRun {
  readonly end: RunEnd;
  readonly frames: readonly Frame[];
  /** Every frame's bytes, hex, for comparing runs whole. */
  readonly trace: string;
}

export interface ToyOptions {
  readonly seed?: string;
  readonly input?: unknown;
  readonly files?: Readonly<Record<string, string>>;
  readonly bounds?: Partial<Bounds>;
  readonly policy?: PolicyName;
  readonly allow?: readonly VerbName[];
  readonly mailboxBound?: number;
  readonly slice?: number;
  /** Flags of the ABI the run goes by; all of them otherwise. */
  readonly flags?: readonly string[];
  readonly outcomes?: Outcomes;
  readonly faults?: readonly Injection[];
  readonly recovery?: Recovery;
}

export const allVerbs: readonly VerbName[] = [...K_VERBS, ...DOMAIN_VERBS.Q, ...DOMAIN_VERBS.PHI, ...OPERATOR_VERBS];

/** Holds frames against the rules of verify, as they are. @throws Fault TRACE_INCONSISTENT */
export function checkConsistent(frames: readonly Frame[], allow: readonly VerbName[], changes: Partial<Header> = {}): void {
  const rules = new Consistency(header({ ...changes, allow: [...allow], providers: [...toyAdmission("Q").providers, ...toyAdmission("PHI").providers] }));
  frames.forEach((frame, index) => { rules.frame(frame, { offset: 0, unit: "block", index }); });
}

export async function run(root: Behaviour, options: ToyOptions = {}): Promise<ToyRun> {
  const frames: Frame[] = [];
  const end = await drive({
    config: {
      seed: options.seed ?? "test", bounds: { ...DEFAULT_BOUNDS, ...options.bounds }, policy: options.policy ?? "cooperative", allow: options.allow ?? allVerbs,
      admissions: { Q: toyAdmission("Q"), PHI: toyAdmission("PHI") }, root, input: options.input ?? null, files: options.files ?? {},
      mailboxBound: options.mailboxBound ?? LIMITS.mailbox_depth_max, slice: options.slice, flags: options.flags, node: 0, vhm: 0, faults: options.faults, recovery: options.recovery,
    },
    ports: {
      sha256, random: seededRandom, guard: { enter: () => undefined, leave: () => undefined }, observer: {},
      journal: { append: (frame) => { frames.push(frame); }, barrier: () => undefined },
    },
    outcomes: options.outcomes ?? toyOutcomes(),
  });
  if (end.status === "paused") throw new Error("paused without until");
  checkConsistent(frames, options.allow ?? allVerbs, {
    bounds: { ...DEFAULT_BOUNDS, ...options.bounds }, ...(options.slice === undefined ? {} : { slice: options.slice }),
    ...(options.faults === undefined ? {} : { faults: [...options.faults] }), ...(options.recovery === undefined ? {} : { recovery: options.recovery }),
    ...(options.flags === undefined ? {} : { abi: { ...ABI_VERSION, flags: [...options.flags] } }),
  });
  return { end, frames, trace: frames.map((frame) => Buffer.from(encodeFrame(frame)).toString("hex")).join("\n") };
}
