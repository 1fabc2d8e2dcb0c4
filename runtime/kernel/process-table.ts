// Process table: every process of a run by id. The living are records; one that ended is packed into four numbers and what it left.
//   P4  It is packed when time goes on: nothing comes from it any more. Whoever names it later is given a record again, with its
//       name, its exit and nothing else, for that tick.
//   P5  Ids are never used again; a process that was taken back with its turn had none.
import type { FaultJson } from "../../kernel-abi/fault.ts";
import { processId, ROOT, type ProcessId, type ProcessName } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import { CURRENT_OFFER, ABI_VERSION } from "../../kernel-abi/version.ts";
import { Process, type Exit } from "../process/process.ts";
import { Column, Pages, type ColumnState } from "./pages.ts";
import { Vault, type VaultState } from "./vault.ts";

/** How a process stands, for somebody who looks at the whole run. */
export interface Standing {
  readonly process: Process;
  /** Messages in its mailbox; of one that ended, those it left unread. */
  readonly inbox: number;
}

const HOW: readonly Exit["how"][] = ["finished", "failed", "stopped", "linked", "run-end"];
const NO_BYTES = new Uint8Array(0);

/** One byte for how, and what goes with it: result, fault, reason or whom it was linked to. */
function exitBytes({ how, result, fault, reason, with: other }: Exit): Uint8Array {
  const about = how === "finished" ? result : how === "failed" ? pack(fault) : how === "stopped" ? pack(reason) : how === "linked" ? pack(other) : NO_BYTES;
  const bytes = new Uint8Array(1 + about.length);
  bytes[0] = HOW.indexOf(how);
  bytes.set(about, 1);
  return bytes;
}

/** Of a tick that is over: which one is not asked for. */
function exitOf(bytes: Uint8Array): Exit {
  const how = HOW[bytes[0] ?? 0] ?? "finished";
  const about = bytes.subarray(1);
  return {
    tick: LONG_AGO, how, result: how === "finished" ? about : NO_BYTES,
    fault: how === "failed" ? unpack(about) as FaultJson : undefined,
    reason: how === "stopped" ? unpack(about) as string : "",
    with: how === "linked" ? unpack(about) as ProcessId : undefined,
  };
}
const LONG_AGO = 0 as Exit["tick"];

/** What a process that ended runs: nothing. */
const OVER: Behaviour = Object.freeze({
  name: "over", domains: Object.freeze([]), abi: { ...ABI_VERSION, flags: CURRENT_OFFER.flags }, admit: () => undefined,
  activate: () => { throw new Error("a process that ended takes no turn"); },
});

interface NamesState {
  readonly parent: ColumnState;
  readonly label: ColumnState;
  readonly ordinal: ColumnState;
  readonly labels: readonly string[];
}

/** All but the living: how many ids were given out, and what is kept of those that ended. */
export interface ProcessTableState {
  readonly next: number;
  readonly names: NamesState;
  readonly exits: ColumnState;
  readonly unread: ColumnState;
  readonly vault: VaultState;
  readonly unheard: readonly number[];
}

/** Names are spawn paths: the parent's, and a segment that most have in common but for its number. */
class Names {
  readonly #parent = new Column();
  readonly #label = new Column();
  readonly #ordinal = new Column();
  readonly #labels: string[] = [];
  readonly #places = new Map<string, number>();

  keep({ id, name, parent }: Process): void {
    const [label = "", ordinal = "0"] = name.slice(name.lastIndexOf("/") + 1).split("#");
    let place = this.#places.get(label);
    if (place === undefined) this.#places.set(label, place = this.#labels.push(label) - 1);
    this.#parent.set(id, parent);
    this.#label.set(id, place);
    this.#ordinal.set(id, Number(ordinal));
  }

