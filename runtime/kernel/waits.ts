// The wait-for graph: who waits for what, and who could provide it.
import { WAIT, type WaitKind } from "../../kernel-abi/envelope.ts";
import { PHI_SERVICE, processName, Q_SERVICE } from "../../kernel-abi/ids.ts";
import type { WaitEdge } from "../../kernel-abi/ports.ts";
import type { Process } from "../process/process.ts";
import type { Wait, WaitArm } from "../process/wait.ts";
import { serviceName } from "./services.ts";
import { nameOf, type KernelState } from "./state.ts";

const NAMES: Readonly<Record<WaitKind, WaitEdge["on"]>> = Object.freeze({
  [WAIT.START]: "start", [WAIT.MESSAGE]: "message", [WAIT.TIMER]: "timer", [WAIT.OUTCOME]: "outcome", [WAIT.EXIT]: "exit",
  [WAIT.ROOM]: "room", [WAIT.SLICE]: "slice", [WAIT.SELECT]: "select",
});

export const waitName = ({ on }: Wait): WaitEdge["on"] => NAMES[on];

type Awaited = Pick<WaitArm, "subject"> & { readonly on: WaitKind };

/** For whom a place is held. */
const behind = (process: Process, { on, subject }: WaitArm): Awaited => ({ on, subject: on === WAIT.ROOM ? process.anyPlaces?.get(subject)?.of ?? subject : subject });

function target(state: KernelState, { on, subject }: Awaited): WaitEdge["target"] {
  if (on === WAIT.ROOM && (subject === Q_SERVICE || subject === PHI_SERVICE)) return processName(serviceName(subject === Q_SERVICE ? "Q" : "PHI"));
  if (on === WAIT.EXIT || on === WAIT.ROOM) return nameOf(state, subject);
  return on === WAIT.OUTCOME ? processName(serviceName(state.jobs.domainOf(subject))) : null;
}

/** One edge for each thing a living process waits for. */
export const waitEdges = (state: KernelState): WaitEdge[] => [...state.processes.alive()].flatMap((process) => {
  const { wait } = process;
  const arms: readonly Awaited[] = wait.on === WAIT.SELECT ? wait.arms.map((arm) => behind(process, arm)) : [wait];
  return arms.map((arm) => ({ process: process.name, on: NAMES[arm.on], target: target(state, arm) }));
});
