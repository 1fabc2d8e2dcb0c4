// triad job submit: a graph handed to a kernel. Without --session it negotiates one with what the graph needs, or with --caps.
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../../kernel-abi/fault.ts";
import { needsOf } from "../../../../../kernel-abi/qvm/needs.ts";
import { readGraph } from "../../../../../kernel-abi/qvm/read.ts";
import { KernelError } from "../../../../../kernel-abi/rpc/client.ts";
import { readText } from "../../../../adapters/files.ts";
import type { KernelClient, KernelSession, SubmitOptions } from "../../../kernel/client.ts";
import { countOption, jsonOption, parseJson } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { assembledFile, findingText } from "../../graph-file.ts";
import { addSocketOption, calling, faultOfCall } from "../../kernel-call.ts";
import { printFacts, printFault, printJson } from "../../output.ts";
import type { Io } from "../../terminal.ts";
import { printable } from "../../values.ts";
import { waitAgain, waitFor } from "./wait.ts";

interface Flags {
  readonly socket: string;
  readonly seed?: string;
  readonly priority?: number;
  readonly shots?: number;
  readonly noise?: boolean;
  readonly caps?: string;
  readonly session?: string;
  readonly tenant?: string;
  readonly credential?: string;
  readonly token?: string;
  readonly deadlineEpochs?: number;
  readonly timeout?: number;
  readonly wait?: boolean;
  readonly json?: boolean;
}

const PRIORITY_MOST = 100;

/** The graph as it stands in the file, or as its assembly says: the kernel is the one that verifies it. @throws Fault USAGE | FILE_UNREADABLE | QVM_ASM_* */
const graphIn = (file: string): unknown => assembledFile(file) ?? parseJson("FILE", readText(file), file);

/** What a session needs for the graph; of one that cannot be read, what every graph needs. */
function neededCaps(graph: unknown): readonly string[] {
  const read = readGraph(graph).graph;
  return read === undefined ? ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"] : [...new Set(needsOf(read).caps)].sort();
}

/** `ALLOC,CAP_MEASURE` with or without the prefix. */
const capsIn = (text: string): readonly string[] => text.split(",").map((name) => name.trim()).filter((name) => name !== "").map((name) => (name.startsWith("CAP_") ? name : `CAP_${name}`));

const refusedGraph = (error: unknown): error is KernelError => error instanceof KernelError && error.name === "INVALID_GRAPH" && Array.isArray(error.data["findings"]);

/** A refused graph is told with everything the verifier found. */
function printRefused(io: Io, error: KernelError, json: boolean): number {
  const { findings, ...data } = error.data;
  const list = findings as Parameters<typeof findingText>[0][]; // as the kernel's verifier made them
  const fault = faultOfCall(new KernelError(error.method, { code: error.code, message: error.message, data: { ...data, findings: list.length } }));
  if (json) printJson(io.err, "error", { error: { ...fault.toJSON(), next: fault.next }, findings: list, exit: EXIT.failed });
  else printFault(io.err, { ...fault.toJSON(), next: fault.next }, { more: [["findings", list.map((finding) => printable(findingText(finding)).replaceAll("\\n", "\n")).join("\n")]] });
  return EXIT.failed;
}

async function sessionFor(client: KernelClient, graph: unknown, { session, caps, tenant, credential }: Flags, io: Io): Promise<Pick<KernelSession, "submit" | "id">> {
  if (session !== undefined) return client.resume(session);
  const made = await client.session(caps === undefined ? neededCaps(graph) : capsIn(caps), { ...(tenant === undefined ? {} : { tenant_id: tenant }), ...(credential === undefined ? {} : { credential: readText(credential).trim() }) });
  if (made.denied.length > 0) io.err.print(`${io.err.paint.warn("warning")}: not granted: ${printable(made.denied.join(", "))}`);
  return made;
}

function optionsOf({ seed, priority, shots, noise, deadlineEpochs, token }: Flags): SubmitOptions {
  const policy = { ...(priority === undefined ? {} : { priority }), ...(seed === undefined ? {} : { seed: /^\d{1,15}$/.test(seed) ? Number(seed) : seed }), ...(shots === undefined ? {} : { shots }), ...(noise === true ? { noise } : {}) };
  return { policy, ...(deadlineEpochs === undefined ? {} : { deadline_epochs: deadlineEpochs }), ...(token === undefined ? {} : { client_token: token }) };
}

async function submit(file: string, flags: Flags, io: Io): Promise<number> {
  const { priority = 0, seed, json = false, socket, wait = false, timeout } = flags;
  if (priority > PRIORITY_MOST) throw new Fault("USAGE", { option: "--priority", value: priority, allowed: `an integer from 0 to ${PRIORITY_MOST}` });
  if (seed === "") throw new Fault("USAGE", { option: "--seed", value: "", allowed: "non-empty text" });
  const graph = graphIn(file);
  return calling(socket, async (client) => {
    const session = await sessionFor(client, graph, flags, io);
    try {
      const job = await session.submit(graph, optionsOf(flags));
      if (wait && !json) printFacts(io.err, [["session", printable(session.id)], ["job", printable(job.id)]]); // known, however the wait ends
      if (wait) return await waitFor(io, job, { json, socket, ...(timeout === undefined ? {} : { timeout }) });
      if (json) printJson(io.out, "job-submit", { session_id: session.id, job_id: job.id });
      else printFacts(io.out, [["session", printable(session.id)], ["job", printable(job.id)], ["next", waitAgain(job, socket)]]);
      return EXIT.ok;
    } catch (error) {
      if (refusedGraph(error)) return printRefused(io, error, json);
      throw error;
    }
  });
}

export function configure(command: Command, invocation: Invocation): void {
  addSocketOption(command.argument("<file>", "a QVM graph: JSON (.qvm.json), or a program of assembly (.qvm.asm, .qasm)"))
    .option("--seed <text>", "same seed, same events (default: a fresh one)")
    .addOption(countOption("--priority <n>", `0 to ${PRIORITY_MOST}, higher runs first (default: 10)`))
    .addOption(countOption("--shots <n>", "shots of the job (default: 1)", 1))
    .option("--noise", "logical errors at the rates of the profiles (default: none)")
    .option("--caps <list>", "capabilities to negotiate, joined by commas (default: what the graph needs)")
    .option("--session <id>", "a session that is open, in place of a new one")
    .option("--tenant <id>", "whose session it is to be (default: default)")
    .option("--credential <file>", "what `triad kernel token` printed, for a tenant that enters by one")
    .option("--token <text>", "of this submit alone: a second one with the same token and session gives the same job")
    .addOption(countOption("--deadline-epochs <n>", "the job fails when it has not ended within so many epochs; 0: no limit"))
    .option("--wait", "wait until it has ended, and show what it came to")
    .addOption(countOption("--timeout <ms>", "with --wait: most milliseconds to wait; then exit 124, and the job goes on", 1))
    .addOption(jsonOption());
  runs(command, invocation, (file = "") => submit(file, command.opts<Flags>(), invocation.io));
}