  saved(): NamesState { return { parent: this.#parent.saved(), label: this.#label.saved(), ordinal: this.#ordinal.saved(), labels: [...this.#labels] }; }
  restore({ parent, label, ordinal, labels }: NamesState): void {
    this.#parent.restore(parent);
    this.#label.restore(label);
    this.#ordinal.restore(ordinal);
    for (const text of labels) this.#places.set(text, this.#labels.push(text) - 1);
  }

  parentOf(id: number): ProcessId { return processId(this.#parent.get(id)); }
  segmentOf(id: number): string {
    const label = this.#labels[this.#label.get(id)] ?? "";
    const ordinal = this.#ordinal.get(id);
    return ordinal === 0 ? label : `${label}#${ordinal}`;
  }
}

export class ProcessTable {
  /** The living, those that ended in this tick, and those that ended and were named in it. */
  readonly #open = new Pages<Process>();
  /** To be packed. */
  #over: Process[] = [];
  readonly #names = new Names();
  /** Of those packed: their exit in the vault; how many messages they left. */
  readonly #exits = new Column();
  readonly #unread = new Column();
  readonly #vault = new Vault();
  /** Failures nobody has been told of. */
  readonly #unheard = new Set<ProcessId>();
  #next: number = ROOT;

  /** Id of the next process. */
  get length(): number { return this.#next; }
  /** Records there are. */
  get records(): number { return this.#open.size; }

  /** Dead or alive; undefined for what never was. */
  get(id: number): Process | undefined {
    return this.#open.get(id) ?? (this.#exits.get(id) === 0 ? undefined : this.#unpack(id));
  }

  /** Undefined for what has ended, too: the one to ask where that is all the same. */
  living(id: number): Process | undefined {
    const process = this.#open.get(id);
    return process?.live === true ? process : undefined;
  }

  /** Of anybody who ever was. */
  parentOf(id: number): ProcessId { return this.#open.get(id)?.parent ?? this.#names.parentOf(id); }

  /** Whether `above` is `id` or stands above it. */
  descends(id: number, above: number): boolean {
    for (let at = id; at >= above; at = this.parentOf(at)) if (at === above) return true;
    return false; // whoever is above came before
  }

  /** By id. */
  * alive(): Generator<Process, void, undefined> {
    for (const process of this.#open) if (process.live) yield process;
  }

  add(process: Process): void {
    invariant(process.id === this.#next, "P5", process.name);
    this.#open.set(process.id, process);
    this.#next += 1;
  }

  /** Takes back the newest: the turn that made it was aborted. */
  undoLast(): void {
    this.#next -= 1;
    this.#open.delete(this.#next);
  }

  ended(process: Process): void { this.#over.push(process); }

  /** Packs what has ended: when time goes on. */
  tidy(): void {
    if (this.#over.length === 0) return;
    for (const process of this.#over) this.#pack(process);
    this.#over = [];
  }

  /** Failures nobody was told of, by id. */
  failures(): { readonly process: ProcessName; readonly fault: FaultJson }[] {
    if (this.#unheard.size === 0 && this.#over.every(({ exit }) => exit?.fault === undefined)) return [];
    this.tidy();
    return [...this.#unheard].sort((a, b) => a - b).flatMap((id) => {
      const process = this.#unpack(id);
      return process.exit?.fault === undefined ? [] : [{ process: process.name, fault: process.exit.fault }];
    });
  }

  /** All there ever were, by id. */
  * standings(): Generator<Standing, void, undefined> {
    this.tidy();
    for (let id: number = ROOT; id < this.#next; id++) {
      const process = this.#open.get(id);
      yield process === undefined ? { process: this.#ghost(id), inbox: this.#unread.get(id) } : { process, inbox: process.inbox.depth };
    }
  }

  /** Packs what has ended first: at the end of a tick nothing comes from it any more (P4). */
  saved(): ProcessTableState {
    this.tidy();
    return { next: this.#next, names: this.#names.saved(), exits: this.#exits.saved(), unread: this.#unread.saved(), vault: this.#vault.saved(), unheard: [...this.#unheard] };
  }

  /** Into an empty one. */
  restore({ next, names, exits, unread, vault, unheard }: ProcessTableState, living: Iterable<Process>): void {
    this.#next = next;
    this.#names.restore(names);
    this.#exits.restore(exits);
    this.#unread.restore(unread);
    this.#vault.restore(vault);
    for (const id of unheard) this.#unheard.add(processId(id));
    for (const process of living) {
      invariant(process.live && process.id < next && this.#open.get(process.id) === undefined, "P5", process.name);
      this.#open.set(process.id, process);
    }
  }

  #pack(process: Process): void {
    const { id, exit, joined } = process;
    invariant(exit !== undefined, "P1", process.name);
    if (this.#exits.get(id) === 0) {
      this.#names.keep(process);
      this.#exits.set(id, this.#vault.put(exitBytes(exit)));
      this.#unread.set(id, process.inbox.depth);
    }
    if (exit.fault !== undefined && !joined && id !== ROOT) this.#unheard.add(id);
    else this.#unheard.delete(id);
    this.#open.delete(id);
  }

  #unpack(id: number): Process {
    const process = this.#ghost(id);
    this.#open.set(id, process);
    this.#over.push(process);
    return process;
  }

  #ghost(id: number): Process {
    const process = new Process({ id: processId(id), name: this.#nameOf(id), parent: this.#names.parentOf(id), behaviour: OVER, input: undefined, priority: 0, mailboxBound: 0 });
    process.state = "released";
    process.exit = exitOf(this.#vault.get(this.#exits.get(id)));
    process.joined = !this.#unheard.has(process.id);
    return process;
  }

  #nameOf(id: number): ProcessName {
    const open = this.#open.get(id);
    if (open !== undefined) return open.name;
    const segment = this.#names.segmentOf(id);
    return (id === ROOT ? segment : `${this.#nameOf(this.#names.parentOf(id))}/${segment}`) as ProcessName;
  }
}
