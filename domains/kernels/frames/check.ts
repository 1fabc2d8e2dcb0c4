// Whether a frame program holds together: every operand, lookback, loop and count, and the memory it needs. The binary trusts what has
// passed here. Loops are walked once: what a later iteration looks back on is longer, never shorter.
import { Fault } from "../../../kernel-abi/fault.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { bitsOfRow, bytesOfRow, FRAME_OP, SLOTS_MAX, type FrameChannel, type FrameProgram, type FrameRows } from "./program.ts";

/** Depth of the binary's loop stack. */
const DEPTH_MAX = 64;
/** Sites of one NOISE: site × 1,024 + shot is a 32-bit word. */
const SITES_MAX = 1 << 20;
const OUTCOMES_MAX = 256;

/** What running a block takes. */
export interface FrameNeeds {
  /** Planes of the ring of records: a power of two. */
  readonly ring: number;
  readonly bytes: number;
}

const refuse = (argument: string, allowed: string, at?: number): never => {
  throw new Fault("KERNEL_REFUSED", { argument, allowed, ...(at === undefined ? {} : { word: at }) });
};

function checkChannel({ probabilities, masks }: FrameChannel, index: number): void {
  const place = `channel ${index}`;
  if (probabilities.length < 1 || probabilities.length > OUTCOMES_MAX || masks.length !== probabilities.length) refuse(place, `1 to ${OUTCOMES_MAX} probabilities and as many masks`);
  let sum = 0;
  for (const probability of probabilities) {
    if (!(probability >= 0)) refuse(place, "probabilities of at least 0");
    sum += probability;
  }
  if (!(sum > 0 && sum <= 1 + 1e-6)) refuse(place, "probabilities whose sum is above 0 and at most 1");
}

interface Open { readonly times: number; readonly before: Counts; }
interface Counts { recorded: number; detected: number; steps: number }

class Walk {
  readonly counts: Counts = { recorded: 0, detected: 0, steps: 0 };
  deepest = 0;
  readonly #program: FrameProgram;
  readonly #open: Open[] = [];
  #at = 0;

  constructor(program: FrameProgram) { this.#program = program; }

  run(): void {
    const { code } = this.#program;
    while (this.#at < code.length) {
      const size = code[this.#at + 1] ?? -1;
      const begin = this.#at + 2;
      if (size < 0 || begin + size > code.length) refuse("code", "whole instructions", this.#at);
      this.#step(code[this.#at] ?? 0, code.subarray(begin, begin + size));
      this.#at = begin + size;
      this.counts.steps += size + 1;
    }
    if (this.#open.length > 0) refuse("code", "an END for each LOOP");
  }

  #step(op: number, words: Int32Array): void {
    switch (op) {
      case FRAME_OP.ADD: case FRAME_OP.SWAP: case FRAME_OP.WITHOUT:
        if (words.length % 2 !== 0) refuse("operands", "pairs", this.#at);
        return this.#operands(words);
      case FRAME_OP.CLEAR: case FRAME_OP.COIN: return this.#operands(words);
      case FRAME_OP.RECORD:
        this.#operands(words);
        this.counts.recorded += words.length;
        return;
      case FRAME_OP.DETECT:
        this.counts.detected += 1;
        return this.#operands(words);
      case FRAME_OP.OBSERVE:
        this.#below(words[0], this.#program.observables, "observable");
        return this.#operands(words.subarray(1));
      case FRAME_OP.NOISE: return this.#noise(words);
      case FRAME_OP.LOOP: return this.#loop(words);
      case FRAME_OP.END: return this.#end(words);
      default: refuse("opcode", "1 to 11", this.#at);
    }
  }

  #below(value: number | undefined, limit: number, name: string): void {
    if (value === undefined || value < 0 || value >= limit) refuse(name, `0 to ${limit - 1}`, this.#at);
  }

  #operands(words: Int32Array): void {
    const { planes } = this.#program;
    const { recorded } = this.counts;
    for (const operand of words) {
      if (operand >= planes || -operand > recorded) refuse("operand", `below ${planes} planes; at most ${recorded} records back`, this.#at);
      if (-operand > this.deepest) this.deepest = -operand;
    }
  }

  #noise(words: Int32Array): void {
    this.#below(words[0], this.#program.channels.length, "channel");
    const slots = words[1] ?? 0;
    const sites = (words.length - 2) / slots;
    if (slots < 1 || slots > SLOTS_MAX || !Number.isInteger(sites) || sites > SITES_MAX) refuse("noise", `1 to ${SLOTS_MAX} slots a site, at most ${SITES_MAX} sites`, this.#at);
    this.#operands(words.subarray(2));
  }

  #loop(words: Int32Array): void {
    const times = words[0] ?? 0;
    if (words.length !== 1 || times < 1) refuse("loop", "a count of at least 1", this.#at);
    if (this.#open.length >= DEPTH_MAX) refuse("loops", `at most ${DEPTH_MAX} deep`, this.#at);
    this.#open.push({ times, before: { ...this.counts } });
  }

  #end(words: Int32Array): void {
    const open = this.#open.pop();
    if (open === undefined || words.length !== 0) return refuse("code", "a LOOP for each END", this.#at);
    const { counts } = this;
    const repeated = (name: keyof Counts): number => open.before[name] + (counts[name] - open.before[name]) * open.times;
    counts.recorded = repeated("recorded");
    counts.detected = repeated("detected");
    counts.steps = repeated("steps");
  }
}

const powerOfTwo = (least: number): number => {
  let power = 16;
  while (power < least) power *= 2;
  return power;
};

/** @throws Fault KERNEL_REFUSED naming what is wrong, or the memory it would need */
export function checkFrameProgram(program: FrameProgram, rows: FrameRows): FrameNeeds {
  const { measurements, detectors, observables, reference, channels } = program;
  channels.forEach(checkChannel);
  const walk = new Walk(program);
  walk.run();
  const { recorded, detected, steps } = walk.counts;
  if (recorded !== measurements) refuse("measurements", `${recorded}, as the code records`);
  if (detected !== detectors) refuse("detectors", `${detected}, as the code has`);
  if (steps > LIMITS.frame_steps_max) refuse("steps of a block", `at most ${LIMITS.frame_steps_max}`);
  if (rows === "measurements" && reference.length !== Math.ceil(measurements / 8)) refuse("reference", `${Math.ceil(measurements / 8)} bytes, one bit a measurement`);
  const ring = powerOfTwo(rows === "measurements" ? measurements : walk.deepest);
  const outputs = rows === "measurements" ? 0 : detectors + observables;
  const bytes = 128 * (program.planes + ring + outputs) + 1024 * bytesOfRow(program, rows) + 4 * program.code.length;
  if (!(bytes <= LIMITS.frame_bytes_of_memory_max)) refuse("program", `what needs at most ${LIMITS.frame_bytes_of_memory_max} bytes; this one needs ${bytes}`);
  if (observables > LIMITS.frame_steps_max || bitsOfRow(program, rows) > LIMITS.result_bits_max) refuse("observables", `at most ${LIMITS.result_bits_max}`);
  return { ring, bytes };
}
