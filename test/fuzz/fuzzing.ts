// The loop: inputs by number, each with dice of its own, so that a finding is one command. Every sixty-fourth input is answered twice:
// the verdict must be the same.
import { Dice } from "./dice.ts";
import type { Target } from "./target.ts";

export interface Fuzzed {
  readonly inputs: number;
  /** How often each verdict was given. */
  readonly verdicts: ReadonlyMap<string, number>;
  /** The input that took longest, with the whole machine's noise in it. */
  readonly slowest: { readonly input: number; readonly ms: number };
}

export interface FuzzOptions {
  readonly seed: number;
  readonly from?: number;
  readonly count: number;
  /** Told before each input. */
  readonly before?: (input: number) => void;
}

export class FuzzFailed extends Error {
  override readonly name = "FuzzFailed";
}

/** One line that does it again. */
export const reproduction = (target: string, seed: number, input: number): string => `npm run fuzz -- --target ${target} --seed ${seed} --from ${input} --count 1`;

const TWICE_EVERY = 64;

/** @throws FuzzFailed with the command that reproduces it */
export async function fuzz(target: Target, { seed, from = 0, count, before = () => undefined }: FuzzOptions): Promise<Fuzzed> {
  const verdicts = new Map<string, number>();
  let slowest = { input: from, ms: 0 };
  for (let input = from; input < from + count; input++) {
    before(input);
    const started = process.hrtime.bigint();
    const said = await answer(target, seed, input);
    const ms = Number(process.hrtime.bigint() - started) / 1e6;
    if (ms > slowest.ms) slowest = { input, ms };
    verdicts.set(said, (verdicts.get(said) ?? 0) + 1);
    if (input % TWICE_EVERY !== 0) continue;
    const again = await answer(target, seed, input);
    if (again !== said) throw new FuzzFailed(`${said}, and then ${again}\n  ${reproduction(target.name, seed, input)}`);
  }
  return { inputs: count, verdicts, slowest };
}

async function answer(target: Target, seed: number, input: number): Promise<string> {
  try {
    return await target.once(new Dice(seed, input));
  } catch (cause) {
    throw new FuzzFailed(`${cause instanceof Error ? cause.message : String(cause)}\n  ${reproduction(target.name, seed, input)}`, { cause });
  }
}
