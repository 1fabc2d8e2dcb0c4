// Strands: several programs running side by side inside ONE process. Each goes on until it waits; what all of them wait for becomes
// one `select`, and the winner goes on. Nothing here is known to the kernel: a strand's calls are its process's calls.
//   S4  Whatever would wait becomes arms: what has to wait for room or for units holds a place, which is given up with its strand.
//   S2  Strands are stepped in the order given, and one at a time, so a process stays one deterministic sequence of calls.
import type { Contract } from "../../../kernel-abi/handle.ts";
import type { Arm, Operation, Resumption, Selected } from "../../../kernel-abi/operation.ts";
import { inForce, isObject, isSound, refuseStep, waitsForUnrun } from "./given.ts";

type Body = Generator<Operation, unknown, unknown>;
type Answer = { readonly kind: "value"; readonly value: unknown } | { readonly kind: "fault"; readonly fault: unknown };
/** What one call of a strand came to: its answer, or what it waits for. */
type Attempted = Answer | { readonly kind: "blocked"; readonly on: Blocked };

/** How a strand came to its end. */
export type StrandEnd = { readonly kind: "done"; readonly result: unknown } | { readonly kind: "failed"; readonly error: unknown };

/** What a strand is blocked on: its arms, and what winning one of them means to it. */
interface Blocked {
  readonly arms: readonly Arm[];
  /** Goes on with an answer, or yields a call that answers at once now. */
  readonly won: (arm: number, value: unknown) => Generator<Operation, Answer, unknown>;
  /** Timers set for this wait alone, and places held for it. */
  readonly timers: readonly number[];
  readonly places?: readonly number[];
}

function* answered(operation: Operation): Generator<Operation, Answer, unknown> {
  try {
    return { kind: "value", value: yield operation };
  } catch (fault) {
    return { kind: "fault", fault };
  }
}

function* given(value: unknown): Generator<Operation, Answer, unknown> {
  return { kind: "value", value };
}

function* settled(answer: unknown): Generator<Operation, Answer, unknown> {
  return answer as Resumption; // what a ROOM arm gives
}

/** Makes a call that may have to wait for a place. A number is the place it waits for; nothing else it could be answered is one. */
function* placed(operation: Operation): Generator<Operation, Attempted, unknown> {
  const value = yield operation;
  if (typeof value !== "number") return { kind: "value", value };
  return { kind: "blocked", on: { arms: [{ on: "room", place: value }], won: (_, answer) => settled(answer), timers: [], places: [value] } };
}

/** Turns a call that would wait into arms; undefined for a call that does not wait. @throws Fault what setting its timer is answered */
function* block(operation: Operation): Generator<Operation, Blocked | undefined, unknown> {
  switch (operation.op) {
    case "receive": {
      if (operation.within === undefined) return { arms: [{ on: "message" }], won: (_, value) => given(value), timers: [] };
      const timer = (yield { domain: "K", op: "timer", ticks: operation.within }) as number;
      return { arms: [{ on: "message" }, { on: "timer", timer }], won: (arm, value) => given(arm === 0 ? value : undefined), timers: [timer] };
    }
    case "sleep": {
      const timer = (yield { domain: "K", op: "timer", ticks: operation.ticks }) as number;
      return { arms: [{ on: "timer", timer }], won: () => given(undefined), timers: [timer] };
    }
    case "join": return { arms: [{ on: "exit", process: operation.child }], won: () => answered(operation), timers: [] };
    case "collect": return { arms: [{ on: "outcome", job: operation.job }], won: () => answered(operation), timers: [] };
    case "select": return { arms: operation.arms, won: (arm, value) => given({ arm, value } satisfies Selected), timers: [] };
    default: return undefined;
  }
}

