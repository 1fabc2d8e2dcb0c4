// Control: doing several things at once, and not for longer than so many ticks. Everything is made of the calls of the programs given,
// and of `timer` and `select`, so winners are recorded deliveries and a replay has the same ones.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Operation } from "../../../kernel-abi/operation.ts";
import { ask } from "../../../kernel-abi/ask.ts";
import type { Child, ProcessDefinition, Program } from "../../../kernel-abi/operation.ts";
import { Cover } from "./cover.ts";
import { checkBody, checked, checkNamed, checkProgram, checkPrograms, checkTicks } from "./given.ts";
import { k, spawned, type SpawnOptions } from "./operations.ts";
import { runStrands, Strand } from "./strands.ts";

/** Any program, of any domains. */
type Some = Generator<Operation, unknown, unknown>;
type Yielded<P> = P extends Generator<infer O, unknown, unknown> ? O : never;
type Result<P> = P extends Generator<unknown, infer R, unknown> ? R : never;
type Call<P> = Yielded<P> | Extract<Operation<"K">, { readonly domain: "K" }>;

/** The strand that ended first: its name and what it gave. */
export type Winner<P extends Readonly<Record<string, Some>>> = { readonly [N in keyof P]: { readonly winner: N; readonly value: Result<P[N]> } }[keyof P];

const ALL = "all([program, …])";
const RACE = "race({ name: program, … })";
const WITHIN = "within(ticks, program)";
const UNTIL = "until(deadline, program)";
const SCOPE = "scope(function* ({ spawn }) { … })";

const failed = (strands: readonly Strand[]): boolean => strands.some(({ end }) => end?.kind === "failed");
const rethrow = (strands: readonly Strand[]): void => {
  for (const { end } of strands) if (end?.kind === "failed") throw end.error;
};
const resultOf = ({ end }: Strand): unknown => (end?.kind === "done" ? end.result : undefined);

/**
 * Runs programs side by side in this process and gives all their results, in order: `const [a, b] = yield* all([first(), second()])`.
 * The first failure cancels the others and is thrown. Messages go to the first that waits for one.
 */
export function* all<const P extends readonly Some[]>(programs: P): Generator<Call<P[number]>, { -readonly [I in keyof P]: Result<P[I]> }, unknown> {
  yield* checked(ALL, () => { checkPrograms(ALL, programs); }) as Generator<Call<P[number]>, void, unknown>;
  const strands = programs.map((program) => new Strand(program));
  yield* runStrands(strands, failed) as Generator<Call<P[number]>, void, unknown>;
  rethrow(strands);
  return strands.map(resultOf) as { -readonly [I in keyof P]: Result<P[I]> };
}

/**
 * Runs programs side by side until the first ends: `const { winner, value } = yield* race({ bits: q.measure(job), late: k.sleep(9) })`.
 * If it failed, its error is thrown. The others are cancelled: their `finally` blocks run; jobs they waited for can still be collected.
 * @throws Fault ABI_MALFORMED when nobody runs
 */
export function* race<const P extends Readonly<Record<string, Some>>>(programs: P): Generator<Call<P[keyof P]>, Winner<P>, unknown> {
  yield* checked(RACE, () => { checkNamed(RACE, programs); }) as Generator<Call<P[keyof P]>, void, unknown>;
  const names = Object.keys(programs);
  if (names.length === 0) throw new Fault("ABI_MALFORMED", { argument: "race", allowed: "at least one program" });
  const strands = names.map((name) => new Strand(programs[name] as Some));
  let won = -1;
  yield* runStrands(strands, () => {
    if (won < 0) won = strands.findIndex(({ end }) => end !== undefined);
    return won >= 0;
  }) as Generator<Call<P[keyof P]>, void, unknown>;
  const winner = strands[won] as Strand;
  rethrow([winner]);
  return { winner: names[won], value: resultOf(winner) } as Winner<P>;
}

