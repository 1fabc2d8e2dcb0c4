// Calls of the command line to a kernel: the options that say which, a client for as long as a command takes, refusals as faults.
import { resolve } from "node:path";
import type { Command } from "commander";
import { Fault, type FaultDetail, type FaultName } from "../../../kernel-abi/fault.ts";
import { KernelError } from "../../../kernel-abi/rpc/client.ts";
import type { CodeName } from "../../../kernel-abi/rpc/codes.ts";
import { connectKernel, type KernelClient } from "../kernel/client.ts";
import { countOption, jsonOption } from "./arguments.ts";
import { hintOf } from "./hints.ts";
import type { Io } from "./terminal.ts";
import { printable, shellWord } from "./values.ts";

/** Which kernel, and how long it may take to be there. */
export interface Reach {
  readonly socket: string;
  readonly connectTimeout?: number;
}

export interface JobFlags extends Reach {
  readonly session?: string;
  readonly json?: boolean;
}

const CONNECT_SECONDS = 3;

export const addSocketOption = (command: Command): Command => command.requiredOption("--socket <path>", "the kernel's socket")
  .addOption(countOption("--connect-timeout <seconds>", `seconds a kernel that is being started has to be there (default: ${CONNECT_SECONDS}; 0: none)`));

/** What a command takes that opens sessions. */
export const addCallerOptions = (command: Command): Command => addSocketOption(command)
  .option("--tenant <name>", "whose session it is to be (default: the tenant default)")
  .option("--credential <file>", "what `triad kernel token` printed, for a tenant that enters by one");

/** What every command of a session takes. */
export const addSessionOptions = (command: Command, whose: string): Command => addSocketOption(command).option("--session <id>", whose).addOption(jsonOption());

/** What every command about one job takes. */
export const addJobOptions = (command: Command): Command =>
  addSessionOptions(command.argument("<job>", "a job id, as `triad job submit` printed it"), "the session that submitted it (default: the one opened here that has it)");

const FAULT_OF: Readonly<Partial<Record<CodeName | "UNKNOWN", FaultName>>> = {
  INSUFFICIENT_CAPS: "CALL_DENIED", AUTH_FAILED: "CALL_DENIED", TENANT_SUSPENDED: "CALL_DENIED", ACCESS_DENIED: "CALL_DENIED", CHANNEL_REFUSED: "CALL_DENIED",
  QUOTA_EXCEEDED: "CALL_EXHAUSTED", RESOURCE_EXHAUSTED: "CALL_EXHAUSTED", SERVER_BUSY: "CALL_EXHAUSTED", CHANNEL_FIDELITY: "CALL_EXHAUSTED", TIMEOUT: "CALL_EXHAUSTED",
};

const scalar = (value: unknown): FaultDetail[string] =>
  (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : JSON.stringify(value));

/** What the kernel refused, as a fault of the command line: denied, exhausted or refused. */
export function faultOfCall(error: KernelError, next: string): Fault {
  const { name: _, next: __, detail: said, ...data } = error.data;
  const more = Object.entries(said ?? {}).filter(([, value]) => !Object.values(data).includes(value)); // what the fault says in words of its own, and no member has said
  const detail = Object.fromEntries([...more, ...Object.entries(data)].map(([key, value]) => [key, scalar(value)]));
  return new Fault(FAULT_OF[error.name] ?? "CALL_REFUSED", { ...detail, method: error.method, refusal: error.name, rpc: error.code, says: error.message }, { cause: error, next });
}

/** Nobody is there: where it was looked, for how long, and how a kernel is begun. */
function unreached({ detail: { path: _, ...detail }, cause }: Fault, { socket, connectTimeout = CONNECT_SECONDS }: Reach): Fault {
  const next = detail["system"] === "EACCES" || detail["system"] === "EPERM" ? "A socket is its owner's alone: ask as the user that serves the kernel." : `Start one with \`triad kernel serve --socket ${shellWord(socket)}\`, or give --socket the path of one that is served.`;
  return new Fault("KERNEL_UNREACHABLE", { path: resolve(socket), ...detail, waited: `${connectTimeout} s` }, { cause, next });
}

/** Said on a terminal while it lasts. */
function told({ err }: Io, socket: string): { readonly absent: () => void; readonly over: () => void } {
  let said = false;
  const absent = (): void => {
    if (said || !err.tty) return;
    said = true;
    err.write(`waiting for a kernel at ${printable(socket)}`);
  };
  return { absent, over: () => { if (said) err.write("\r\u001b[K"); said = false; } };
}

interface CallingOptions {
  /** Whose words advice is in: of flags, or of methods and params for whoever writes these. */
  readonly words?: "flags" | "wire";
}

/** A client for as long as `work` takes. @throws Fault */
export async function calling<T>(io: Io, reach: Reach, work: (client: KernelClient) => Promise<T>, { words = "flags" }: CallingOptions = {}): Promise<T> {
  const { socket, connectTimeout = CONNECT_SECONDS } = reach;
  const { absent, over } = told(io, socket);
  const client = connectKernel({ socket, connectMs: 1_000 * connectTimeout, absent });
  try {
    return await work(client);
  } catch (error) {
    if (error instanceof KernelError) throw faultOfCall(error, words === "wire" ? error.next : hintOf(error, socket));
    throw error instanceof Fault && error.fault === "KERNEL_UNREACHABLE" ? unreached(error, reach) : error;
  } finally {
    over();
    client.close();
  }
}
