// triad session list: the sessions that were opened here with the kernel at a socket. A session's id is its secret, so the kernel tells nobody
// of others' sessions: `triad kernel status` counts them.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { KeptSessions, type KeptSession } from "../../../../adapters/kept-sessions.ts";
import type { KernelClient } from "../../../kernel/client.ts";
import { jsonOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { addSocketOption, calling, type Reach } from "../../kernel-call.ts";
import { printJson } from "../../output.ts";
import { isGone, isShut, liveJobs } from "../../sessions.ts";
import { table } from "../../table.ts";
import { printable } from "../../values.ts";

interface Told {
  readonly session_id: string;
  readonly tenant: string;
  readonly granted: readonly string[];
  readonly opened_at: number;
  /** Whether the kernel serves in it; denied: its tenant is suspended, or has to enter anew. */
  readonly state: "open" | "gone" | "denied";
  /** Jobs it has been told of and keeps, and those of them that have not ended. */
  readonly jobs: number;
  readonly unended: number;
}

async function told(client: KernelClient, { session, tenant, granted, opened }: KeptSession): Promise<Told> {
  const known = { session_id: session, tenant, granted, opened_at: opened / 1_000 };
  try {
    const { total } = await client.q_list_jobs({ session_id: session, limit: 1 });
    return { ...known, state: "open", jobs: total, unended: await liveJobs(client, session) };
  } catch (error) {
    if (!isShut(error)) throw error;
    return { ...known, state: isGone(error) ? "gone" : "denied", jobs: 0, unended: 0 };
  }
}

const rowOf = ({ session_id, tenant, state, jobs, unended, opened_at, granted }: Told): readonly string[] =>
  [session_id, tenant, state, String(jobs), String(unended), new Date(1_000 * opened_at).toISOString().slice(0, 19), granted.map((cap) => cap.replace(/^CAP_/, "")).join(",")].map(printable);

export function configure(command: Command, invocation: Invocation): void {
  addSocketOption(command).addOption(jsonOption());
  runs(command, invocation, async () => {
    const { json = false, ...reach } = command.opts<Reach & { readonly json?: boolean }>();
    const { out, err } = invocation.io;
    const kept = new KeptSessions(reach.socket).all();
    const sessions = await calling(invocation.io, reach, (client) => Promise.all(kept.map((each) => told(client, each))));
    if (json) printJson(out, "session-list", { sessions });
    else if (sessions.length === 0) err.print("no session with this kernel was opened here: `triad job submit` opens one, and `triad session open`");
    else {
      const columns = [{ title: "session" }, { title: "tenant" }, { title: "state" }, { title: "jobs", align: "right" as const }, { title: "not ended", align: "right" as const }, { title: "opened" }, { title: "capabilities" }];
      out.print([...table(columns, sessions.map(rowOf), out.width, out.paint.dim)].join("").trimEnd());
    }
    return EXIT.ok;
  });
}
