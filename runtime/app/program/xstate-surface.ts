// What a program gets for `import … from "xstate"`: everything that describes a machine. What would run one (createActor and its kin) is
// a process's affair, and says so: it would read the clock and count its ids for the whole host.
import { Fault } from "../../../kernel-abi/fault.ts";

export {
  and, assertEvent, assign, cancel, createMachine, emit, enqueueActions, forwardTo, fromCallback, fromEventObservable, fromObservable, fromPromise, fromTransition,
  log, matchesState, not, or, pathToStateValue, raise, sendParent, sendTo, setup, spawnChild, stateIn, stop, stopChild,
} from "xstate";

const refused = (call: string) => (): never => {
  throw new Fault("PROGRAM_INVALID", { import: `xstate.${call}`, allowed: "a machine is run as a process: k.spawn(defineMachine({ name, machine }))" });
};

export const createActor = refused("createActor");
export const interpret = refused("interpret");
export const transition = refused("transition");
export const initialTransition = refused("initialTransition");
export const getNextSnapshot = refused("getNextSnapshot");
export const getInitialSnapshot = refused("getInitialSnapshot");
export const waitFor = refused("waitFor");
export const toPromise = refused("toPromise");
export const SimulatedClock = refused("SimulatedClock");
