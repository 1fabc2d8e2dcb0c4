// The operations of a QVM graph, one record each: verifier, JSON Schema, reference page and executors read this table and no other.
//   O1  A record says everything: operands, arguments with their ranges, events, capability, class, inverse, unitary, help.
//   O2  `cap` is what a session must hold; a graph must also declare it when `declared` says so.
//   O3  The inverse of an inverse is the op itself; a unitary times its inverse's is 1 (tested).
// Sources: QVM 0.1 specification (20 ops, `standard`), and the ops its executor, assembler and examples use beside them.
import { DISTANCE_MAX } from "./qec/terms.ts";
import type { Unitary } from "./unitary.ts";
import { CNOT, CZ, H, S, SDG, SWAP, T, TDG, TOFFOLI, X, Y, Z, rotation } from "./unitary.ts";

/** Capabilities a session can be granted. */
export const CAPS = Object.freeze(["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE", "CAP_TELEPORT", "CAP_MAGIC", "CAP_LINK", "CAP_CHECKPOINT", "CAP_DEBUG"] as const);
export type Cap = (typeof CAPS)[number];

/** What an argument may be. `angle` is radians: a number, or text such as "3*pi/4" that `angles.ts` reads. */
export type ArgKind = "integer" | "number" | "angle" | "string" | "boolean" | "profile" | "mask" | "name" | "record" | "level";
export interface ArgRow {
  readonly kind: ArgKind;
  readonly required?: boolean;
  /** Inclusive, of integers and numbers. */
  readonly least?: number;
  readonly most?: number;
  /** Less than this. */
  readonly below?: number;
  /** The only words allowed. */
  readonly words?: readonly string[];
  /** Another spelling that means the same. */
  readonly alias?: string;
  readonly help: string;
}

/** Reversible: undone by its inverse. Neutral: changes no state. Depends: on its arguments, so counted as irreversible. */
export type OpClass = "reversible" | "irreversible" | "neutral" | "depends";

/** How many handles or events, inclusive. `most` Infinity: as many as one likes. */
export interface Count { readonly least: number; readonly most: number }

export interface OpRow {
  /** VQs in order, for people: "control", "target". The last repeats when there may be more. */
  readonly vqs: Count & { readonly roles: readonly string[] };
  readonly chs: Count;
  /** Events written. */
  readonly produces: Count;
  /** Events read; other ops may list inputs too, as a dependency. */
  readonly inputs: Count;
  readonly args: Readonly<Record<string, ArgRow>>;
  /** What a session must hold. */
  readonly cap?: Cap;
  /** The graph or the node must list `cap`. */
  readonly declared: boolean;
  readonly class: OpClass;
  /** The op that undoes it on the same operands; `negates` names the angle whose sign changes. */
  readonly inverse?: { readonly op: string; readonly negates?: string };
  /** First operand is the most significant bit of the index. */
  readonly unitary?: Unitary;
  /** One of the 20 of the specification's own schema. */
  readonly standard: boolean;
  readonly help: string;
}

export const MANY = Number.POSITIVE_INFINITY;
/** What ALLOC_LQ takes when it names no profile. */
export const DEFAULT_PROFILE = "logical:surface_code(d=9)";
/** Fixed limits of one graph; above `nodesWarned`/`qubitsWarned` a warning. */
export const GRAPH_LIMITS = Object.freeze({ nodes: 1_000_000, nodesWarned: 10_000, qubitsWarned: 1_000, guardDepth: 64, guardLeaves: 256, name: 256, text: 4_096, angle: 1e6 });

const none: Count = Object.freeze({ least: 0, most: 0 });
const any: Count = Object.freeze({ least: 0, most: MANY });
const exactly = (count: number): Count => ({ least: count, most: count });
const qubits = (...roles: string[]): OpRow["vqs"] => ({ least: roles.length, most: roles.length, roles });
const many = (least: number, role: string): OpRow["vqs"] => ({ least, most: MANY, roles: [role] });

const THETA: ArgRow = { kind: "angle", required: true, help: "Radians: a number, or text such as \"pi/2\"." };
const CHANNEL: ArgRow = { kind: "name", help: "An open channel between the two operands; needed when they belong to different tenants." };
const PROFILE: ArgRow = { kind: "profile", help: `Code and distance, as "logical:surface_code(d=7)"; ${DEFAULT_PROFILE} when left out, or that at the distance a SET_POLICY before it wishes, or what the run or the kernel is given as --profile.` };

