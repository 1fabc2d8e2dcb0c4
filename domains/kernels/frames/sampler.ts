// A frame program opened in a WebAssembly instance of its own: rows of shots, block by block. Owns the instance's memory addresses.
//   S1  Shots come in blocks of 1,024 whose random numbers hang on (key, block) alone: batches, workers and cuts change nothing.
//   S2  A range that begins or ends inside a block computes the block and hands out its part.
import { base64 } from "../build/frames.ts";
import { allocated, guarded, outOfMemory, placed } from "../heap.ts";
import { compileKernel } from "../load.ts";
import { aliasOf, gapScale, type AliasTable } from "./alias.ts";
import { checkFrameProgram } from "./check.ts";
import { bitsOfRow, bytesOfRow, type FrameProgram, type FrameRows } from "./program.ts";

export const BLOCK_SHOTS = 1_024;

/** The binary's exports; addresses are bytes in `memory`. */
interface FrameBinary {
  readonly memory: WebAssembly.Memory;
  readonly allocate: (bytes: number) => number;
  readonly open: (code: number, words: number, planes: number, ring: number, detectors: number, outputs: number, streams: number, reference: number) => void;
  readonly describeStream: (stream: number, scale: number, columns: number, table: number) => void;
  readonly sampleBlock: (key0: number, key1: number, block0: number, block1: number, rowBytes: number, to: number) => void;
}

export interface FrameSampler {
  readonly rowBytes: number;
  /** Rows of shots first … first + shots - 1 into `out`, of at least shots × rowBytes bytes. */
  readonly sample: (key: Uint32Array, first: number, shots: number, out: Uint8Array) => void;
  /** All rows of one block, shots 1,024 × block on: a view of the instance's memory that the next call overwrites. */
  readonly block: (key: Uint32Array, block: number) => Uint8Array;
}

/**
 * Checks `program` and makes it ready to be sampled. The instance and its memory go with the sampler.
 * @throws Fault KERNEL_REFUSED for a program that does not hold together or needs more memory than there is.
 */
export function openSampler(program: FrameProgram, rows: FrameRows): FrameSampler {
  const { ring } = checkFrameProgram(program, rows);
  const binary = instantiate();
  const rowBytes = bytesOfRow(program, rows);
  const rowsAt = guarded("program", () => open(binary, program, rows, ring));
  const block = (key: Uint32Array, index: number): Uint8Array => {
    const high = Math.floor(index / 4294967296);
    binary.sampleBlock(key[0] ?? 0, key[1] ?? 0, index - high * 4294967296, high, rowBytes, rowsAt);
    return new Uint8Array(binary.memory.buffer, rowsAt, BLOCK_SHOTS * rowBytes);
  };
  return { rowBytes, block, sample: (key, first, shots, out) => { sampleRange(block, rowBytes, { key, first, shots }, out); } };
}

interface Range { readonly key: Uint32Array; readonly first: number; readonly shots: number }

function sampleRange(block: FrameSampler["block"], rowBytes: number, { key, first, shots }: Range, out: Uint8Array): void {
  for (let done = 0; done < shots;) {
    const index = Math.floor((first + done) / BLOCK_SHOTS);
    const from = first + done - index * BLOCK_SHOTS;
    const here = Math.min(BLOCK_SHOTS - from, shots - done);
    out.set(block(key, index).subarray(from * rowBytes, (from + here) * rowBytes), done * rowBytes);
    done += here;
  }
}

/** Returns where rows are written. */
function open(binary: FrameBinary, program: FrameProgram, rows: FrameRows, ring: number): number {
  const { code, planes, detectors, channels, reference } = program;
  const measured = rows === "measurements";
  const codeAt = placed("program", binary, code);
  const referenceAt = measured ? placed("program", binary, reference) : 0;
  const rowsAt = allocated("program", binary, BLOCK_SHOTS * bytesOfRow(program, rows) + 1);
  binary.open(codeAt, code.length, planes, ring, measured ? -1 : detectors, bitsOfRow(program, rows), channels.length, referenceAt);
  channels.forEach((channel, index) => {
    const table = placed("program", binary, columnsOf(aliasOf(channel)));
    binary.describeStream(index + 1, gapScale(channel), channel.masks.length, table);
  });
  return rowsAt;
}

/** Columns as the binary reads them: threshold, own mask, other mask. */
function columnsOf({ threshold, own, other }: AliasTable): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8 * threshold.length));
  threshold.forEach((word, column) => {
    bytes.setUint32(8 * column, word, true);
    bytes.setUint16(8 * column + 4, own[column] ?? 0, true);
    bytes.setUint16(8 * column + 6, other[column] ?? 0, true);
  });
  return new Uint8Array(bytes.buffer);
}

const instantiate = (): FrameBinary => {
  const { exports } = new WebAssembly.Instance(compileKernel(base64), { env: { abort: () => outOfMemory("program") } });
  return exports as unknown as FrameBinary; // the one place that knows the binary's exports; every test calls each of them
};
