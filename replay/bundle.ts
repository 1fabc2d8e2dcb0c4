// Bundle: one file, opened. Owns the reading of header, program and inputs and the walk over blocks; executes nothing.
import { Fault } from "../kernel-abi/fault.ts";
import { parseCanonicalJson, toHex } from "../kernel-abi/canonical.ts";
import type { Frame } from "../kernel-abi/frame.ts";
import { parseHeader, parseInputs, parseProgram, type Header } from "../kernel-abi/header.ts";
import { LIMITS } from "../kernel-abi/limits.ts";
import type { ByteSource, Recording } from "../kernel-abi/ports.ts";
import { FORMAT_VERSION, SEMANTICS_VERSION } from "../kernel-abi/version.ts";
import { FrameReader } from "./entry/reader.ts";
import { sha256 } from "./sha256.ts";
import { UnitReader, type ChainedUnit, type Tail } from "./units.ts";

export interface Bundle {
  readonly source: ByteSource;
  readonly recording: Recording;
}

/** A reader that has passed header, program and inputs; `recording` is undefined when the journal stops before their end. */
export interface OpenedUnits {
  readonly units: UnitReader;
  readonly recording: Recording | undefined;
}

/** A section's value and the SHA-256 of its canonical form. */
interface Section<T> {
  readonly value: T;
  readonly digest: string;
}

function section<T>(units: UnitReader, parse: (value: unknown) => T): Section<T> | undefined {
  const unit = units.next();
  if (unit === undefined) return undefined;
  try {
    return { value: parse(parseCanonicalJson(unit.payload)), digest: toHex(sha256(unit.payload)) };
  } catch (cause) {
    const { message } = cause as Fault; // parsers throw nothing else
    throw new Fault("TRACE_UNREADABLE", { offset: unit.offset, unit: unit.unit, index: 0, what: message }, { cause });
  }
}

function checkVersions({ format, semantics }: Header, offset: number): void {
  if (format !== FORMAT_VERSION || semantics > SEMANTICS_VERSION) {
    throw new Fault("TRACE_VERSION", { offset, unit: "header", index: 0, format, semantics, speaks: FORMAT_VERSION, knows: SEMANTICS_VERSION });
  }
}

function checkProgram({ program }: Header, digest: string, offset: number): void {
  if (program.digest === digest) return;
  throw new Fault("TRACE_INCONSISTENT", { offset, unit: "header", index: 0, rule: "the header names the program in the bundle", recorded: program.digest, found: digest });
}

/** @throws Fault TRACE_* */
export function openUnits(source: ByteSource): OpenedUnits {
  const units = new UnitReader(source);
  const offset = units.offset;
  const header = section(units, parseHeader);
  if (header === undefined) return { units, recording: undefined };
  checkVersions(header.value, offset);
  const program = section(units, parseProgram);
  if (program === undefined) return { units, recording: undefined };
  checkProgram(header.value, program.digest, offset);
  const inputs = section(units, parseInputs);
  return { units, recording: inputs && { header: header.value, program: program.value, inputs: inputs.value } };
}

/**
 * Reads header, program and inputs. Blocks and seal are looked at when they are walked; `verify` answers for the whole.
 * @throws Fault TRACE_*; TRACE_UNSEALED when the journal stops before its blocks begin.
 */
export function openBundle(source: ByteSource): Bundle {
  const { units, recording } = openUnits(source);
  if (recording === undefined) throw new Fault("TRACE_UNSEALED", { intactBytes: units.offset, intactFrames: 0 });
  return { source, recording };
}

/** A frame and where it stands. */
export interface PlacedFrame {
  readonly frame: Frame;
  readonly block: ChainedUnit;
  /** Its bytes within the block's payload. */
  readonly start: number;
  readonly end: number;
}

/** @throws Fault TRACE_UNREADABLE when a block holds more than it may. */
export function checkBlock(block: ChainedUnit, frames: number): void {
  if (frames <= LIMITS.block_frames_max && (frames === 1 || block.payload.length <= LIMITS.block_bytes_max)) return;
  throw new Fault("TRACE_UNREADABLE", { offset: block.offset, unit: "block", index: block.index, what: "block larger than allowed", at: 0 });
}

/** A block's frames in order. @throws Fault TRACE_UNREADABLE when a frame or the block's size is not canonical. */
export function* framesOf(block: ChainedUnit): Generator<PlacedFrame> {
  const reader = new FrameReader(block.payload, block);
  let frames = 0;
  for (let start = 0; !reader.done; start = reader.at) {
    const frame = reader.next();
    frames += 1;
    yield { frame, block, start, end: reader.at };
  }
  checkBlock(block, frames);
}

/** As `framesOf`, for those who want every frame fast and no payloads; returns how many there were. */
export function eachFrame(block: ChainedUnit, visit: (frame: Frame) => void): number {
  const reader = new FrameReader(block.payload, block, { payloads: false });
  let frames = 0;
  for (; !reader.done; frames++) visit(reader.next());
  checkBlock(block, frames);
  return frames;
}

/** Every frame of the run in order; returns what stands behind the last block. @throws Fault TRACE_* */
export function* walk(source: ByteSource): Generator<PlacedFrame, Tail> {
  const { units } = openUnits(source);
  for (let block = units.next(); block !== undefined; block = units.next()) yield* framesOf(block);
  return units.tail as Tail;
}
