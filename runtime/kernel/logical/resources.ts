// Logical resources: which physical qubits make up whose logical ones. Owns modules, blocks and holders; has no limits but what there is
// (what a session or tenant may have is quotas' to say). Pure and synchronous; a method does all or nothing, and asserts before it returns.
//   C20  Exclusive: a physical qubit is in one pool or in one block.
//   C21  Conserved: pools and blocks sum to each module's qubits.
//   C22  What was held is reset through a turnover before another job holds it. A job that wants its own again in the same epoch waits
//        for the reset itself: one cycle, told by `place`.
//   C24  A holder's blocks live no longer than it: what it closes, it gives back to the last qubit.
import { Fault } from "../../../kernel-abi/fault.ts";
import { invariant } from "../../../kernel-abi/invariant.ts";
import { type Block, type Holder, type MoveRecord, type Placement, type Usage, type Wanted, placementOf, siteOf } from "./block.ts";
import { Module, type ModuleInventory, type ModuleSpec, type Outage, hurtBy } from "./module.ts";
import { type Range, endOf, sizeOf } from "./ranges.ts";
import { type ResourcesSaved, readResources } from "./resources-saved.ts";
import { AS_ASKED, type Calibration, type Seat, Seating, type Shortage, isShortage } from "./seating.ts";

export type { Block, Holder, MoveRecord, Placement, Usage, Wanted } from "./block.ts";

interface HolderState extends Holder {
  readonly blocks: Map<number, Block>;
  /** Block by qubit, and the blocks no qubit is on. */
  readonly placed: Map<string, number>;
  readonly spare: Set<number>;
  fence: boolean;
}

const MOVES_KEPT = 1_024;
/** Blocks up to which every commit checks range by range; above, one in RECOUNT_EVERY does, and the others by number. */
const RECOUNT_BLOCKS = 32;
const RECOUNT_EVERY = 256;

const freeIn = (module: Module): number => module.free;
const soundIn = ({ inventory: { total, faulty, maintenance } }: Module): number => total - faulty - maintenance;

export class LogicalResources {
  readonly #modules: readonly Module[];
  readonly #seating: Seating;
  readonly #holders = new Map<string, HolderState>();
  readonly #moves: MoveRecord[] = [];
  readonly #heldIn = new Map<Module, number>();
  #next = 1;
  #epoch = 0;
  #blocks = 0;
  #commits = 0;

  constructor(modules: readonly ModuleSpec[], calibration: Calibration = AS_ASKED) {
    this.#modules = modules.map((spec) => new Module(spec));
    invariant(new Set(modules.map(({ name }) => name)).size === modules.length, "C20", "modules of one name");
    this.#seating = new Seating(this.#modules, calibration);
  }

