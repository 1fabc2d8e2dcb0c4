// In which session a graph is submitted: the one that is given, else one that was opened here before for the same tenant and holds what is
// needed, else a new one, which is kept for the next submit. A submit that is refused leaves no session behind.
import { needsOf } from "../../../../../kernel-abi/qvm/needs.ts";
import { readGraph } from "../../../../../kernel-abi/qvm/read.ts";
import { KernelError } from "../../../../../kernel-abi/rpc/client.ts";
import type { KeptSession } from "../../../../adapters/kept-sessions.ts";
import type { KernelClient, KernelJob, SubmitOptions } from "../../../kernel/client.ts";
import { capsIn, closeSession, isGone, keptOf, openSession, type Caller } from "../../sessions.ts";
import type { Io } from "../../terminal.ts";
import { printable } from "../../values.ts";

export interface Where extends Caller {
  readonly caps?: string;
  readonly session?: string;
}

export interface Submitted {
  readonly job: KernelJob;
  /** Its session is new. */
  readonly opened: boolean;
}

/** Asked for beside what a graph needs: to keep one's own job as it is takes nothing from anybody. */
const BESIDE = "CAP_CHECKPOINT";

/** What a session needs for the graph; of one that cannot be read, what every graph needs. */
function neededCaps(graph: unknown): readonly string[] {
  const read = readGraph(graph).graph;
  return read === undefined ? ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"] : [...new Set(needsOf(read).caps)].sort();
}

const holds = (held: readonly string[], wanted: readonly string[]): boolean => wanted.every((cap) => held.includes(cap));

/** With capabilities that were named: a session that was opened with these and no others. */
const fits = ({ requested, granted }: KeptSession, named: readonly string[] | undefined, needed: readonly string[]): boolean =>
  (named === undefined ? holds(granted, needed) : holds(requested, named) && holds(named, requested));

async function inNewSession(client: KernelClient, graph: unknown, options: SubmitOptions, { where, wanted, quietly, io }: { readonly where: Where; readonly wanted: readonly string[]; readonly quietly: readonly string[]; readonly io: Io }): Promise<Submitted> {
  const session = await openSession(client, where, [...new Set([...wanted, ...quietly])], io);
  const missed = session.denied.filter((cap) => wanted.includes(cap));
  if (missed.length > 0) io.err.print(`${io.err.paint.warn("warning")}: not granted: ${printable(missed.join(", "))}`);
  try {
    return { job: await session.submit(graph, options), opened: true };
  } catch (error) {
    if (error instanceof KernelError && error.answered) await closeSession(client, where.socket, session.id).catch(() => undefined); // the refusal is what is told
    throw error;
  }
}

/** @throws KernelError; Fault FILE_UNREADABLE */
export async function submitIn(client: KernelClient, graph: unknown, options: SubmitOptions, where: Where, io: Io): Promise<Submitted> {
  if (where.session !== undefined) return { job: await client.resume(where.session).submit(graph, options), opened: false };
  const named = where.caps === undefined ? undefined : capsIn(where.caps);
  const needed = neededCaps(graph);
  for (const { session } of keptOf(where).filter((kept) => fits(kept, named, needed))) {
    try {
      return { job: await client.resume(session).submit(graph, options), opened: false };
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return inNewSession(client, graph, options, { where, wanted: named ?? needed, quietly: named === undefined ? [BESIDE] : [], io });
}
