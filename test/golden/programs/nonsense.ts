// Calls and declarations that are given what they do not take, and failures that pass through many processes: what a program is told of them.
import { all, defineMachine, defineProcess, Fault, k as shared, race, reserveAll, scope, supervise, within } from "triad-runtime";
import type { Program } from "triad-runtime";

/** What was thrown, word for word where the words are the runtime's. */
const said = (error: unknown): unknown => {
  if (!(error instanceof Fault)) return (error as Error).name;
  const { name, detail, next } = error.toJSON();
  return [name, { ...detail }, next];
};

function* told(make: () => Generator<never, unknown, unknown>): Program<unknown> {
  try {
    return typeof (yield* make());
  } catch (error) {
    return said(error);
  }
}

const declared = [
  () => defineProcess(null as never), () => defineProcess({ name: "no run" } as never), () => defineProcess({ name: "idle", mailbox: { depth: 0, overflow: "bogus" }, *run() { /* nothing */ } } as never),
  () => defineProcess({ name: "bare" } as never), () => defineProcess({ name: "idle", domains: "Q", *run() { /* nothing */ } } as never), () => defineMachine({ name: "none", machine: {} } as never),
].map((make) => {
  try {
    return typeof make();
  } catch (error) {
    return said(error);
  }
});

const leaf = defineProcess({ name: "leaf", *run({ k }) { yield* k.now(); throw new Error("the bottom fell out"); } });
const idle = defineProcess({ name: "idle", *run({ k }) { yield* k.now(); } });
const chain = (depth: number): typeof leaf => (depth === 0 ? leaf : defineProcess({
  name: `level${depth}`, *run({ k }) { return (yield* k.join(yield* k.spawn(chain(depth - 1)))) as never; },
}));
const watched = (depth: number): typeof leaf => (depth === 0 ? leaf : defineProcess({
  name: `keeper${depth}`, *run() { return (yield* supervise({ strategy: "one-for-one", intensity: { restarts: 1, within: 99 }, children: [{ id: "kept", start: watched(depth - 1) }] })) as never; },
}));

export default defineProcess({
  name: "nonsense", domains: ["Q", "PHI"],
  *run({ k, q, phi }) {
    const thrower = new Proxy({}, { get: () => { throw new RangeError("not to be read"); } });
    const contract = yield* q.reserve({ qubits: 2, budget: 40 });
    const window = yield* phi.reserve({ components: 4, duration: 900 });
    const envelope = yield* phi.open(window, [0.1, 0.4, 0.2, 0.3]);
    const child = yield* k.spawn(idle);
    const calls = [
      k.now, () => k.random("no name"), () => k.log("x".repeat(99)), () => k.metric("m", NaN), () => k.sleep(0), () => k.timer(1.5), () => k.cancelTimer(-1),
      () => k.spawn(null as never), () => k.spawn(idle, undefined, { grants: [] }), () => k.spawn(idle, undefined, null as never), () => k.spawn(idle, undefined, { grants: [null] as never }), () => k.spawn(idle, undefined, { priority: 9 as never }),
      () => k.join(null as never), () => k.join(7 as never), () => k.stop(child, 5 as never), () => k.suspend({} as never), () => k.link(null as never), () => k.link(thrower as never), () => shared.monitor("child" as never), () => k.unlink(-3 as never),
      () => k.exitOf(null as never), () => k.select(null as never), () => k.select([null] as never), () => k.select([{ on: "exit", process: "x" }] as never), () => k.select([{ on: "sunset" }] as never), () => k.tether(undefined as never),
      () => k.send(null as never, 1), () => shared.send({ process: "x" } as never, 1), () => k.receive(null as never), () => k.receive({ within: 0 }), () => k.runTotals(null as never), () => k.gauges({ of: {} as never }),
      () => k.attenuate(null as never, null as never), () => k.grant(null as never, undefined as never), () => k.revoke(thrower as never), () => k.inject(null as never),
      () => q.reserve(null as never), () => q.reserve({ qubits: 1, budget: 1 }, null as never), () => q.share(contract, null as never), () => q.attach("one" as never), () => q.submit(contract, null as never), () => q.submit(contract, { lower: 5 } as never),
      () => q.estimate(contract, {} as never, {} as never, null as never), () => phi.shift(null as never, 1), () => phi.shift(envelope, [Symbol("s")] as never), () => phi.kuramoto(window, null as never), () => phi.spectrum(window, [1, 2], { top: "all" as never }), () => phi.project(null as never),
      () => reserveAll(null as never), () => reserveAll({ domain: "Q", request: { qubits: 1, budget: 1 } }, null as never),
      () => race({}), () => race(null as never), () => race({ a: 5 } as never), () => race({ a: k.join(null as never), b: k.sleep(2) }), () => race({ a: k.sleep(-1), b: k.sleep(2) }), () => all(null as never), () => all([k.now(), null] as never),
      () => within(0, k.now()), () => within(5, null as never), () => scope(null as never), () => scope(() => 5 as never), () => scope(function* (inner) { yield* inner.spawn(idle, undefined, null as never); }),
      () => supervise(null as never), () => supervise({ strategy: "none", children: [] } as never), () => supervise({ strategy: "one-for-one", children: [{ id: "a", start: idle, options: { grants: [] } }] }),
      () => k.join(child), () => shared.join(null as never),
    ] as unknown as readonly (() => Generator<never, unknown, unknown>)[];
    const answers: unknown[] = [...declared];
    for (const call of calls) answers.push(yield* told(call));
    for (const failing of [leaf, chain(1), chain(9), watched(1), watched(3)]) answers.push(yield* told((function* () { return yield* k.join(yield* k.spawn(failing)); }) as never));
    for (const answer of answers) yield* k.log("told", answer);
    return answers;
  },
});
