// Execution context: one bounded execution from its description to its seal. Owns the order run → end → seal and nothing else:
// what runs is the machine's, what seals is the Sealer's.
import type { ContextState } from "./lifecycle.ts";
import { contextLifecycle } from "./lifecycle.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { RunEnd, Sealer } from "../../kernel-abi/ports.ts";
import { drive, type DriveOptions } from "./driver.ts";

export interface ContextReport<R> {
  readonly end: RunEnd;
  readonly receipt: R;
}

/**
 * Runs a context to its seal. Whatever the run's end is, it is sealed; only an interruption or a failing port leaves the journal open.
 * @throws Fault RUN_INTERRUPTED; whatever a port throws.
 */
export async function runContext<R>(options: Omit<DriveOptions, "until">, sealer: Sealer<R>, watch: (state: ContextState) => void = () => undefined): Promise<ContextReport<R>> {
  let state = contextLifecycle.initial;
  const step = (event: Parameters<typeof contextLifecycle.next>[1]): void => {
    state = contextLifecycle.next(state, event);
    watch(state);
  };
  try {
    step({ type: "RUN" });
    const end = await drive(options);
    invariant(end.status !== "paused", "E5");
    step({ type: "END", recorded: true });
    const receipt = sealer.seal(end);
    step({ type: "SEAL" });
    return { end, receipt };
  } catch (error) {
    if (contextLifecycle.allows(state, { type: "ABANDON" })) step({ type: "ABANDON" });
    throw error;
  }
}
