// Tidying: when time goes on, what is over leaves. Each table decides when that is worth while, so that it costs a turn next to nothing.
import { DELIVERY, type Envelope } from "../../kernel-abi/envelope.ts";
import { awaits } from "../process/wait.ts";
import type { KernelState } from "./state.ts";

/** A timer that will not be heard: its process has ended, waits for something else by now, or has cancelled it. */
function isSpent({ processes }: KernelState, envelope: Envelope): boolean {
  if (envelope.kind !== DELIVERY.TIMER) return false;
  const process = processes.living(envelope.to);
  return process === undefined || !(process.anyTimers?.has(envelope.seq) === true || awaits(process.wait, envelope));
}

/** Between two ticks. */
export function tidy(state: KernelState): void {
  state.tallies?.tidy();
  state.processes.tidy();
  state.calendar.sweep((envelope) => isSpent(state, envelope));
  state.appointments.sweep(({ contract }) => state.contracts.find(contract) === undefined);
}
