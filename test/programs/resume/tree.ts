// A tree of processes, each of which spawns its children, waits for a while of its own and adds up.
import { defineProcess, Type, type Child, type ProcessDefinition } from "triad-runtime";

interface Place { readonly depth: number; readonly branches: number }

const node: ProcessDefinition<Place, number> = defineProcess({
  name: "node",
  *run({ k }, { depth, branches }: Place) {
    const children: Child<number>[] = [];
    for (let branch = 0; depth > 0 && branch < branches; branch++) children.push(yield* k.spawn(node, { depth: depth - 1, branches }));
    yield* k.sleep(1 + (yield* k.randomUint32("nap")) % 5);
    let sum = yield* k.random();
    for (const child of children) sum += yield* k.join(child);
    yield* k.log("sum", { depth, sum });
    return sum;
  },
});

export default defineProcess({
  name: "tree",
  input: Type.Object({ size: Type.Integer() }),
  *run({ k }, { size }) {
    let sum = 0;
    for (let depth = 1; depth <= size; depth++) sum += yield* k.join(yield* k.spawn(node, { depth, branches: 2 }));
    return sum;
  },
});
