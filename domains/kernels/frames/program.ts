// Frame programs: what the Pauli-frame sampler runs. A stabilizer circuit with noise, reduced to micro-operations on bit planes: plane t
// holds one bit a shot. Built by domains/q, checked again on arrival (check.ts), run by the kernel and by reference.ts.
//   P1  A frame is the Pauli by which a shot differs from a noiseless reference shot: planes 2q and 2q + 1 are its X and Z on qubit q;
//       further planes are scratch. All planes begin 0; a program tosses the coins of |0…0⟩ itself.
//   P2  An operand t >= 0 is plane t, t < 0 is rec[t] at that moment. Records are flips against the reference shot.
//   P3  An instruction is [opcode, number of words that follow, words …]; opcodes are permanent.
//   P4  Detectors number in the order they are met; a detection event is a flip of its parity against the reference shot.
import { Fault } from "../../../kernel-abi/fault.ts";
import { pack, unpack } from "../../../kernel-abi/packer.ts";

export const FRAME_OP = Object.freeze({
  /** Pairs a b: a ^= b. */
  ADD: 1,
  /** Pairs a b, exchanged. */
  SWAP: 2,
  /** Operands become 0. */
  CLEAR: 3,
  /** Operands are flipped by fresh coins, one a shot. */
  COIN: 4,
  /** Pairs a b: a &= ~b. */
  WITHOUT: 5,
  /** Each operand is appended to the record. */
  RECORD: 6,
  /** The next detector: the parity of the operands. */
  DETECT: 7,
  /** k, then operands: observable k ^= their parity. */
  OBSERVE: 8,
  /** channel, slots, then slots operands a site: an outcome with mask m flips the operands of a site whose bit in m is set. */
  NOISE: 9,
  /** count: what stands before the matching END, count times. */
  LOOP: 10,
  END: 11,
} as const);

export const SLOTS_MAX = 8;

/** What may happen at a site: outcome k with probabilities[k], flipping the slots of masks[k]; else nothing. They exclude one another. */
export interface FrameChannel {
  readonly probabilities: Float64Array;
  readonly masks: Uint8Array;
}

export interface FrameProgram {
  readonly planes: number;
  readonly measurements: number;
  readonly detectors: number;
  readonly observables: number;
  readonly code: Int32Array;
  readonly channels: readonly FrameChannel[];
  /** The reference shot's measurements, bit k of byte k >> 3; empty if only detection events will be asked for. */
  readonly reference: Uint8Array;
}

/** Rows: detectors then observables; or measurements. Bit k of a row stands in byte k >> 3 at k & 7, as in `b8`. */
export type FrameRows = "detections" | "measurements";

/** Shots first … first + shots - 1; a shot is a function of (program, key, its index). */
export interface FrameJob {
  readonly program: FrameProgram;
  readonly rows: FrameRows;
  readonly first: number;
  readonly shots: number;
  readonly key: Uint32Array;
}

export const bitsOfRow = ({ detectors, observables, measurements }: FrameProgram, rows: FrameRows): number =>
  (rows === "detections" ? detectors + observables : measurements);
export const bytesOfRow = (program: FrameProgram, rows: FrameRows): number => (bitsOfRow(program, rows) + 7) >> 3;

export const encodeFrameJob = (job: FrameJob): Uint8Array => pack(job);

const refuse = (argument: string, allowed: string): never => {
  throw new Fault("KERNEL_REFUSED", { argument, allowed });
};
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
const count = (value: unknown, name: string): number =>
  (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : refuse(name, "an integer of at least 0"));
const bytes = (value: unknown, name: string): Uint8Array => (value instanceof Uint8Array ? value : refuse(name, "bytes"));

function channelOf(value: unknown): FrameChannel {
  if (!isRecord(value)) return refuse("channel", "probabilities and masks");
  const { probabilities, masks } = value;
  if (!(probabilities instanceof Float64Array)) return refuse("probabilities", "a Float64Array");
  return { probabilities, masks: bytes(masks, "masks") };
}

/** The form alone. @throws Fault KERNEL_REFUSED */
export function frameProgramOf(value: unknown): FrameProgram {
  if (!isRecord(value)) return refuse("program", "a frame program");
  const { code, channels } = value;
  if (!(code instanceof Int32Array)) return refuse("code", "an Int32Array");
  if (!Array.isArray(channels)) return refuse("channels", "a list");
  return {
    planes: count(value["planes"], "planes"), measurements: count(value["measurements"], "measurements"),
    detectors: count(value["detectors"], "detectors"), observables: count(value["observables"], "observables"),
    code, channels: channels.map(channelOf), reference: bytes(value["reference"], "reference"),
  };
}

/** The form alone; check.ts says whether the program holds together. @throws Fault KERNEL_REFUSED, ABI_UNDECODABLE */
export function decodeFrameJob(input: Uint8Array): FrameJob {
  const value = unpack(input);
  if (!isRecord(value)) return refuse("job", "a frame job");
  const { rows, key } = value;
  if (rows !== "detections" && rows !== "measurements") return refuse("rows", "detections or measurements");
  if (!(key instanceof Uint32Array) || key.length !== 2) return refuse("key", "two 32-bit words");
  return { program: frameProgramOf(value["program"]), rows, first: count(value["first"], "first"), shots: count(value["shots"], "shots"), key };
}