export class Strand {
  readonly #body: Body;
  #blocked: Blocked | undefined;
  #end: StrandEnd | undefined;
  #started = false;
  constructor(program: Body) { this.#body = program; }

  get end(): StrandEnd | undefined { return this.#end; }
  get arms(): readonly Arm[] { return this.#blocked?.arms ?? []; }

  /** Runs until it waits or ends. */
  *start(): Generator<Operation, void, unknown> {
    if (!this.#started) yield* this.#run({ kind: "value", value: undefined });
  }

  /** One of its arms has won: the timers of the others are of no use any more. */
  *win(arm: number, value: unknown): Generator<Operation, void, unknown> {
    const blocked = this.#blocked;
    if (blocked === undefined) return;
    this.#blocked = undefined;
    const won = blocked.arms[arm];
    yield* cancelTimers(blocked.timers.filter((timer) => !(won?.on === "timer" && won.timer === timer)));
    yield* this.#run(yield* blocked.won(arm, value));
  }

  /** Ends it early: its `finally` blocks run, and may still call. What it throws then is dropped: it has lost. */
  *cancel(): Generator<Operation, void, unknown> {
    if (this.#end !== undefined) return;
    this.#end = { kind: "done", result: undefined };
    const { timers = [], places = [] } = this.#blocked ?? {};
    this.#blocked = undefined;
    yield* cancelTimers(timers);
    yield* leavePlaces(places);
    try {
      let step = this.#body.return(undefined);
      while (step.done !== true) {
        const answer = yield* answered(step.value);
        step = answer.kind === "value" ? this.#body.next(answer.value) : this.#body.throw(answer.fault);
      }
    } catch { /* its cleanup failed; nobody waits for it */ }
  }

  *#run(first: Answer): Generator<Operation, void, unknown> {
    this.#started = true;
    let answer = first;
    for (;;) {
      let step: IteratorResult<Operation, unknown>;
      try {
        step = answer.kind === "value" ? this.#body.next(answer.value) : this.#body.throw(answer.fault);
        if (!isObject(step)) yield* refuseStep(step);
      } catch (error) {
        this.#end = { kind: "failed", error };
        return;
      }
      if (step.done === true) {
        this.#end = { kind: "done", result: step.value };
        return;
      }
      const blocked = yield* attempt(step.value);
      if (blocked.kind === "blocked") {
        this.#blocked = blocked.on;
        return;
      }
      answer = blocked;
    }
  }
}

/** A call of a strand: answered at once, or what it waits for. */
function* attempt(operation: Operation): Generator<Operation, Attempted, unknown> {
  try {
    if (!isSound(operation) && (yield* inForce("refusalsInFull"))) return yield* answered(operation);
    if (waitsForUnrun(operation) && (yield* inForce("unrunRefused"))) return yield* answered(operation);
    if (isObject(operation) && mayHoldPlace(operation)) return yield* placed({ ...operation, place: true });
    const on = isObject(operation) ? yield* block(operation) : undefined;
    return on === undefined ? yield* answered(operation) : { kind: "blocked", on };
  } catch (fault) {
    return { kind: "fault", fault };
  }
}

type Placing = Extract<Operation, { readonly op: "send" | "reserve" | "reserve-all" }>;

/** A send, or a request that may wait; one that was given a place already is answered by the strand inside that asked for it. */
function mayHoldPlace(operation: Operation): operation is Placing {
  switch (operation.op) {
    case "send": return operation.place !== true;
    case "reserve": case "reserve-all": return operation.within !== undefined && operation.place !== true;
    default: return false;
  }
}

function* cancelTimers(timers: readonly number[]): Generator<Operation, void, unknown> {
  for (const timer of timers) yield { domain: "K", op: "cancel-timer", timer };
}

/** What holds a place is given up. Contracts that were granted in the meantime go back: nobody will ever hold them. */
function* leavePlaces(places: readonly number[]): Generator<Operation, void, unknown> {
  for (const place of places) {
    const answer = (yield { domain: "K", op: "withdraw", place }) as Resumption | undefined;
    if (answer?.kind !== "value") continue;
    const granted = Array.isArray(answer.value) ? answer.value as readonly Contract[] : answer.value === undefined ? [] : [answer.value as Contract];
    for (const contract of granted) yield* answered({ domain: contract.domain, op: "release", contract } as Operation);
  }
}

/**
 * Runs strands side by side until `enough` says so or all have ended; those still running are cancelled then, in order.
 * @throws Fault what `select` is refused with
 */
export function* runStrands(strands: readonly Strand[], enough: (strands: readonly Strand[]) => boolean): Generator<Operation, void, unknown> {
  try {
    for (const strand of strands) {
      yield* strand.start();
      if (enough(strands)) return;
    }
    for (;;) {
      const waiting = strands.filter(({ end }) => end === undefined);
      if (waiting.length === 0) return;
      const places = waiting.flatMap((strand) => strand.arms.map((_, arm) => ({ strand, arm })));
      const { arm, value } = (yield { domain: "K", op: "select", arms: waiting.flatMap(({ arms }) => arms) }) as Selected;
      const place = places[arm];
      if (place !== undefined) yield* place.strand.win(place.arm, value);
      if (enough(strands)) return;
    }
  } finally {
    for (const strand of strands) yield* strand.cancel();
  }
}

