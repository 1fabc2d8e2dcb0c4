// Entries of the kernel's ledger: one JSON object each, and the one reader of them.
//   K4  An entry is written before the answer that tells of it. What is read back has the shape it was written with, or the ledger is refused.
import { Fault } from "../../../kernel-abi/fault.ts";
import { compiled, Type, type Static } from "../../../kernel-abi/schema.ts";

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Text = Type.String({ minLength: 1, maxLength: 512 });
const OrNull = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) => Type.Union([schema, Type.Null()]);
const Events = Type.Record(Type.String(), Type.Integer());

const SessionEntry = Type.Object({
  k: Type.Literal("session"),
  session: Type.Object({ id: Text, tenant: Text, granted: Type.Array(Text), token: Type.Optional(OrNull(Text)), opened: Count, expires: Count }),
});
const ClosedEntry = Type.Object({ k: Type.Literal("closed"), session: Text });
/** A graph as it was read, once, before the first job of it. */
const GraphEntry = Type.Object({ k: Type.Literal("graph"), digest: Text, graph: Type.Unknown() });
const AcceptedEntry = Type.Object({
  k: Type.Literal("accepted"),
  id: Text, tenant: Text, session: Text, graph: Text, seed: Text, seedGiven: Type.Boolean(), shots: Count, priority: Count,
  deadlineEpochs: OrNull(Count), timeoutMs: OrNull(Count), retries: Count, startEpoch: Count, restored: OrNull(Text),
  at: Count, token: OrNull(Text), debug: Type.Boolean(), noise: Type.Unknown(),
});
const EndedEntry = Type.Object({
  k: Type.Literal("ended"),
  id: Text, state: Type.Union([Type.Literal("COMPLETED"), Type.Literal("FAILED"), Type.Literal("CANCELLED")]),
  at: Count, started: OrNull(Count), epoch: Count, node: Count, attempts: Count, preemptions: Count, resumed: Count, checkpoints: Count, cancelledAtEpoch: OrNull(Count),
  outcome: OrNull(Type.Object({ events: Events, counts: OrNull(Events), digest: Text, trace: OrNull(Type.String()) })),
  error: OrNull(Type.Object({ type: Type.String(), message: Type.String(), code: Type.Integer() })),
});
/** A checkpoint, signed: its bytes as text. */
const CheckpointEntry = Type.Object({ k: Type.Literal("checkpoint"), job: Text, text: Type.String() });
/** How many checkpoints a job has had: said when the ledger is rewritten, which keeps the latest alone. */
const NumberedEntry = Type.Object({ k: Type.Literal("numbered"), job: Text, checkpoints: Count });
/** A kernel began: the jobs it took up again, and how many kernels each had before. */
const StartedEntry = Type.Object({ k: Type.Literal("started"), at: Count, resumed: Type.Record(Type.String(), Count) });
/** A job that was taken up again was started: by so many kernels. */
const BegunEntry = Type.Object({ k: Type.Literal("begun"), job: Text, times: Count });
/** A row of a table that outlasts a kernel (tenancy/ports.ts), as it is now; null: gone. */
const RowEntry = Type.Object({ k: Type.Literal("row"), table: Type.Union([Type.Literal("tokens"), Type.Literal("delegations"), Type.Literal("broker")]), id: Text, row: Type.Unknown() });

const Entry = Type.Union([RowEntry, SessionEntry, ClosedEntry, GraphEntry, AcceptedEntry, EndedEntry, CheckpointEntry, NumberedEntry, StartedEntry, BegunEntry]);
export type Entry = Readonly<Static<typeof Entry>>;
export type SessionRow = Static<typeof SessionEntry>["session"];
export type Accepted = Readonly<Static<typeof AcceptedEntry>>;
export type Ended = Readonly<Static<typeof EndedEntry>>;

const schema = compiled(Entry);

export const entryBytes = (entry: Entry): Uint8Array => new TextEncoder().encode(JSON.stringify(entry));

/** The entry of a graph whose JSON there is already: a large one is written once. */
export function graphEntryBytes(digest: string, json: Uint8Array): Uint8Array {
  const utf8 = new TextEncoder();
  return new Uint8Array(Buffer.concat([utf8.encode(`{"k":"graph","digest":${JSON.stringify(digest)},"graph":`), json, utf8.encode("}")]));
}

/** @throws Fault LEDGER_DAMAGED */
export function readEntry(bytes: Uint8Array): Entry {
  const text = new TextDecoder().decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Fault("LEDGER_DAMAGED", { what: "an entry is no JSON" }, { cause });
  }
  if (!schema().Check(value)) throw new Fault("LEDGER_DAMAGED", { what: "an entry has another shape", entry: text.slice(0, 80) });
  return value;
}
