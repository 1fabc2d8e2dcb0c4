// triad kernel serve: a kernel behind a socket. The first SIGTERM or SIGINT stops it gracefully, the second kills.
import process from "node:process";
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { parseConditions } from "../../../kernel/conditions.ts";
import { parseTenants } from "../../../kernel/tenants-file.ts";
import { kernelFactory } from "../../../kernel/factory.ts";
import { serveKernel, type KernelOptions, type ServedKernel } from "../../../kernel/serving.ts";
import { countOption, jsonOption, readDocument, workersOption } from "../../arguments.ts";
import { PROFILE_FLAG, PROFILE_HELP, profileGiven } from "../../profile-flag.ts";
import { runs, type Invocation } from "../../command.ts";
import { faultOf } from "../../exit.ts";
import { printFacts, printFault, printJson, type Facts } from "../../output.ts";
import type { Io, Terminal } from "../../terminal.ts";
import { plural, printable } from "../../values.ts";

interface Flags extends Omit<KernelOptions, "conditions" | "tenants" | "profile"> {
  readonly profile?: string;
  readonly conditions?: string;
  readonly tenants?: string;
  readonly socket: string;
  readonly connections?: number;
  readonly idle?: number;
  readonly grace?: number;
  readonly json?: boolean;
}

const GRACE_SECONDS = 10;
const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** Resolves at the first signal; from then on the system's own handling is back. */
function told(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals): void => {
      for (const one of SIGNALS) process.off(one, stop);
      resolve(signal);
    };
    for (const one of SIGNALS) process.on(one, stop);
  });
}

const factsOf = (summary: Readonly<Record<string, string | number | boolean>>): readonly (readonly [string, string])[] =>
  Object.entries(summary).map(([name, value]) => [printable(name), printable(String(value))]);

const termsIn = (file: string): ReturnType<typeof parseTenants> => readDocument("--tenants", file, parseTenants);

const conditionsIn = (file: string): ReturnType<typeof parseConditions> => readDocument("--conditions", file, parseConditions);

function rereadTenants(service: ServedKernel, file: string): string {
  const { sessions, jobs, channels } = service.serve?.(termsIn(file)) ?? { sessions: 0, jobs: 0, channels: 0 };
  return `tenants read again: ${plural(sessions, "session")} closed, ${plural(jobs, "job")} to be cancelled, ${plural(channels, "channel")} closed`;
}

function rereadConditions(service: ServedKernel, file: string): string {
  const { lifted, begun, holding } = service.setConditions?.(conditionsIn(file)) ?? { lifted: 0, begun: 0, holding: 0 };
  return `conditions read again: ${lifted} lifted, ${begun} new or changed, ${holding} holding`;
}

/** SIGHUP: each file is read again and holds from then on, or is refused whole and what held holds. Until the function it gives is called. */
function onHangup(err: Terminal, service: ServedKernel, files: readonly (readonly [file: string | undefined, reread: typeof rereadTenants])[]): () => void {
  const given = files.flatMap(([file, reread]) => (file === undefined ? [] : [{ file, reread }]));
  if (given.length === 0) return () => undefined;
  const reread = (): void => {
    for (const each of given) {
      try {
        err.print(each.reread(service, each.file));
      } catch (error) {
        const fault = faultOf(error);
        printFault(err, fault.toJSON(), { next: `Mend ${printable(each.file)} and send SIGHUP again; what held before holds.` });
      }
    }
  };
  process.on("SIGHUP", reread);
  return () => { process.off("SIGHUP", reread); };
}

async function serve({ socket, connections, idle, grace = GRACE_SECONDS, json, conditions, tenants, profile, ...options }: Flags, { out, err }: Io): Promise<void> {
  const stopping = told(); // before anything is accepted
  const limits = { ...(connections === undefined ? {} : { connections }), ...(idle === undefined ? {} : { idleMs: 1_000 * idle }) };
  const defect = (error: unknown, method: string): void => { err.print(`defect in ${method}: ${printable(error instanceof Error ? error.stack ?? error.message : String(error))}`); };
  const { state, workers } = options;
  const wrong = conditions === undefined ? {} : { conditions: conditionsIn(conditions) };
  const who = tenants === undefined ? {} : termsIn(tenants);
  const qec = profile === undefined ? {} : { profile: profileGiven(profile) };
  const said = qec.profile === undefined ? {} : { profile: qec.profile.text };
  const served = await serveKernel({ socket, limits, defect, ...wrong, ...who, ...qec, ...(state === undefined ? {} : { state }), ...(workers === undefined ? {} : { workers }) }, kernelFactory);
  if (json === true) printJson(out, "kernel-serve", { socket: served.path, pid: process.pid, ...said, ...served.service.summary() });
  else printFacts(out, [["listening", printable(served.path)], ["process", String(process.pid)], ...factsOf(said), ...factsOf(served.service.summary())]);
  const saidAnew = onHangup(err, served.service, [[tenants, rereadTenants], [conditions, rereadConditions]]);
  const signal = await stopping;
  saidAnew();
  if (err.tty) err.print(`\n${signal}: answering what is in flight; once more to kill`);
  const rested = await served.stop({ graceMs: 1_000 * grace });
  const summary = served.service.summary();
  const unended = Number(summary["waiting"] ?? 0) + Number(summary["running"] ?? 0);
  const fate = state === undefined ? "with the process, for want of --state" : "for the next kernel with this --state";
  const kept: Facts = rested && unended === 0 ? [] : [[state === undefined ? "lost" : "kept", `${plural(unended, "job")}${state === undefined ? " " : ", "}${fate}`]];
  if (json !== true) printFacts(out, [["stopped", printable(served.path)], ...factsOf(summary), ...kept]);
  if (!rested) process.exit(EXIT.ok); // a job is still computed, and would hold the process until it is done
}

export function configure(command: Command, invocation: Invocation): void {
  command
    .requiredOption("--socket <path>", "where to listen; the socket is yours alone (mode 0700)")
    .option("--state <folder>", "what survives the process: accepted jobs, sealed traces (default: nothing does)")
    .option("--tenants <file>", "JSON: who is served, what they hold and what they may have at once; read again at SIGHUP (default: the tenant default, who needs no name, holding all)")
    .option("--conditions <file>", "JSON: what is wrong with the machine (calibration-drift, link-degradation, module-failure, decoder-overload), for drills; read again at SIGHUP, and what it names no more is lifted at each job's next fence")
    .option(PROFILE_FLAG, `${PROFILE_HELP} (default: logical:surface_code(d=9)); it is written into the graphs that are certified and run`)
    .addOption(workersOption())
    .addOption(countOption("--connections <n>", "connections served at once (default: 2048)", 1))
    .addOption(countOption("--idle <seconds>", "seconds after which a connection without a call is closed (default: 300)", 1))
    .addOption(countOption("--grace <seconds>", `seconds what is in flight has to end when it stops; jobs that have not are kept (default: ${GRACE_SECONDS})`))
    .addOption(jsonOption());
  runs(command, invocation, async () => {
    await serve(command.opts<Flags>(), invocation.io);
    return EXIT.ok;
  });
}
