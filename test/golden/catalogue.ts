// What is recorded for every version: programs, seeds and circumstances. Rows may be added; a row that has traces never changes.
import { resolve } from "node:path";
import type { RecordOptions } from "../../runtime/app/record.ts";
import { uniformNoise } from "../../domains/q/qec/experiment.ts";
import type { Study } from "../../domains/q/qec/study.ts";
import { parsePolicy } from "../../runtime/scheduler/policies.ts";
import type { Behind, Fork } from "./derived.ts";
import { WORKLOADS } from "../support/workloads.ts";

export interface Row extends Pick<RecordOptions, "input" | "files" | "bounds" | "policy" | "slice" | "allow" | "faults" | "recovery"> {
  /** The trace's name, without `.triad`. */
  readonly name: string;
  /** Path of the program from the repository's root. */
  readonly program: string;
  readonly seed: string;
  /** The last version that writes such a trace. */
  readonly last?: string;
  /** The commit whose runtime wrote it, from before flags of the ABI that came since: what they decide is decided as it was then. */
  readonly before?: string;
  /** It comes of another trace (derived.ts). */
  readonly fork?: Fork;
  /** It was cut and went on from a snapshot (derived.ts). */
  readonly behind?: Behind;
}

type More = Omit<Row, "name" | "program" | "seed"> & { readonly as?: string; readonly seed?: string };

const row = (folder: string) => (program: string, { as = program, seed = "golden", ...more }: More = {}): Row =>
  ({ name: as, program: `${folder.replace("*", program)}/${program}.ts`, seed, ...more });

const example = row("examples/*");
const small = row("test/programs");
const own = row("test/golden/programs");
/** The workloads that are killed and resumed (test/support/workloads.ts), as small as they come. */
const resumed = WORKLOADS.map(({ name, small: size, ticks, faults, policy, slice, files, allow }): Row => ({
  name: `resumed-${name}`, program: `test/programs/resume/${name}.ts`, seed: "golden", input: { size },
  ...(ticks === undefined ? {} : { bounds: { ticks: ticks.small } }), ...(policy === undefined ? {} : { policy: parsePolicy(policy) }),
  ...faults, ...(slice === undefined ? {} : { slice }), ...(files === undefined ? {} : { files }), ...(allow === undefined ? {} : { allow }),
}));

/** One of those workloads, longer, cut and taken up again behind a snapshot. */
const resumedFrom = (name: string, size: number, behind: Behind): Row => ({ name: `snapshot-${name}`, program: `test/programs/resume/${name}.ts`, seed: "golden", input: { size }, behind });
/** What befalls the run of `bereft`. */
const STRIKES: Pick<Row, "allow" | "faults" | "recovery"> = {
  allow: ["Q", "PHI", "ADMIN_FAULT"], faults: [{ at: 2, kind: "capability-revocation", process: "root/holder#1", verb: "ALLOCATE_Q" }],
  recovery: { version: 1, rules: [], escalate: { failures: 3, within: 200 } },
};

/** What `triad qec threshold` and `triad qec sample` record. */
const studied = (name: string, program: string, input: unknown): Row => ({ name, program: `runtime/app/qec/${program}.ts`, seed: "golden", input });
const STUDY: Study = {
  cells: [[3, 0.02], [5, 0.02], [3, 0.06], [5, 0.06]].map(([distance = 3, p = 0]) =>
    ({ p, decoder: "matching", experiment: { code: "repetition_code:memory", distance, rounds: distance, noise: uniformNoise(p) } })),
  stop: { maxShots: 20_000, maxErrors: 200 }, interval: { method: "wilson", confidence: 0.95 }, per: "shot",
};

