// What a kernel remembers over its own end: sessions, accepted jobs, ends, checkpoints; read when it begins, written as things happen.
// Owns the ledger and what of it is live. Without a folder nothing is kept, and everything else is the same.
//   K5  Nothing accepted is lost: a job's entry is committed before submit answers, its end before anybody is told of it (`settled`).
import { join } from "node:path";
import type { Durability } from "../../../kernel-abi/header.ts";
import { attempt, hostDisk } from "../../adapters/disk.ts";
import { lockFolder } from "../../adapters/folder-lock.ts";
import { groupCommit } from "../../adapters/group-commit.ts";
import { openLedger, type Ledger } from "../../adapters/ledger.ts";
import { LASTING_TABLES, type LastingTable } from "../../kernel/tenancy/ports.ts";
import { CHECKPOINTS_PER_SESSION } from "../../kernel/jobs/checkpoints.ts";
import { entryBytes, graphEntryBytes, readEntry, type Accepted, type Ended, type Entry, type SessionRow } from "./memory-entry.ts";

export interface Checkpointed {
  readonly job: string;
  readonly text: string;
}

export interface Remembered {
  readonly sessions: Map<string, SessionRow>;
  readonly graphs: Map<string, unknown>;
  /** By acceptance. */
  readonly accepted: Map<string, Accepted>;
  readonly ended: Map<string, Ended>;
  /** Signed checkpoints by session, in the order they were made: the latest, as many as the table keeps. */
  readonly checkpoints: Map<string, Checkpointed[]>;
  /** By job: checkpoints ever made of it. */
  readonly numbered: Map<string, number>;
  /** By job: kernels that had it before. */
  readonly resumed: Map<string, number>;
  /** By job: kernels that took it up again and started it. */
  readonly begun: Map<string, number>;
  /** Rows by table and id, in the order they were first made: what a row hangs on stands before it. */
  readonly rows: ReadonlyMap<LastingTable, Map<string, unknown>>;
}

/** Bytes beyond which the ledger is rewritten, once it has grown to twice what was live. */
const COMPACT_BYTES = 8 * 1024 * 1024;

const nothing = (): Remembered => ({ sessions: new Map(), graphs: new Map(), accepted: new Map(), ended: new Map(), checkpoints: new Map(), numbered: new Map(), resumed: new Map(), begun: new Map(), rows: new Map(LASTING_TABLES.map((table) => [table, new Map<string, unknown>()])) });

function take(into: Remembered, entry: Entry): void {
  switch (entry.k) {
    case "session": into.sessions.set(entry.session.id, entry.session); break;
    case "closed": forgetSession(into, entry.session); break;
    case "graph": into.graphs.set(entry.digest, entry.graph); break;
    case "accepted": into.accepted.set(entry.id, entry); break;
    case "ended": into.ended.set(entry.id, entry); break;
    case "checkpoint": takeCheckpoint(into, entry); break;
    case "numbered": into.numbered.set(entry.job, entry.checkpoints); break;
    case "started": for (const [job, times] of Object.entries(entry.resumed)) into.resumed.set(job, times); break;
    case "row": takeRow(into, entry); break;
    case "begun": into.begun.set(entry.job, entry.times); break;
  }
}

function takeRow({ rows }: Remembered, { table, id, row }: Extract<Entry, { readonly k: "row" }>): void {
  if (row === null) rows.get(table)?.delete(id);
  else rows.get(table)?.set(id, row);
}

function takeCheckpoint({ accepted, checkpoints, numbered }: Remembered, { job, text }: Checkpointed): void {
  const session = accepted.get(job)?.session;
  if (session === undefined) return; // forgotten while it was made
  numbered.set(job, (numbered.get(job) ?? 0) + 1);
  const own = checkpoints.get(session) ?? [];
  checkpoints.set(session, own);
  own.push({ job, text });
  if (own.length > CHECKPOINTS_PER_SESSION) own.shift();
}

/** Of a closed session stay only jobs that have not ended: they end under the next kernel. */
function forgetSession(into: Remembered, session: string): void {
  into.sessions.delete(session);
  for (const { id, session: owner } of [...into.accepted.values()]) if (owner === session && into.ended.has(id)) forgetJob(into, id);
}

function forgetJob(into: Remembered, id: string): void {
  const session = into.accepted.get(id)?.session ?? "";
  const own = into.numbered.has(id) ? into.checkpoints.get(session)?.filter(({ job }) => job !== id) : undefined;
  if (own?.length === 0) into.checkpoints.delete(session);
  else if (own !== undefined) into.checkpoints.set(session, own);
  for (const table of [into.accepted, into.ended, into.numbered, into.resumed, into.begun]) table.delete(id);
}