  get epoch(): number { return this.#epoch; }
  /** The last ones, oldest first. */
  get moves(): readonly MoveRecord[] { return this.#moves; }
  get holders(): readonly Holder[] { return [...this.#holders.values()].map(({ job, session, tenant }) => ({ job, session, tenant })); }
  holds(job: string): boolean { return this.#holders.has(job); }
  /** @throws Fault HOLDER_UNKNOWN */
  holder(job: string): Holder {
    const { session, tenant } = this.#holder(job);
    return { job, session, tenant };
  }

  /** A holder, at a fence, with nothing. @throws Fault HOLDER_UNKNOWN when it is open already */
  open({ job, session, tenant }: Holder): void {
    if (this.#holders.has(job)) throw new Fault("HOLDER_UNKNOWN", { job, why: "open already" });
    this.#holders.set(job, { job, session, tenant, blocks: new Map(), placed: new Map(), spare: new Set(), fence: true });
  }

  /** What stands in the way of acquiring all of this now; undefined: nothing. */
  shortage(wanted: readonly Wanted[]): Shortage | undefined {
    const seats = this.#seating.seats(wanted, freeIn);
    return isShortage(seats) ? this.#told(seats) : undefined;
  }
  /** What would, were nothing held and all reset: a job that needs more than the machine has will not run. */
  impossible(wanted: readonly Wanted[]): Shortage | undefined {
    const seats = this.#seating.seats(wanted, soundIn);
    return isShortage(seats) ? this.#told(seats) : undefined;
  }
  #told(shortage: Shortage): Shortage {
    const failed = this.inventory().filter(({ faulty }) => faulty > 0).map(({ name }) => name);
    return failed.length === 0 ? shortage : { ...shortage, failed: failed.join(", ") };
  }

  /** Whether all of this had room if only the holders that stay had theirs, and these came first, where they would be put now. Nothing is held by asking. */
  fitsBeside(wanted: readonly Wanted[], stays: (holder: string) => boolean, coming: readonly (readonly Wanted[])[] = []): boolean {
    const held = new Map<string, number>();
    const hold = (module: string, qubits: number): void => { held.set(module, (held.get(module) ?? 0) + qubits); };
    for (const { job, blocks } of this.#holders.values()) if (stays(job)) for (const { module, ranges } of blocks.values()) hold(module, sizeOf(ranges));
    for (const each of coming) {
      const seats = this.#seating.seats(each, freeIn);
      if (isShortage(seats)) return false;
      for (const { module, profile } of seats) hold(module.name, profile.physicalQubits);
    }
    return !isShortage(this.#seating.seats(wanted, (module) => soundIn(module) - (held.get(module.name) ?? 0)));
  }

  /** Blocks for all that is wanted, or for none of it. @throws Fault RESOURCES_EXHAUSTED | HOLDER_UNKNOWN */
  acquire(job: string, wanted: readonly Wanted[]): void {
    const holder = this.#holder(job);
    const seats = this.#seating.seats(wanted, freeIn, homesOf(holder));
    if (isShortage(seats)) throw new Fault("RESOURCES_EXHAUSTED", { job, ...this.#told(seats) });
    for (const seat of seats) this.#build(holder, seat);
    this.#commit();
  }

  /**
   * Puts qubits on blocks that were acquired for this profile. `resets`: how many wait a cycle for a reset (C22).
   * @param profile canonical text @throws Fault QUBIT_UNKNOWN | RESOURCES_EXHAUSTED | HOLDER_UNKNOWN
   */
  place(job: string, vqs: readonly string[], profile: string): { readonly resets: number } {
    const holder = this.#holder(job);
    if (vqs.some((vq) => holder.placed.has(vq)) || new Set(vqs).size !== vqs.length) throw new Fault("QUBIT_UNKNOWN", { job, why: "placed already" });
    const ready: Block[] = [];
    const resetting: Block[] = [];
    for (const block of spareOf(holder)) {
      if (ready.length === vqs.length) break;
      if (block.asked.text === profile && block.hurt.length === 0) (block.state === "READY" ? ready : resetting).push(block);
    }
    const blocks = [...ready, ...resetting].slice(0, vqs.length);
    if (blocks.length < vqs.length) throw new Fault("RESOURCES_EXHAUSTED", { job, profile, asked: vqs.length, ready: blocks.length });
    for (const [at, block] of blocks.entries()) this.#settle(holder, block, vqs[at] ?? "");
    return { resets: Math.max(0, blocks.length - ready.length) };
  }

  /** Ends qubits; their blocks stay the job's and are reset. @throws Fault QUBIT_UNKNOWN | HOLDER_UNKNOWN */
  free(job: string, vqs: readonly string[]): void {
    const holder = this.#holder(job);
    const blocks = vqs.map((vq) => this.#placed(holder, vq));
    if (new Set(vqs).size !== vqs.length) throw new Fault("QUBIT_UNKNOWN", { job, why: "freed twice" });
    for (const block of blocks) {
      holder.placed.delete(block.vq ?? "");
      holder.spare.add(block.id);
      holder.blocks.set(block.id, { ...block, vq: null, state: "RESETTING" });
    }
  }

  /** Gives back the blocks that hold no qubit, for whoever asks next: reset and free at the next turnover. @throws Fault HOLDER_UNKNOWN */
  surrender(job: string): void {
    const holder = this.#holder(job);
    for (const block of spareOf(holder)) this.#raze(holder, block);
    this.#commit();
  }

  /** Ends a holder: everything it had is reset and free at the next turnover. False when there is none (any more). */
  close(job: string): boolean {
    const holder = this.#holders.get(job);
    if (holder === undefined) return false;
    for (const block of holder.blocks.values()) this.#raze(holder, block);
    this.#holders.delete(job);
    this.#commit();
    return true;
  }

  /** Ends every holder of a session; the jobs that were. */
  closeSession(session: string): readonly string[] {
    const jobs = [...this.#holders.values()].filter((holder) => holder.session === session).map(({ job }) => job);
    for (const job of jobs) this.close(job);
    return jobs;
  }

  /** The next epoch: what is resetting has been reset. */
  turnover(): void {
    this.#epoch += 1;
    for (const module of this.#modules) module.turnover();
    for (const holder of this.#holders.values()) {
      for (const block of spareOf(holder)) if (block.state === "RESETTING") holder.blocks.set(block.id, { ...block, state: "READY" });
    }
    this.#commit();
  }

  /** A job stands at a fence, where its blocks may be moved; or has left it. @throws Fault HOLDER_UNKNOWN */
  atFence(job: string, stands: boolean): void { this.#holder(job).fence = stands; }

  /** Puts physical qubits out of service, or back into it (SERVICE: to be reset first). Blocks they are in are hurt until moved. @throws Fault MODULE_UNKNOWN */
  mark(name: string, state: Outage | "SERVICE", window?: Range): void {
    const module = this.#module(name);
    const where = window ?? module.whole;
    if (!(Number.isSafeInteger(where.from) && Number.isSafeInteger(where.count) && where.from >= 0 && where.count >= 1 && endOf(where) <= module.total)) {
      throw new Fault("MODULE_UNKNOWN", { module: name, from: where.from, count: where.count, total: module.total });
    }
    module.mark(where, state);
    for (const { blocks } of this.#holders.values()) {
      for (const block of blocks.values()) if (block.module === name) blocks.set(block.id, { ...block, hurt: hurtBy(block, where, state) });
    }
    this.#commit();
  }

  /** Blocks with a part out of service, oldest first; of one job, or of all. @throws Fault HOLDER_UNKNOWN */
  damaged(job?: string): readonly Block[] {
    const holders = job === undefined ? [...this.#holders.values()] : [this.#holder(job)];
    return holders.flatMap(({ blocks }) => [...blocks.values()].filter(({ hurt }) => hurt.length > 0)).sort((a, b) => a.id - b.id);
  }

  /**
   * Moves a qubit's block at a fence: to the module that is named, or to the best there is, another one where possible. The record says
   * whether it went; what could not go stays as it was. @throws Fault MIGRATION_REFUSED | QUBIT_UNKNOWN | HOLDER_UNKNOWN | MODULE_UNKNOWN
   */
  move(job: string, vq: string, to?: string): MoveRecord {
    const holder = this.#holder(job);
    const block = this.#placed(holder, vq);
    if (!holder.fence) throw new Fault("MIGRATION_REFUSED", { job, vq, why: "the job is not at a fence" });
    const seat = this.#elsewhere(holder, block, to);
    const record: MoveRecord = {
      epoch: this.#epoch, job, vq, from: siteOf(block), to: seat === undefined ? null : siteOf({ module: seat.module.name, profile: seat.profile }),
      success: seat !== undefined, reason: seat === undefined ? "no module has room for it" : "",
    };
    if (seat !== undefined) {
      this.#raze(holder, block);
      this.#settle(holder, this.#build(holder, seat), vq);
    }
    this.#moves.push(record);
    if (this.#moves.length > MOVES_KEPT) this.#moves.shift();
    this.#commit();
    return record;
  }

  /** Replaces hurt blocks that no qubit is on; how many could not be. @throws Fault HOLDER_UNKNOWN */
  replaceSpare(job: string): number {
    const holder = this.#holder(job);
    const hurt = spareOf(holder).filter((block) => block.hurt.length > 0);
    for (const block of hurt) {
      const seat = this.#seating.seat(block.asked, this.#modules, freeIn, homesOf(holder));
      if (seat === undefined) continue;
      this.#raze(holder, block);
      this.#build(holder, seat);
    }
    if (hurt.length > 0) this.#commit();
    return spareOf(holder).filter((block) => block.hurt.length > 0).length;
  }

  /** Where a job's qubits are, by name. @throws Fault HOLDER_UNKNOWN */
  mapping(job: string): readonly Placement[] {
    const { blocks } = this.#holder(job);
    return [...blocks.values()].flatMap((block) => (block.vq === null ? [] : [placementOf(block, block.vq)])).sort((a, b) => (a.vq < b.vq ? -1 : 1));
  }

  /** Modules that a job's blocks are in, with qubits on them or yet to come. @throws Fault HOLDER_UNKNOWN */
  modules(job: string): readonly string[] { return [...new Set([...this.#holder(job).blocks.values()].map(({ module }) => module))].sort(); }
  /** The block a qubit is on. @throws Fault QUBIT_UNKNOWN | HOLDER_UNKNOWN */
  blockOf(job: string, vq: string): Block { return this.#placed(this.#holder(job), vq); }

  /** Of the holders that are meant: one job, one session, one tenant, or all. */
  usage(of: Partial<Holder> = {}): Usage {
    let logicalQubits = 0;
    let physicalQubits = 0;
    let reservedPhysical = 0;
    for (const holder of this.#holders.values()) {
      if ((of.job ?? holder.job) !== holder.job || (of.session ?? holder.session) !== holder.session || (of.tenant ?? holder.tenant) !== holder.tenant) continue;
      for (const { vq, profile } of holder.blocks.values()) {
        reservedPhysical += profile.physicalQubits;
        logicalQubits += vq === null ? 0 : 1;
        physicalQubits += vq === null ? 0 : profile.physicalQubits;
      }
    }
    return { logicalQubits, physicalQubits, reservedPhysical };
  }

  /** Of the machine, for its operator: a tenant does not see how much others hold. */
  inventory(): readonly ModuleInventory[] { return this.#modules.map(({ inventory }) => inventory); }

  saved(): ResourcesSaved {
    return {
      epoch: this.#epoch, next: this.#next, modules: this.#modules.map((module) => module.saved()), moves: [...this.#moves],
      holders: [...this.#holders.values()].map(({ job, session, tenant, fence, blocks }) => ({ job, session, tenant, fence, blocks: [...blocks.values()] })),
    };
  }

  /** @throws Fault RESUME_REFUSED for what `saved` did not give; InvariantBroken for what breaks C20 or C21 */
  static restored(data: unknown, calibration: Calibration = AS_ASKED): LogicalResources {
    const saved = readResources(data);
    const resources = new LogicalResources(saved.modules, calibration);
    resources.#epoch = saved.epoch;
    resources.#next = saved.next;
    resources.#moves.push(...saved.moves);
    for (const { blocks, fence, ...holder } of saved.holders) {
      resources.open(holder);
      const state = resources.#holder(holder.job);
      state.fence = fence;
      for (const block of blocks) resources.#adopt(state, block);
    }
    resources.#assert(true);
    return resources;
  }

  #holder(job: string): HolderState {
    const holder = this.#holders.get(job);
    if (holder === undefined) throw new Fault("HOLDER_UNKNOWN", { job });
    return holder;
  }
  #module(name: string): Module {
    const module = this.#modules.find((each) => each.name === name);
    if (module === undefined) throw new Fault("MODULE_UNKNOWN", { module: name, modules: this.#modules.map((each) => each.name).join(" ") });
    return module;
  }
  #placed(holder: HolderState, vq: string): Block {
    const block = holder.blocks.get(holder.placed.get(vq) ?? 0);
    if (block === undefined) throw new Fault("QUBIT_UNKNOWN", { job: holder.job, vq });
    return block;
  }

  #elsewhere(holder: HolderState, block: Block, to: string | undefined): Seat | undefined {
    const named = to === undefined ? undefined : [this.#module(to)];
    const here = (module: Module): boolean => module.name === block.module;
    const others = named ?? this.#modules.filter((module) => !here(module));
    const homes = homesOf(holder);
    return this.#seating.seat(block.asked, others, freeIn, homes) ?? (named === undefined ? this.#seating.seat(block.asked, this.#modules.filter(here), freeIn, homes) : undefined);
  }

  #build(holder: HolderState, { asked, module, profile }: Seat): Block {
    const ranges = module.take(profile.physicalQubits);
    invariant(ranges !== undefined, "C21", "a seat has room");
    const block: Block = { id: this.#next, asked, profile, module: module.name, ranges, hurt: [], state: "READY", vq: null };
    this.#next += 1;
    this.#adopt(holder, block);
    return block;
  }
  #adopt(holder: HolderState, block: Block): void {
    const module = this.#module(block.module);
    this.#heldIn.set(module, (this.#heldIn.get(module) ?? 0) + sizeOf(block.ranges));
    this.#blocks += 1;
    holder.blocks.set(block.id, block);
    if (block.vq === null) holder.spare.add(block.id);
    else holder.placed.set(block.vq, block.id);
  }
  #settle(holder: HolderState, block: Block, vq: string): void {
    holder.blocks.set(block.id, { ...block, vq, state: "PLACED" });
    holder.spare.delete(block.id);
    holder.placed.set(vq, block.id);
  }
  /** The qubits of a block go back to their module. */
  #raze(holder: HolderState, block: Block): void {
    const module = this.#module(block.module);
    module.give(block.ranges, block.hurt);
    this.#heldIn.set(module, (this.#heldIn.get(module) ?? 0) - sizeOf(block.ranges));
    this.#blocks -= 1;
    holder.blocks.delete(block.id);
    holder.spare.delete(block.id);
  }

  #commit(): void {
    this.#commits += 1;
    this.#assert(this.#blocks <= RECOUNT_BLOCKS || this.#commits % RECOUNT_EVERY === 0);
  }
  #assert(thoroughly: boolean): void {
    const ranges = new Map<string, Range[]>(this.#modules.map(({ name }) => [name, []]));
    if (thoroughly) for (const { blocks } of this.#holders.values()) for (const block of blocks.values()) ranges.get(block.module)?.push(...block.ranges);
    for (const module of this.#modules) module.assert(this.#heldIn.get(module) ?? 0, thoroughly ? ranges.get(module.name) : undefined);
  }
}

const homesOf = ({ blocks }: HolderState): ReadonlySet<string> => new Set([...blocks.values()].map(({ module }) => module));
/** Oldest first, whenever they became spare: what was saved goes on the same way. */
const spareOf = ({ blocks, spare }: HolderState): readonly Block[] => [...spare].sort((a, b) => a - b).flatMap((id) => blocks.get(id) ?? []);
