import { setup } from "xstate";
import { defineMachine, defineProcess } from "../../../runtime/app/index.ts";
const machine = setup({ types: { input: {} as { readonly n: number }, context: {} as { n: number } } }).createMachine({ context: ({ input }) => ({ n: input.n }), initial: "a", states: { a: {} } });
const child = defineMachine({ name: "child", machine });
export default defineProcess({ name: "wrong", *run({ k }) { return yield* k.spawn(child, { n: "two" }); } });