/** What is written with the ledger, and before it: what was decided before what came of it. */
export interface Companion {
  commit(): void;
  close(): void;
}

export class Memory {
  readonly #ledger: Ledger | undefined;
  readonly #live: Remembered = nothing();
  #compacted = 0;
  #compacting = false;
  #unlock: () => void = () => undefined;
  #beside: Companion | undefined;
  /** One write each for everybody who asks in one turn of the event loop. */
  readonly #committed = groupCommit(() => { this.commit(); });

  /** The folder is this kernel's until `close`. @throws Fault STATE_IN_USE | LEDGER_DAMAGED | FILE_UNREADABLE | DISK_FAILED */
  constructor(folder: string | undefined, durability: Durability = "process") {
    if (folder === undefined) return;
    attempt(folder, "create", () => hostDisk.mkdirSync(folder, { recursive: true, mode: 0o700 }));
    this.#unlock = lockFolder(folder);
    try {
      this.#ledger = openLedger({ path: join(folder, "ledger"), durability });
      for (const bytes of this.#ledger.found) take(this.#live, readEntry(bytes));
      this.#compacted = this.#ledger.size;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** What was found, and has been remembered since. */
  get live(): Readonly<Remembered> { return this.#live; }
  /** Bytes of an unfinished entry that were cut off. */
  get cut(): number { return this.#ledger?.cut ?? 0; }

  /** Kept once `settled` resolves. @throws Fault DISK_FAILED and the like when the ledger takes nothing any more */
  keep(entry: Entry): void {
    if (this.#ledger === undefined) return;
    take(this.#live, entry);
    this.#ledger.append(entryBytes(entry));
  }

  /** The graph, unless it is there. `json`: as it was written before, where it was. */
  keepGraph(digest: string, graph: unknown, json: Uint8Array | undefined): void {
    if (this.#ledger === undefined || this.#live.graphs.has(digest)) return;
    if (json === undefined) return this.keep({ k: "graph", digest, graph });
    this.#live.graphs.set(digest, graph);
    this.#ledger.append(graphEntryBytes(digest, json));
  }

  /** The table has forgotten it, so a restart need not know it. */
  forget(job: string): void { forgetJob(this.#live, job); }

  /** Everything kept so far survives a kill. @throws Fault when it does not */
  async settled(): Promise<void> {
    if (this.#ledger === undefined || !this.#ledger.pending) return;
    await this.#committed();
    if (this.#compacting || this.#ledger.size <= COMPACT_BYTES || this.#ledger.size <= 2 * this.#compacted) return;
    this.#compacting = true;
    setImmediate(() => { this.#compactNow(); }); // behind those who wait for nothing more than what they gave to be kept
  }

  /** Nobody waits for it: a disk that fails now is told to whoever commits next (F14). */
  #compactNow(): void {
    try {
      this.compact();
    } catch { /* the ledger takes nothing more */ } finally {
      this.#compacting = false;
    }
  }

  /** As settled, at once. @throws Fault */
  commit(): void {
    this.#beside?.commit();
    this.#ledger?.commit();
  }

  /** From now on it is written, and closed, with the ledger. */
  join(beside: Companion): void { this.#beside = beside; }

  /** The ledger holds what is live, and nothing else. */
  compact(): void {
    if (this.#ledger === undefined) return;
    this.#ledger.compact(this.#entries());
    this.#compacted = this.#ledger.size;
  }

  close(): void {
    try {
      this.#beside?.close();
    } finally {
      try {
        this.#ledger?.close();
      } finally {
        this.#unlock();
      }
    }
  }

  *#entries(): Generator<Uint8Array> {
    const { sessions, graphs, accepted, ended, checkpoints, numbered, resumed, begun, rows } = this.#live;
    const used = new Set([...accepted.values()].map(({ graph }) => graph));
    for (const digest of [...graphs.keys()]) if (!used.has(digest)) graphs.delete(digest);
    for (const [table, own] of rows) for (const [id, row] of own) yield entryBytes({ k: "row", table, id, row });
    for (const session of sessions.values()) yield entryBytes({ k: "session", session });
    for (const [digest, graph] of graphs) yield entryBytes({ k: "graph", digest, graph });
    for (const job of accepted.values()) yield entryBytes(job);
    for (const own of checkpoints.values()) for (const { job, text } of own) yield entryBytes({ k: "checkpoint", job, text });
    for (const [job, times] of numbered) yield entryBytes({ k: "numbered", job, checkpoints: times });
    if (resumed.size > 0) yield entryBytes({ k: "started", at: 0, resumed: Object.fromEntries(resumed) });
    for (const [job, times] of begun) yield entryBytes({ k: "begun", job, times });
    for (const job of ended.values()) yield entryBytes(job);
  }
}
