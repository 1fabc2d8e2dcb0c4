// Dispatch: from the words of a command line to one command, loaded when it is chosen and not before, and to an exit code.
import { Command, CommanderError } from "commander";
import { EXIT, Fault, FAULTS } from "../../../kernel-abi/fault.ts";
import { packageVersion } from "../../adapters/host.ts";
import type { Entry, Invocation } from "./command.ts";
import { nearest } from "../nearest.ts";
import { reportError } from "./output.ts";
import type { Io } from "./terminal.ts";

const COMMANDS: readonly Entry[] = [
  { name: "run", summary: "run a program, record it and seal the trace", load: () => import("./commands/run.ts") },
  { name: "resume", summary: "go on with a run that was interrupted or killed, from its journal", load: () => import("./commands/resume.ts") },
  { name: "verify", summary: "check chain, signature and consistency of a trace; executes nothing", load: () => import("./commands/verify.ts") },
  { name: "replay", summary: "run a trace again against its recorded outcomes", load: () => import("./commands/replay.ts") },
  { name: "reproduce", summary: "run a trace again and its kernels too, from the sealed seeds", load: () => import("./commands/reproduce.ts") },
  { name: "judge", summary: "how probable is what a trace says was measured? Refuses what cannot be", load: () => import("./commands/judge.ts") },
  { name: "trace", summary: "list the events of a trace, or show one", load: () => import("./commands/trace.ts") },
  { name: "diff", summary: "where two traces part, and what each knew then; executes nothing", load: () => import("./commands/diff.ts") },
  { name: "fork", summary: "another run from a position of a recorded one, with what is given altered", load: () => import("./commands/fork.ts") },
  { name: "metrics", summary: "what a trace measures: series, faults, diagnostics, alerts; executes nothing", load: () => import("./commands/metrics.ts") },
  { name: "qvm", summary: "QVM graphs: verify them, and what else is done with one", load: () => import("./commands/qvm.ts") },
  { name: "qec", summary: "error correction: thresholds and logical error rates, sampled, decoded and sealed", load: () => import("./commands/qec.ts") },
  { name: "keys", summary: "who signs here, and whose seals are trusted", load: () => import("./commands/keys.ts") },
  { name: "conformance", summary: "what of the hybrid-process checklist holds, self-tested; signed report, live self-test", load: () => import("./commands/conformance.ts") },
  { name: "kernel", summary: "the logical-qubit kernel: serve it over a Unix socket, see how it stands", load: () => import("./commands/kernel.ts") },
  { name: "job", summary: "jobs of a kernel that is served: submit, list, wait, cancel, checkpoint, replay and more", load: () => import("./commands/job.ts") },
  { name: "session", summary: "sessions with a kernel that is served: open, list, close", load: () => import("./commands/session.ts") },
  { name: "doctor", summary: "check that this machine has what Triad needs", load: () => import("./commands/doctor.ts") },
];

const EXIT_CODES = `
Exit codes: 0 ok, 1 failed, 2 usage, 3 divergence, 4 tamper, 5 denied, 6 budget, 7 environment,
124 the time given to a wait was over (what was waited for goes on), 130 interrupted.
Data goes to stdout, everything else to stderr. NO_COLOR turns colours off, TRIAD_DEBUG=1 shows stacks, TRIAD_HOME is the
folder of keys.`;

/** What `triad help …` is asked about: its first word, wherever `--` stands. */
function helped(words: readonly string[]): string | undefined {
  const end = words.indexOf("--");
  const before = end < 0 ? words : words.slice(0, end);
  return before.find((word) => !word.startsWith("-")) ?? (end < 0 ? undefined : words[end + 1]);
}

/** @throws Fault USAGE with the command that was probably meant */
function checkCommand([first, ...rest]: readonly string[]): void {
  const word = first === "help" ? helped(rest) : first?.startsWith("-") === true ? undefined : first;
  if (word === undefined || COMMANDS.some(({ name }) => name === word)) return;
  const suggestion = nearest(word, COMMANDS.map(({ name }) => name));
  throw new Fault("USAGE", { command: word.slice(0, 80), what: "no such command", ...(suggestion === undefined ? {} : { suggestion }) });
}

/** The command somebody asked for, also in `triad help run`. */
const chosenOf = (words: readonly string[]): string | undefined => words.find((word) => !word.startsWith("-") && word !== "help");

async function assemble(words: readonly string[], invocation: Invocation): Promise<Command> {
  const { out, err } = invocation.io;
  const program = new Command("triad")
    .description("Deterministic runs of hybrid programs: recorded, sealed, replayed and reproduced from one file.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show help for a command")
    .exitOverride()
    .configureOutput({ writeOut: (text) => out.print(text.trimEnd()), writeErr: (text) => err.print(text.trimEnd()), outputError: () => undefined })
    .addHelpText("after", EXIT_CODES);
  const chosen = chosenOf(words);
  for (const { name, summary, load } of COMMANDS) {
    const command = program.command(name).description(summary).helpOption("-h, --help", "show this help");
    if (name === chosen) await (await load()).configure(command, invocation);
  }
  return program;
}

/** `triad help job submit` is `triad job submit --help`. */
const asked = (words: readonly string[]): readonly string[] =>
  (words[0] === "help" && words.filter((word) => !word.startsWith("-")).length > 2 ? [...words.slice(1), "--help"] : words);

/** Commander's refusals as typed faults; help and version are no errors. */
function refusal(error: CommanderError): Fault | undefined {
  if (error.exitCode === 0) return undefined;
  const [what = "", suggestion] = error.message.replace(/^error: /, "").split(/\s*\(Did you mean (.*)\?\)$/s);
  return new Fault("USAGE", { what: what.slice(0, 300), ...(suggestion === undefined ? {} : { suggestion }) });
}

/** Advice the registry cannot give: which page to read, and what an interrupted replay leaves. */
function advice(failure: unknown, words: readonly string[]): { readonly next?: string } {
  const command = COMMANDS.find(({ name }) => name === chosenOf(words));
  if (!(failure instanceof Fault)) return {};
  if (failure.fault === "RUN_INTERRUPTED") return { next: failure.detail["job"] === undefined ? "Nothing was written. Run it again." : failure.next };
  return failure.next === FAULTS.USAGE.next && command !== undefined ? { next: `See \`triad help ${command.name}\`.` } : {};
}

const wantsJson = (words: readonly string[]): boolean => {
  const end = words.indexOf("--");
  const options = end < 0 ? words : words.slice(0, end);
  return options.includes("--json") || options.includes("--jsonl");
};

/** Runs one command line; never throws. */
export async function dispatch(given: readonly string[], io: Io): Promise<number> {
  const words = asked(given);
  const invocation: Invocation = { io, words, exit: EXIT.ok, values: false };
  try {
    checkCommand(words);
    const program = await assemble(words, invocation);
    if (words.length === 0) {
      io.err.print(program.helpInformation().trimEnd());
      return EXIT.usage;
    }
    await program.parseAsync(words, { from: "user" });
    return invocation.exit;
  } catch (error) {
    const failure = error instanceof CommanderError ? refusal(error) : error;
    return failure === undefined ? EXIT.ok : reportError(io, failure, { json: wantsJson(words), values: invocation.values, ...advice(failure, words) });
  }
}