/** A program which, if it does not return, gives back the contracts it has reserved. */
function* givingBack(program: Some): Some {
  const cover = new Cover();
  try {
    return yield* cover.over(program);
  } finally {
    yield* cover.endContracts();
  }
}

/**
 * A program that must be done within so many ticks, whatever it waits for: a message it could not place is taken back, a request for
 * contracts given up. What goes through in the very tick of the deadline has gone through. Unless it returns, contracts reserved inside
 * are given back, as in a `scope`; its jobs are not cancelled.
 * @throws Fault TIMED_OUT; whatever the program throws
 */
export function* within<P extends Some>(ticks: number, program: P): Generator<Call<P>, Result<P>, unknown> {
  yield* checked(WITHIN, () => {
    checkTicks(WITHIN, "ticks", ticks, 1);
    checkProgram(WITHIN, "program", program);
  }) as Generator<Call<P>, void, unknown>;
  const ended = yield* race({ done: givingBack(program) as Some, late: k.sleep(ticks) as Some }) as Generator<Call<P>, Winner<Record<"done" | "late", Some>>, unknown>;
  if (ended.winner === "late") throw new Fault("TIMED_OUT", { ticks });
  return ended.value as Result<P>;
}

/**
 * A program that must be done before tick `deadline` has passed.
 * @throws Fault TIMED_OUT, at once when it has passed already
 */
export function* until<P extends Some>(deadline: number, program: P): Generator<Call<P>, Result<P>, unknown> {
  yield* checked(UNTIL, () => {
    checkTicks(UNTIL, "deadline", deadline, 0);
    checkProgram(UNTIL, "program", program);
  }) as Generator<Call<P>, void, unknown>;
  const now = (yield* k.now() as Generator<Call<P>, number, unknown>);
  if (deadline <= now) {
    program.return(undefined);
    throw new Fault("TIMED_OUT", { deadline, now });
  }
  return yield* within(deadline - now, program);
}

/** What a scope hands its body: children spawned through it end with it. */
export interface Scope {
  spawn<R>(definition: ProcessDefinition<undefined, R>, input?: undefined, options?: SpawnOptions): Program<Child<R>>;
  spawn<I, R>(definition: ProcessDefinition<I, R>, input: NoInfer<I>, options?: SpawnOptions): Program<Child<R>>;
}

/**
 * A scope of cancellation. However its body ends, finished, by a throw, or because it lost a race: jobs submitted inside whose outcome
 * is not in are cancelled, timers set inside and not heard of are cancelled, and every child spawned through it that still lives is
 * stopped; of each kind the last one first. When it ended otherwise than by returning, contracts reserved inside and not shared are given
 * back too; work under way under them that was not submitted inside still ends. Inside is the body with all its strands; what a child does is the child's. An outcome that
 * is in can still be collected. Contracts are kept when the body returns, and children spawned with `k.spawn` in any case.
 */
export function* scope<P extends Some>(body: (scope: Scope) => P): Generator<Call<P>, Result<P>, unknown> {
  const children: Child<unknown>[] = [];
  const cover = new Cover();
  function* spawn(definition: ProcessDefinition, input?: unknown, options?: SpawnOptions): Program<Child<unknown>> {
    const child = yield* spawned(definition, input, options);
    yield* k.tether(child);
    children.push(child);
    return child;
  }
  yield* checked(SCOPE, () => { checkBody(SCOPE, body); }) as Generator<Call<P>, void, unknown>;
  try {
    const program = body({ spawn } as Scope);
    yield* checked(SCOPE, () => { checkProgram(SCOPE, "what body gives", program); }) as Generator<Call<P>, void, unknown>;
    return (yield* cover.over(program) as Generator<Call<P>, Result<P>, unknown>);
  } finally {
    yield* cover.end() as Generator<Call<P>, void, unknown>;
    for (const child of children.toReversed()) yield* ask<void, "K">({ domain: "K", op: "stop", child: child.process, reason: "its scope ended" }) as Generator<Call<P>, void, unknown>;
  }
}
