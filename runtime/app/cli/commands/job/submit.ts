// triad job submit: a graph handed to a kernel; submitting.ts has in which session.
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../../kernel-abi/fault.ts";
import { KernelError } from "../../../../../kernel-abi/rpc/client.ts";
import type { SubmitOptions } from "../../../kernel/client.ts";
import { countOption, jsonOption, parseJson, readGiven } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { assembledFile, findingText } from "../../graph-file.ts";
import { addCallerOptions, calling, faultOfCall, type Reach } from "../../kernel-call.ts";
import { printFacts, printFault, printJson, type Facts } from "../../output.ts";
import type { Io } from "../../terminal.ts";
import { printable, shellWord } from "../../values.ts";
import { submitIn, type Submitted, type Where } from "./submitting.ts";
import { waitAgain, waitFor } from "./wait.ts";

interface Flags extends Where, Reach {
  readonly seed?: string;
  readonly priority?: number;
  readonly shots?: number;
  readonly noise?: boolean;
  readonly token?: string;
  readonly deadlineEpochs?: number;
  readonly timeout?: number;
  readonly wait?: boolean;
  readonly json?: boolean;
}

const PRIORITY_MOST = 100;

/** The graph as it stands in the file, or as its assembly says: the kernel is the one that verifies it. @throws Fault USAGE | FILE_UNREADABLE | QVM_ASM_* */
const graphIn = (file: string): unknown => assembledFile(file) ?? parseJson("FILE", readGiven("FILE", file), file);

const refusedGraph = (error: unknown): error is KernelError => error instanceof KernelError && error.name === "INVALID_GRAPH" && Array.isArray(error.data["findings"]);

/** A refused graph is told with everything the verifier found. */
function printRefused(io: Io, error: KernelError, json: boolean): number {
  const { findings, ...data } = error.data;
  const list = findings as Parameters<typeof findingText>[0][]; // as the kernel's verifier made them
  const fault = faultOfCall(new KernelError(error.method, { code: error.code, message: error.message, data: { ...data, findings: list.length } }), error.next);
  if (json) printJson(io.err, "error", { error: { ...fault.toJSON(), next: fault.next }, findings: list, exit: EXIT.failed });
  else printFault(io.err, { ...fault.toJSON(), next: fault.next }, { more: [["findings", list.map((finding) => printable(findingText(finding)).replaceAll("\\n", "\n")).join("\n")]] });
  return EXIT.failed;
}

function optionsOf({ seed, priority, shots, noise, deadlineEpochs, token }: Flags): SubmitOptions {
  const policy = { ...(priority === undefined ? {} : { priority }), ...(seed === undefined ? {} : { seed: /^\d{1,15}$/.test(seed) ? Number(seed) : seed }), ...(shots === undefined ? {} : { shots }), ...(noise === true ? { noise } : {}) };
  return { policy, ...(deadlineEpochs === undefined ? {} : { deadline_epochs: deadlineEpochs }), ...(token === undefined ? {} : { client_token: token }) };
}

const factsOf = ({ job: { id, session }, opened }: Submitted, socket: string): Facts => [
  ["session", printable(session)], ["job", printable(id)],
  opened ? ["opened", `the session is new; later submits go to it, until \`triad session close ${printable(session)} --socket ${shellWord(socket)}\` forgets it and its jobs`] : undefined,
];

async function submit(file: string, flags: Flags, io: Io): Promise<number> {
  const { priority = 0, seed, json = false, socket, wait = false, timeout } = flags;
  if (priority > PRIORITY_MOST) throw new Fault("USAGE", { option: "--priority", value: priority, allowed: `an integer from 0 to ${PRIORITY_MOST}` });
  if (seed === "") throw new Fault("USAGE", { option: "--seed", value: "", allowed: "non-empty text" });
  const graph = graphIn(file);
  return calling(io, flags, async (client) => {
    try {
      const submitted = await submitIn(client, graph, optionsOf(flags), flags, io);
      if (wait && !json) printFacts(io.err, factsOf(submitted, socket)); // known, however the wait ends
      if (wait) return await waitFor(io, submitted.job, { json, socket, ...(timeout === undefined ? {} : { timeout }) });
      if (json) printJson(io.out, "job-submit", { session_id: submitted.job.session, job_id: submitted.job.id, opened: submitted.opened });
      else printFacts(io.out, [...factsOf(submitted, socket), ["next", waitAgain(submitted.job, socket)]]);
      return EXIT.ok;
    } catch (error) {
      if (refusedGraph(error)) return printRefused(io, error, json);
      throw error;
    }
  });
}

export function configure(command: Command, invocation: Invocation): void {
  addCallerOptions(command.argument("<file>", "a QVM graph: JSON (.qvm.json), or a program of assembly (.qvm.asm, .qasm)"))
    .option("--seed <text>", "same seed, same events (default: a fresh one)")
    .addOption(countOption("--priority <n>", `0 to ${PRIORITY_MOST}, higher runs first (default: 10)`))
    .addOption(countOption("--shots <n>", "shots of the job (default: 1)", 1))
    .option("--noise", "logical errors at the rates of the profiles (default: none)")
    .option("--caps <list>", "capabilities of the session, joined by commas: ALLOC,COMPUTE,… (default: what the graph needs, and CHECKPOINT)")
    .option("--session <id>", "a session that is open (default: one opened here before that holds what the graph needs, else a new one)")
    .option("--token <text>", "of this submit alone: a second one with the same token and session gives the same job")
    .addOption(countOption("--deadline-epochs <n>", "the job fails when it has not ended within so many epochs; 0: no limit"))
    .option("--wait", "wait until it has ended, and show what it came to")
    .addOption(countOption("--timeout <ms>", "with --wait: most milliseconds to wait; then exit 124, and the job goes on", 1))
    .addOption(jsonOption());
  runs(command, invocation, (file = "") => submit(file, command.opts<Flags>(), invocation.io));
}