type Given = Partial<OpRow> & Pick<OpRow, "help" | "class">;
const op = (given: Given): OpRow => Object.freeze({ vqs: qubits(), chs: none, produces: none, inputs: any, args: {}, declared: false, standard: false, ...given });
const gate = (roles: readonly string[], unitary: Unitary, inverse: string, help: string, more: Partial<OpRow> = {}): OpRow =>
  op({ vqs: qubits(...roles), cap: "CAP_COMPUTE", class: "reversible", inverse: { op: inverse }, unitary, help, ...(roles.length > 1 ? { args: { channel: CHANNEL } } : {}), ...more });
const turn = (axis: "x" | "y" | "z", name: string): OpRow =>
  gate(["qubit"], rotation(axis), name, `Rotation about ${axis.toUpperCase()}: exp(-i theta ${axis.toUpperCase()}/2).`, { args: { theta: THETA }, inverse: { op: name, negates: "theta" } });
const readout = (help: string, more: Partial<OpRow> = {}): OpRow =>
  op({ vqs: qubits("qubit"), produces: exactly(1), cap: "CAP_MEASURE", class: "irreversible", help, ...more });
const standard = { standard: true } as const;

export const OPS = Object.freeze({
  ALLOC_LQ: op({ vqs: many(1, "new qubit"), cap: "CAP_ALLOC", declared: true, class: "irreversible", ...standard,
    args: { n: { kind: "integer", least: 1, most: 1_000_000, help: "How many; as many as there are names." }, profile: PROFILE,
      tenant_id: { kind: "string", help: "Whose qubits these are, for the firewall; it grants nothing." } },
    help: "Creates logical qubits in |0⟩." }),
  FREE_LQ: op({ vqs: many(1, "qubit"), cap: "CAP_ALLOC", class: "irreversible", ...standard, help: "Ends the life of qubits: they are traced out." }),
  FENCE_EPOCH: op({ class: "neutral", ...standard, help: "Ends an epoch: everything before it happens before everything after it, whether or not a guard on it holds." }),
  BAR_REGION: op({ class: "neutral", args: { tag: { kind: "string", help: "A name for the region." } }, ...standard, help: "Marks a region for tools; changes no order." }),
  APPLY_H: gate(["qubit"], H, "APPLY_H", "Hadamard.", standard),
  APPLY_S: gate(["qubit"], S, "APPLY_SDG", "Phase gate, diag(1, i).", standard),
  APPLY_SDG: gate(["qubit"], SDG, "APPLY_S", "Inverse phase gate, diag(1, -i)."),
  APPLY_T: gate(["qubit"], T, "APPLY_TDG", "T gate, diag(1, e^{iπ/4})."),
  APPLY_TDG: gate(["qubit"], TDG, "APPLY_T", "Inverse T gate, diag(1, e^{-iπ/4})."),
  APPLY_X: gate(["qubit"], X, "APPLY_X", "Pauli X.", standard),
  APPLY_Y: gate(["qubit"], Y, "APPLY_Y", "Pauli Y.", standard),
  APPLY_Z: gate(["qubit"], Z, "APPLY_Z", "Pauli Z.", standard),
  APPLY_RX: turn("x", "APPLY_RX"),
  APPLY_RY: turn("y", "APPLY_RY"),
  APPLY_RZ: turn("z", "APPLY_RZ"),
  APPLY_CNOT: gate(["control", "target"], CNOT, "APPLY_CNOT", "Controlled X.", standard),
  APPLY_CZ: gate(["control", "target"], CZ, "APPLY_CZ", "Controlled Z."),
  APPLY_SWAP: gate(["qubit", "qubit"], SWAP, "APPLY_SWAP", "Exchanges two qubits."),
  APPLY_TOFFOLI: gate(["control", "control", "target"], TOFFOLI, "APPLY_TOFFOLI", "Doubly controlled X."),
  RESET: op({ vqs: qubits("qubit"), cap: "CAP_COMPUTE", class: "irreversible", ...standard, help: "Returns a qubit to |0⟩, whatever it was." }),
  MEASURE_Z: readout("Reads Z: outcome 0 is |0⟩, 1 is |1⟩; the qubit is left in what was read.", standard),
  MEASURE_X: readout("Reads X: outcome 0 is |+⟩, 1 is |−⟩; the qubit is left in what was read.", standard),
  MEASURE_Y: readout("Reads Y: outcome 0 is |+i⟩, 1 is |−i⟩; the qubit is left in what was read."),
  MEASURE_ANGLE: readout("Reads along an axis of the XZ plane: outcome 0 is cos(θ/2)|0⟩+sin(θ/2)|1⟩; the qubit is left in what was read.", { args: { angle: { ...THETA, alias: "theta" } } }),
  MEASURE_BELL: readout("Reads the Bell basis: CNOT, H on the first, two Z readouts m0, m1, left as they are read. One event takes 2·m0+m1 (Φ+ 0, Ψ+ 1, Φ− 2, Ψ− 3), two take m0 and m1.",
    { vqs: qubits("first", "second"), produces: { least: 1, most: 2 }, args: { channel: CHANNEL } }),
  TELEPORT_CNOT: gate(["control", "target"], CNOT, "TELEPORT_CNOT", "Controlled X by gate teleportation.", { ...standard, cap: "CAP_TELEPORT", declared: true }),
  INJECT_T_STATE: op({ vqs: qubits("qubit"), cap: "CAP_MAGIC", declared: true, class: "irreversible", ...standard, help: "Turns a qubit in |0⟩ into the magic state (|0⟩+e^{iπ/4}|1⟩)/√2." }),
  OPEN_CHAN: op({ vqs: qubits("end", "end"), chs: exactly(1), cap: "CAP_LINK", declared: true, class: "irreversible", ...standard,
    args: { fidelity: { kind: "number", least: 0.5, below: 1, help: "Wanted fidelity; 0.99 when left out. Pairs of ½ and less join nothing, and no purification reaches 1." },
      type: { kind: "string", help: "Kind of link; metadata." },
      opts: { kind: "record", help: "{fidelity, type}: the same two, as the specification writes them." } },
    help: "Opens an entanglement channel between two qubits." }),
  USE_CHAN: op({ vqs: { least: 0, most: 2, roles: ["end"] }, chs: exactly(1), cap: "CAP_LINK", class: "depends", ...standard,
    args: { semantic: { kind: "string", words: ["teleport", "swap"], help: "What the channel is used for: teleport moves the state of its first end to the other and leaves |0⟩, swap exchanges the two." } },
    help: "Uses up one pair of an open channel, between its ends in the order of OPEN_CHAN; a qubit named here is the end to begin with. Without `semantic` it changes no state." }),
  CLOSE_CHAN: op({ vqs: { least: 0, most: 2, roles: ["end"] }, chs: { least: 1, most: MANY }, cap: "CAP_LINK", class: "irreversible", ...standard, help: "Closes channels." }),
  COND_PAULI: op({ vqs: many(1, "qubit"), cap: "CAP_COMPUTE", class: "reversible", inverse: { op: "COND_PAULI" }, unitary: { kind: "pauli", arg: "mask" }, ...standard,
    args: { mask: { kind: "mask", required: true, alias: "pauli", help: "One letter of I, X, Y, Z for all qubits, or one for each; small letters are read as capitals." } },
    help: "Applies Paulis when the exclusive or of its input events is 1. Without inputs its guard alone decides." }),
  SET_POLICY: op({ class: "neutral", ...standard,
    args: { priority: { kind: "level", help: "The job's priority from the next fence on, among its tenant's jobs: 0 to 100, or low (1), normal (10) or high (50); other words say nothing." }, deadline: { kind: "level", help: "Wanted deadline in epochs; 0 and words: none." }, code_distance: { kind: "integer", least: 1, most: DISTANCE_MAX, help: "Wanted code distance of qubits that are allocated from here on without a profile; of an even one the next. A profile that an ALLOC_LQ names wins." } },
    help: "States wishes about scheduling (BND); changes no state. Guarded or not it counts: when jobs are ordered nothing has been measured." }),
} satisfies Record<string, OpRow>);

export type OpName = keyof typeof OPS;
export const OP_NAMES: readonly OpName[] = Object.freeze(Object.keys(OPS) as OpName[]);

const TABLE: ReadonlyMap<string, OpRow> = new Map(Object.entries(OPS));
export const isOpName = (name: string): name is OpName => TABLE.has(name);
/** The record of an op; undefined for a name that is none (also for names every object inherits). */
export const opRow = (name: string): OpRow | undefined => TABLE.get(name);
