// A kernel in miniature for ONE machine's activation: answers what it yields, keeps its timers by tick, lets its children end, and can put
// a fresh activation made from the machine's persisted state in its place.
import { pack, unpack } from "../../kernel-abi/packer.ts";
import type { Activation, Arm, Operation, Resumption, Step } from "../../kernel-abi/operation.ts";
import type { ProcessId } from "../../kernel-abi/ids.ts";
import { Strand } from "../../domains/k/api/strands.ts";
import { MachineActivation } from "../../runtime/process/machine/activation.ts";
import type { MachineDefinition } from "../../runtime/process/machine/definition.ts";
import type { MachineState } from "../../runtime/process/machine/state.ts";

export type Happening =
  | { readonly kind: "mail"; readonly event: object }
  | { readonly kind: "ticks"; readonly count: number }
  /** The living child at this place ends. */
  | { readonly kind: "exit"; readonly place: number; readonly fails: boolean };

const SELF = 5;
const SENDER = 9;
const value = (answer: unknown): Resumption => ({ kind: "value", value: answer });

export class MachineKernel {
  readonly calls: unknown[] = [];
  tick = 1;
  end: { readonly result: unknown } | { readonly threw: string } | undefined;
  readonly #definition: () => MachineDefinition;
  #activation: MachineActivation;
  #waiting: readonly Arm[] | "mail" | undefined;
  #timers = new Map<number, number>();
  #numbers = 0;
  #pids = 10;
  readonly #living: ProcessId[] = [];

  constructor(definition: () => MachineDefinition, input: unknown) {
    this.#definition = definition;
    this.#activation = this.#fresh(input);
    this.#drive(() => this.#activation.resume(value(undefined)));
  }

  happen(happening: Happening): void {
    if (this.end !== undefined) return;
    switch (happening.kind) {
      case "mail": return this.#deliver({ on: "message" }, { from: SENDER, body: { ...happening.event } });
      case "exit": return this.#exit(happening);
      case "ticks":
        for (let left = happening.count; left > 0; left--) {
          this.tick += 1;
          this.#fire();
        }
    }
  }

  /** The state as a record would hold it. */
  state(): { readonly bytes: string; readonly state: unknown } {
    const persisting = this.#activation.persist();
    let step = persisting.next();
    while (step.done !== true) step = persisting.next(step.value.op === "self" ? SELF : this.tick);
    const bytes = pack(step.value satisfies MachineState);
    return { bytes: Buffer.from(bytes).toString("hex"), state: unpack(bytes) };
  }

  /** Goes on in a fresh activation. */
  replace(): void {
    const { state } = this.state();
    this.#timers = new Map();
    this.#activation = this.#fresh(state);
    this.#drive(() => this.#activation.resume(value(undefined)));
  }

  #fresh(input: unknown): MachineActivation {
    return new MachineActivation({ definition: this.#definition(), name: "m", strict: false, strandOf: (program) => new Strand(program) }, input);
  }

  #exit({ place, fails }: Extract<Happening, { kind: "exit" }>): void {
    if (this.#living.length === 0) return;
    const [process] = this.#living.splice(place % this.#living.length, 1);
    if (process === undefined) return;
    const reason = fails ? { kind: "failed", fault: { code: 3104, name: "PROCESS_FAILED", abi: 6, message: "it failed", next: "", detail: {} } } : { kind: "finished", result: process };
    this.#deliver({ on: "exit", process }, reason);
  }

  #fire(): void {
    for (;;) {
      if (this.end !== undefined || this.#waiting === undefined || this.#waiting === "mail") return;
      const due = this.#waiting.find((arm) => arm.on === "timer" && (this.#timers.get(arm.timer) ?? Infinity) <= this.tick);
      if (due?.on !== "timer") return;
      this.#timers.delete(due.timer);
      this.#deliver(due, undefined);
    }
  }

  #deliver(on: Arm, given: unknown): void {
    const waiting = this.#waiting;
    if (waiting === "mail") return this.#drive(() => this.#activation.resume(value(given)));
    const arm = (waiting ?? []).findIndex((other) => JSON.stringify(other) === JSON.stringify(on));
    if (arm < 0) throw new Error(`nobody waits for ${JSON.stringify(on)}`);
    this.#drive(() => this.#activation.resume(value({ arm, value: given })));
  }

  #drive(first: () => Step): void {
    this.#waiting = undefined;
    try {
      let step = first();
      while (step.kind === "operation") {
        const answer = this.#answer(step.operation);
        if (answer === undefined) return;
        step = (this.#activation as Activation).resume(answer);
      }
      this.end = { result: step.result };
    } catch (error) {
      this.end = { threw: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
    }
  }

  #answer(operation: Operation): Resumption | undefined {
    switch (operation.op) {
      case "receive": this.#waiting = "mail"; return undefined;
      case "select": this.#waiting = operation.arms; return undefined;
      case "self": return value(SELF);
      case "parent": return value(4);
      case "now": return value(this.tick);
      case "in-force": return value(true);
      case "timer": {
        this.#timers.set(++this.#numbers, this.tick + operation.ticks);
        return value(this.#numbers);
      }
      case "cancel-timer": this.#timers.delete(operation.timer); return value(undefined);
      case "spawn": {
        const process = this.#pids++ as ProcessId;
        this.#living.push(process);
        this.calls.push({ op: "spawn", input: operation.input, process });
        return value({ process });
      }
      case "stop":
        this.#living.splice(this.#living.indexOf(operation.child), 1);
        this.calls.push(operation);
        return value(undefined);
      default:
        this.calls.push(operation);
        return value(undefined);
    }
  }
}
