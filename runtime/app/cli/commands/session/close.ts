// triad session close: a session and everything of it ends; sealed traces stay where they are. Jobs that have not ended are cancelled only
// where that was said.
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../../kernel-abi/fault.ts";
import { KeptSessions } from "../../../../adapters/kept-sessions.ts";
import type { KernelClient } from "../../../kernel/client.ts";
import { jsonOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { addSocketOption, calling, type Reach } from "../../kernel-call.ts";
import { printFacts, printJson } from "../../output.ts";
import { closeSession, isGone, liveJobs, someKept } from "../../sessions.ts";
import { plural, printable, shellWord } from "../../values.ts";

interface Flags extends Reach {
  readonly all?: boolean;
  readonly cancel?: boolean;
  readonly json?: boolean;
}

interface Closed {
  readonly session_id: string;
  readonly jobs_cancelled: number;
  /** It was closed before, had expired, or was another kernel's; it is kept here no longer. */
  readonly gone: boolean;
}

/** @throws Fault USAGE where jobs would be cancelled that nobody said should; KernelError */
async function close(client: KernelClient, session_id: string, { socket, cancel = false }: Flags): Promise<Closed> {
  try {
    const unended = cancel ? 0 : await liveJobs(client, session_id);
    if (unended > 0) throw new Fault("USAGE", { argument: "SESSION", session: printable(session_id), what: `it has ${plural(unended, "job")} that would be cancelled` }, { next: `Wait for them with \`triad job wait JOB --socket ${shellWord(socket)}\`, or close it with --cancel.` });
    return { session_id, jobs_cancelled: (await closeSession(client, socket, session_id)).jobs_cancelled, gone: false };
  } catch (error) {
    if (!isGone(error) || !new KeptSessions(socket).forget(session_id)) throw error;
    return { session_id, jobs_cancelled: 0, gone: true };
  }
}

/** Those that could be closed, and why the others could not. */
async function closedOf(client: KernelClient, names: readonly string[], flags: Flags): Promise<{ readonly closed: readonly Closed[]; readonly refused: readonly unknown[] }> {
  const closed: Closed[] = [];
  const refused: unknown[] = [];
  for (const name of names) await close(client, name, flags).then((one) => closed.push(one), (error: unknown) => refused.push(error));
  return { closed, refused };
}

const closedText = ({ session_id, jobs_cancelled, gone }: Closed): string => `${printable(session_id)}${gone ? ", which the kernel did not know any more" : jobs_cancelled > 0 ? `, ${plural(jobs_cancelled, "job")} cancelled` : ""}`;

/** @throws Fault USAGE */
function chosen(session: string | undefined, flags: Flags): readonly string[] {
  if ((session === undefined) !== (flags.all === true)) throw new Fault("USAGE", { argument: "SESSION", what: "it needs to know which", allowed: "a session's id, or --all" });
  return session === undefined ? someKept(flags).map((kept) => kept.session) : [session];
}

export function configure(command: Command, invocation: Invocation): void {
  addSocketOption(command.argument("[session]", "a session's id"))
    .option("--all", "all that were opened here with this kernel")
    .option("--cancel", "cancel its jobs that have not ended (default: it stays open while there are any)")
    .addOption(jsonOption());
  runs(command, invocation, async (session) => {
    const flags = command.opts<Flags>();
    const { out } = invocation.io;
    const names = chosen(session, flags);
    return calling(invocation.io, flags, async (client) => {
      const { closed, refused } = await closedOf(client, names, flags);
      if (closed.length > 0 && flags.json === true) printJson(out, "session-close", { sessions: closed });
      else printFacts(out, closed.map((one) => ["closed", closedText(one)]));
      if (refused.length > 0) throw refused[0];
      return EXIT.ok;
    });
  });
}
