import { setup } from "xstate";
import { defineMachine, fromProgram } from "../../../runtime/app/index.ts";
export default defineMachine({
  name: "wrong",
  machine: setup({ actors: { wait: fromProgram({ *run({ k }, ticks: number) { yield* k.sleep(ticks); } }) } })
    .createMachine({ initial: "a", states: { a: { invoke: { src: "wiat", input: 3 } } } }),
});
