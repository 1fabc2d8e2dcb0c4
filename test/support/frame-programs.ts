// Frame programs for tests: fast-check arbitraries of well-formed ones, of every opcode, with loops.
import fc from "fast-check";
import { FRAME_OP, type FrameChannel, type FrameProgram } from "../../domains/kernels/frames/program.ts";

/** An instruction whose numbers are folded into what is there when it is met. */
interface Step { readonly op: keyof typeof FRAME_OP; readonly numbers: readonly number[]; readonly body?: readonly Step[] }

const numbers = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 12 });
const plainStep: fc.Arbitrary<Step> = fc.record({
  op: fc.constantFrom("ADD", "ADD", "SWAP", "CLEAR", "COIN", "WITHOUT", "RECORD", "RECORD", "DETECT", "OBSERVE", "NOISE", "NOISE"), numbers,
});
const { steps } = fc.letrec<{ step: Step; steps: readonly Step[] }>((tie) => ({
  step: fc.oneof({ maxDepth: 2, withCrossShrink: true }, { weight: 10, arbitrary: plainStep },
    { weight: 1, arbitrary: fc.record({ op: fc.constant("LOOP" as const), numbers: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 1 }), body: tie("steps") }) }),
  steps: fc.array(tie("step"), { minLength: 1, maxLength: 14 }),
}));

const channel: fc.Arbitrary<FrameChannel> = fc.array(fc.tuple(fc.double({ min: 0.0001, max: 1, noNaN: true }), fc.integer({ min: 0, max: 15 })), { minLength: 1, maxLength: 15 })
  .chain((outcomes) => fc.constantFrom(1, 0.3, 0.01).map((total) => {
    const sum = outcomes.reduce((all, [weight]) => all + weight, 0);
    return { probabilities: Float64Array.from(outcomes, ([weight]) => (weight / sum) * total), masks: Uint8Array.from(outcomes, ([, mask]) => mask) };
  }));

interface Sizes { readonly planes: number; readonly observables: number; readonly channels: number }

interface Counts { recorded: number; detected: number }

function codeOf(of: readonly Step[], sizes: Sizes, counts: Counts): number[] {
  const operand = (number: number): number => (number % 4 === 0 && counts.recorded > 0 ? -(1 + (number >> 2) % Math.min(40, counts.recorded)) : (number >> 2) % sizes.planes);
  const words = ({ op, numbers: given }: Step): number[] => {
    const operands = given.map(operand);
    if (op === "ADD" || op === "SWAP" || op === "WITHOUT") return operands.length % 2 === 0 ? operands : [...operands, 0];
    if (op === "OBSERVE") return [(given[0] ?? 0) % sizes.observables, ...operands];
    if (op !== "NOISE") return operands;
    const slots = 1 + (given[0] ?? 0) % Math.min(4, operands.length);
    return [(given[0] ?? 0) % sizes.channels, slots, ...operands.slice(0, operands.length - (operands.length % slots))];
  };
  return of.flatMap((step) => {
    if (step.op === "LOOP") {
      const before = { ...counts };
      const body = codeOf(step.body ?? [], sizes, counts);
      const times = step.numbers[0] ?? 1;
      counts.recorded = before.recorded + (counts.recorded - before.recorded) * times;
      counts.detected = before.detected + (counts.detected - before.detected) * times;
      return [FRAME_OP.LOOP, 1, times, ...body, FRAME_OP.END, 0];
    }
    const own = words(step);
    if (step.op === "RECORD") counts.recorded += own.length;
    if (step.op === "DETECT") counts.detected += 1;
    return [FRAME_OP[step.op], own.length, ...own];
  });
}

/** Some observables are beyond a whole byte; some programs have no record or detector at all. */
export const anyFrameProgram: fc.Arbitrary<FrameProgram> = fc.record({
  planes: fc.integer({ min: 1, max: 12 }), observables: fc.integer({ min: 1, max: 20 }), channels: fc.array(channel, { minLength: 1, maxLength: 3 }), steps, seed: fc.nat(),
}).map(({ planes, observables, channels, steps: of, seed }) => {
  const counts: Counts = { recorded: 0, detected: 0 };
  const code = Int32Array.from(codeOf(of, { planes, observables, channels: channels.length }, counts));
  const reference = Uint8Array.from({ length: Math.ceil(counts.recorded / 8) }, (_, index) => Math.imul(seed + index, 2654435761) >>> 24);
  if (counts.recorded % 8 !== 0) reference[reference.length - 1] = (reference.at(-1) ?? 0) & ((1 << (counts.recorded % 8)) - 1);
  return { planes, observables, channels, code, reference, measurements: counts.recorded, detectors: counts.detected };
});
