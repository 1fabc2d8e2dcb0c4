// Process names as the trace declares them: ids are small integers, names are spawn paths (contracts, rule 5).
import { KERNEL, PHI_SERVICE, Q_SERVICE } from "../../kernel-abi/ids.ts";
import { EVENT, TURN_END, type Entry, type Frame } from "../../kernel-abi/frame.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { bodyOf, field } from "./body.ts";

/** What a declaration says; zeros where an entry does not say it. */
export interface Declaration {
  readonly name: string;
  readonly vhm: number;
  readonly node: number;
}

const declares = ({ code, verdict }: Entry): boolean => verdict === 0 && (code === EVENT.PROCESS_DECLARED || code === SYSCALL.PROC_SPAWN);
const numberOr = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);

/** Ended processes whose names are kept for whoever still speaks of them; older ones are known by their number. */
const ENDED_MAX = 4_096;

/** Learns from frames in order; an aborted turn declares nothing. */
export class ProcessNames {
  readonly #known = new Map<number, Declaration>();
  /** The last to end, in a ring. */
  readonly #ended: number[] = [];
  #oldest = 0;
  readonly #here: { readonly vhm: number; readonly node: number };
  constructor(here: { readonly vhm: number; readonly node: number }) {
    this.#here = { vhm: here.vhm, node: here.node };
    this.#learn(KERNEL, "kernel");
    this.#learn(Q_SERVICE, "service.q");
    this.#learn(PHI_SERVICE, "service.phi");
  }

  learn(frame: Frame): void {
    if (frame.kind === "turn" && frame.end.kind === TURN_END.ABORTED) return;
    for (const entry of frame.entries) {
      if (declares(entry)) this.#declare(entry);
      else if (entry.code === SYSCALL.PROC_EXIT) this.#end(entry.subject);
    }
  }

  of(process: number): Declaration {
    return this.#known.get(process) ?? { name: `#${process}`, ...this.#here };
  }

  #end(process: number): void {
    const forgotten = this.#ended[this.#oldest];
    if (forgotten !== undefined) this.#known.delete(forgotten);
    this.#ended[this.#oldest] = process;
    this.#oldest = (this.#oldest + 1) % ENDED_MAX;
  }

  #declare(entry: Entry): void {
    const body = bodyOf(entry.body);
    const name = field(body, "name");
    if (typeof name !== "string") return;
    const { vhm, node } = this.#here;
    this.#known.set(entry.subject, { name, vhm: numberOr(field(body, "vhm"), vhm), node: numberOr(field(body, "node"), node) });
  }

  #learn(process: number, name: string): void { this.#known.set(process, { name, ...this.#here }); }
}