export const CATALOGUE: readonly Row[] = [
  example("bell"), example("teleport"), example("h2"), example("kuramoto"),
  small("bell", { as: "pair" }), small("chatty", { input: { some: ["input", 1.5, null] } }), small("denied", { as: "enforced", allow: [] }),
  small("endless", { as: "bounded-ticks", bounds: { ticks: 20 } }), small("endless", { as: "bounded-turns", bounds: { turns: 9 } }),
  small("failing", { as: "faulted" }), small("reader", { input: { times: 3 }, files: { words: "words, naïve 𝛗\n" } }), small("reader", { as: "input-refused", input: { times: 0 }, last: "0.2.0" }),
  small("stuck"),
  own("family"), own("mail"),
  own("mail", { as: "bounded-messages", bounds: { messages: 30 } }), own("authority"), own("contracts"),
  own("jobs"), own("jobs", { as: "bounded-shots", bounds: { shots: 150 } }), own("phases"), own("ambient"), own("many"),
  own("refusals"), own("afterwards"), own("partners"), own("partners", { as: "partners-enforced", recovery: { version: 1, rules: [], overuse: "revoke", copies: 1 } }),
  ...Array.from({ length: 3 }, (_, n) => own("wanderer", { as: `wanderer-${n + 1}`, seed: `way ${n + 1}`, policy: n % 2 === 0 ? "cooperative" : "round-robin" })),
  ...resumed,
  own("congestion"), own("troubled", {
    faults: [
      { at: 1, kind: "hardware-failure", domain: "Q" }, { at: 5, kind: "domain-freeze", domain: "PHI" }, { at: 12, kind: "domain-thaw", domain: "PHI" },
      { at: 14, kind: "calibration-expiry", domain: "Q" }, { at: 16, kind: "process-kill", process: "root/victim#1" },
    ],
    recovery: { version: 1, rules: [{ fault: "Q_ERR_HARDWARE_FAILURE", action: "retry", limit: 2 }] },
  }), own("plugged"), own("views", { input: {}, allow: ["READ_TRACE", "READ_TELEMETRY"] }),
  own("bereft", STRIKES),
  own("guards"), own("guards", { as: "guards-before", before: "b6298b6" }),
  own("bereft", { as: "bereft-before", before: "b6298b6", ...STRIKES }),
  own("malformed"), own("malformed", { as: "malformed-before", before: "b6298b6" }),
  own("declared", { slice: 2 }), own("declared", { as: "declared-before", before: "b6298b6", slice: 2 }), own("undeclared", { before: "b6298b6" }),
  own("leases"), own("leases", { as: "leases-before", before: "6ccc4d2" }),
  own("matches"), own("matches", { as: "matches-before", before: "4c02d58" }),
  own("nonsense"), own("nonsense", { as: "nonsense-before", before: "27b249b" }),
  own("entries"), own("entries", { as: "entries-before", before: "1751fff" }),
  own("together"), own("together", { as: "together-before", before: "1751fff" }),
  own("shifty"), own("shifty", { as: "shifty-before", before: "c26d297" }),
  own("unrun"), own("unrun", { as: "unrun-before", before: "9effa08" }),
  own("parted"), own("parted", { as: "parted-reseeded", fork: { of: "parted", at: 30, seed: "another", allow: ["Q"] } }), own("parted", { as: "parted-input", fork: { of: "parted", at: 0, input: { rounds: 3 }, allow: ["Q"] } }),
  resumedFrom("laps", 12, { every: 40, further: 30 }),
  own("experiments"), own("noisy"), studied("threshold", "program", STUDY), studied("events", "sample-program", { experiment: STUDY.cells[0]?.experiment, shots: 300 }),
];

export const FOLDER = import.meta.dirname;
export const MANIFEST = resolve(FOLDER, "manifest.json");
export const traceFile = (version: string, name: string): string => resolve(FOLDER, version, `${name}.triad`);

/** What the manifest states of one trace: its digest, its end, and the SHA-256 and size of the file as it was written. */
export interface Stated {
  readonly digest: string;
  readonly status: string;
  readonly sha256: string;
  readonly bytes: number;
}
/** By version, then by name. */
export type Manifest = Readonly<Record<string, Readonly<Record<string, Stated>>>>;
