// Random delegation beside a plain model. The table cuts a grant down when it is derived, pushes a revocation down to every
// descendant and keeps the uses that are left; the model keeps the wishes as they were said, a flag and a count where they were
// made, and walks up the line of descent at every question. Both must answer alike: nothing is amplified, nothing is usable after
// it was revoked, expired or used up, and nothing is refused that every ancestor permits.
import { attenuate, contains, type Scope, type VerbName } from "../../kernel-abi/capability.ts";
import { containsSet, demandOf, permits } from "../../kernel-abi/capability-set.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { processId, tick, type CapabilityId, type ProcessId } from "../../kernel-abi/ids.ts";
import { CapabilityTable, type CapabilityRecord } from "../../runtime/kernel/capability-table.ts";

/** Marsaglia's xorshift: small, and the same everywhere. */
class Draws {
  #state: number;
  constructor(seed: number) { this.#state = (Math.imul(seed, 0x9e37_79b1) ^ 0x5bd1_e995) | 1; }
  below(bound: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % bound;
  }
  oneIn(n: number): boolean { return this.below(n) === 0; }
}

interface Node {
  readonly parent: Node | undefined;
  readonly verb: VerbName;
  readonly wish: Partial<Scope>;
  used: number;
  revoked: boolean;
}

interface Asked { readonly verb: VerbName; readonly units: number; readonly target: ProcessId | null }

/** What was said, and nothing concluded from it. */
class PlainModel {
  readonly nodes: Node[] = [];

  static line(node: Node | undefined): Node[] {
    const line: Node[] = [];
    for (let at = node; at !== undefined; at = at.parent) line.push(at);
    return line;
  }

  permits(node: Node, { verb, units, target }: Asked, now: number): boolean {
    return PlainModel.line(node).every(({ wish, revoked, used, verb: own }) => own === verb && !revoked
      && now >= (wish.from ?? 0) && now < (wish.until ?? Infinity) && used < (wish.uses ?? Infinity)
      && units <= (wish.units ?? Infinity) && (wish.target == null || wish.target === target));
  }

  /** Undefined when the line is revoked or aimed elsewhere. */
  derive(parent: Node, wish: Partial<Scope>): Node | undefined {
    const line = PlainModel.line(parent);
    if (line.some(({ revoked }) => revoked)) return undefined;
    if (wish.target != null && line.some((each) => each.wish.target != null && each.wish.target !== wish.target)) return undefined;
    return this.add(parent, parent.verb, wish);
  }

  add(parent: Node | undefined, verb: VerbName, wish: Partial<Scope>): Node {
    const node = { parent, verb, wish, used: 0, revoked: false };
    this.nodes.push(node);
    return node;
  }
}

const VERBS: readonly VerbName[] = ["IPC_SEND", "EXECUTE_Q"];
const PROCESSES = [3, 4, 5].map(processId);
const TICKS = 12;

export interface Tally {
  chains: number;
  derived: number;
  deepest: number;
  used: number;
  refused: number;
  revoked: number;
  aborted: number;
}

class World {
  readonly #draw: Draws;
  readonly #tally: Tally;
  readonly #table = new CapabilityTable();
  readonly #model = new PlainModel();
  readonly #records: CapabilityRecord[] = [];
  readonly #held = new Map<ProcessId, CapabilityId[]>(PROCESSES.map((process) => [process, []]));
  readonly #undo: (() => void)[] = [];
  #now = 0;

  constructor(seed: number, tally: Tally) {
    this.#draw = new Draws(seed);
    this.#tally = tally;
    for (const verb of VERBS) this.#issue(verb);
  }

  run(steps: number): void {
    for (let step = 0; step < steps; step++) this.#step();
    this.#tally.chains += 1;
    if (this.#draw.oneIn(32)) this.#compareAuthority();
  }

  #step(): void {
    const kind = this.#draw.below(16);
    if (kind < 6) this.#derive();
    else if (kind < 12) this.#use();
    else if (kind < 14) this.#now += this.#draw.below(3);
    else if (kind === 14) this.#revoke();
    else this.#turnEnds();
  }

  #wish(): Partial<Scope> {
    const draw = this.#draw;
    return {
      ...(draw.oneIn(6) && { from: draw.below(TICKS / 2) }),
      ...(draw.oneIn(6) && { until: draw.oneIn(5) ? null : draw.below(TICKS) }),
      ...(draw.oneIn(6) && { uses: draw.oneIn(5) ? null : draw.below(5) }),
      ...(draw.oneIn(6) && { units: draw.below(5) }),
      ...(draw.oneIn(8) && { target: this.#process() }),
    };
  }

  #process(): ProcessId { return PROCESSES[this.#draw.below(PROCESSES.length)] ?? PROCESSES[0]!; }

  /** The newest more often than not, so that chains grow long. */
  #some(): number {
    const { length } = this.#records;
    return this.#draw.oneIn(3) ? this.#draw.below(length) : length - 1;
  }

  #issue(verb: VerbName): void {
    const wish = this.#wish();
    const holder = this.#process();
    const grant = attenuate({ verb, scope: { from: 0, until: null, uses: null, units: null, target: null } }, wish);
    const record = this.#table.issueRoot(holder, grant);
    this.#model.add(undefined, verb, wish);
    this.#records.push(record);
    this.#held.get(holder)?.push(record.id);
  }

  #derive(): void {
    const at = this.#some();
    const parent = this.#records[at]!;
    const wish = this.#wish();
    const holder = this.#process();
    const expected = this.#model.derive(this.#model.nodes[at]!, wish);
    let record: CapabilityRecord;
    try {
      record = this.#table.derive(parent, holder, wish);
    } catch (error) {
      check(error instanceof Fault && error.fault === "DOMAIN_UNAUTHORIZED" && expected === undefined, "a delegation was refused that nothing forbids");
      this.#tally.refused += 1;
      return;
    }
    check(expected !== undefined, "a delegation was made from what is revoked or aimed elsewhere");
    check(contains(parent.grant, record.grant), "a delegation grants more than its parent");
    const held = this.#held.get(holder)!;
    held.push(record.id);
    this.#records.push(record);
    this.#undo.push(() => {
      held.pop();
      this.#records.pop();
      this.#model.nodes.pop();
      this.#table.undoLast();
    });
    this.#tally.derived += 1;
    this.#tally.deepest = Math.max(this.#tally.deepest, PlainModel.line(expected).length);
  }

  #asked(): Asked {
    const draw = this.#draw;
    return { verb: VERBS[draw.below(VERBS.length)]!, units: draw.below(5), target: draw.oneIn(4) ? null : this.#process() };
  }

  #use(): void {
    const asked = this.#asked();
    const held = this.#draw.oneIn(2) ? this.#held.get(this.#process())! : [this.#records[this.#some()]!.id];
    const now = tick(this.#now);
    const expected = held.find((id) => this.#model.permits(this.#model.nodes[id - 1]!, asked, now));
    let id: CapabilityId;
    try {
      id = this.#table.use(held, asked.verb, asked, now, this.#undo);
    } catch (error) {
      check(error instanceof Fault && error.fault === "DOMAIN_UNAUTHORIZED" && expected === undefined, "a use was refused that every ancestor permits");
      this.#tally.refused += 1;
      return;
    }
    check(id === expected, "a use was permitted that some ancestor does not permit");
    const line = PlainModel.line(this.#model.nodes[id - 1]);
    for (const node of line) node.used += 1;
    this.#undo.push(() => { for (const node of line) node.used -= 1; });
    this.#tally.used += 1;
  }

  #revoke(): void {
    const at = this.#draw.below(this.#records.length);
    const node = this.#model.nodes[at]!;
    const dead = (each: Node): boolean => PlainModel.line(each).some(({ revoked }) => revoked);
    const before = this.#model.nodes.map(dead);
    const was = node.revoked;
    node.revoked = true;
    this.#undo.push(() => { node.revoked = was; });
    const expected = this.#records.filter((_, index) => !before[index] && dead(this.#model.nodes[index]!)).map(({ id }) => id);
    const revoked = this.#table.revoke(this.#records[at]!.id, this.#undo);
    check([...revoked].sort((a, b) => a - b).join() === expected.join(), "a revocation did not reach every descendant, or reached others");
    this.#tally.revoked += revoked.length;
  }

  /** A turn commits, or all it did is taken back. */
  #turnEnds(): void {
    if (this.#draw.oneIn(2)) {
      while (this.#undo.length > 0) this.#undo.pop()?.();
      this.#tally.aborted += 1;
    }
    this.#undo.length = 0;
  }

  /** Table, model and algebra agree on what each capability is worth now, and a child is worth no more than its parent. */
  #compareAuthority(): void {
    this.#records.forEach((record, at) => {
      const own = this.#table.authority([record.id]);
      if (record.parent !== 0) check(containsSet(this.#table.authority([record.parent]), own), "a child is worth more than its parent");
      for (let draws = 0; draws < 4; draws++) {
        const asked = this.#asked();
        const now = tick(this.#draw.below(TICKS));
        check(permits(own, demandOf(asked.verb, now, asked)) === this.#model.permits(this.#model.nodes[at]!, asked, now), "authority is not what the model permits");
      }
    });
  }
}

function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** Runs `chains` worlds of `steps` steps each. @throws Error with the seed of the first world in which table and model differ */
export function delegate({ chains, steps, seed }: { readonly chains: number; readonly steps: number; readonly seed: number }): Tally {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // most calls are refused, and a refusal's stack is what costs
  const tally: Tally = { chains: 0, derived: 0, deepest: 0, used: 0, refused: 0, revoked: 0, aborted: 0 };
  let at = seed;
  try {
    for (; at < seed + chains; at++) new World(at, tally).run(steps);
  } catch (cause) {
    throw new Error(`chain with TRIAD_SEED=${at}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return tally;
}
