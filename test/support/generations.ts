// Programs that go on for as many generations as they are told and end up with nothing more alive than they began with: what a run
// of any length is made of (test/simulation/large-run.ts), and what is left in memory of it (test/unit/runtime/kernel/memory.test.ts).
//   ring    one ring of processes that live long and pass tokens
//   churn   children that are spawned, monitored, work, end and are joined; one in eight fails and nobody asks
//   jobs    contracts reserved, circuits sampled, outcomes read, contracts released
//   relay   services that hand their state on, wait for the first of several things, and leave timers behind
import { DEFAULT_BOUNDS } from "../../kernel-abi/limits.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import type { Recording } from "../../kernel-abi/ports.ts";
import { allowed, createAdmissions, headerFor } from "../../runtime/app/header.ts";
import { bell, defineProcess, type Child, type ProcessId } from "../../runtime/app/index.ts";

const link = defineProcess({
  name: "link",
  *run({ k }, { rounds }: { readonly rounds: number }) {
    const { body: next } = yield* k.receive<ProcessId>();
    for (let left = rounds; left > 0; left--) {
      const { body } = yield* k.receive<number>();
      if (left > 1) yield* k.send(next, body + 1);
    }
    return rounds;
  },
});

export const ring = defineProcess({
  name: "ring",
  *run({ k }, { generations, size = 8 }: { readonly generations: number; readonly size?: number }) {
    const links: Child<number>[] = [];
    for (let at = 0; at < size; at++) links.push(yield* k.spawn(link, { rounds: generations }));
    for (const [at, child] of links.entries()) yield* k.send(child, links[(at + 1) % size]?.process);
    for (const child of links) yield* k.send(child, 0);
    for (const child of links) yield* k.join(child);
    return generations;
  },
});

const brief = defineProcess({
  name: "brief",
  *run({ k }, { at }: { readonly at: number }) {
    yield* k.sleep(1);
    if (at % 8 === 7) yield* k.receive();
    return at % 2 === 0 ? at : undefined;
  },
});

export const churn = defineProcess({
  name: "churn",
  *run({ k }, { generations }: { readonly generations: number }) {
    let sum = 0;
    for (let at = 0; at < generations; at++) {
      const child = yield* k.spawn(brief, { at });
      yield* k.monitor(child);
      if (at % 8 === 7) yield* k.stop(child, "enough");
      const { kind } = yield* k.exitOf(child);
      sum += kind === "finished" ? 1 : 0;
    }
    return sum;
  },
});

export const jobs = defineProcess({
  name: "jobs",
  domains: ["Q"],
  *run({ q }, { generations }: { readonly generations: number }) {
    for (let at = 0; at < generations; at++) {
      const contract = yield* q.reserve({ qubits: 2, budget: 100, duration: 1_000_000 });
      const job = yield* q.sample(contract, bell().measureAll(), 4);
      yield* q.measure(job);
      yield* q.release(contract);
    }
    return generations;
  },
});

interface Relayed { readonly left: number; readonly peer: ProcessId | null }

const runner = defineProcess({
  name: "runner",
  *run({ k }, { left, peer }: Relayed) {
    const late = yield* k.timer(1_000_000);
    const soon = yield* k.timer(2);
    yield* k.select([{ on: "message" }, { on: "timer", timer: late }, { on: "timer", timer: soon }]);
    yield* k.receive({ within: 2 });
    if (left > 0) yield* k.continueWith({ left: left - 1, peer });
    return left;
  },
});

export const relay = defineProcess({
  name: "relay",
  *run({ k }, { generations }: { readonly generations: number }) {
    const runners = [yield* k.spawn(runner, { left: generations, peer: null }), yield* k.spawn(runner, { left: generations, peer: null })];
    for (const child of runners) yield* k.join(child);
    return generations;
  },
});

export const KINDS = { ring, churn, jobs, relay } as const;
export type Kind = keyof typeof KINDS;

export type Lengths = Readonly<Record<Kind, number>>;

/** All four at once. */
const all = defineProcess({
  name: "all",
  domains: ["Q"],
  *run({ k }, lengths: Lengths) {
    const started = [
      yield* k.spawn(ring, { generations: lengths.ring }), yield* k.spawn(churn, { generations: lengths.churn }),
      yield* k.spawn(jobs, { generations: lengths.jobs }), yield* k.spawn(relay, { generations: lengths.relay }),
    ];
    for (const child of started) yield* k.join(child);
    return lengths;
  },
});

export const ALL = all;

/** A run of one of them, as `execute` takes it. Its header allows what its length asks for. */
export function runOf(kind: Kind, generations: number): { readonly recording: Recording; readonly root: Behaviour } {
  const root = KINDS[kind];
  const program = { kind: "detached", entry: root.name, modules: [], executed: "", map: "" } as const;
  const most = Number.MAX_SAFE_INTEGER;
  const header = headerFor({
    seed: "generations", bounds: { ...DEFAULT_BOUNDS, bytes: most }, policy: "cooperative", allow: allowed(root), program: { ...program, modules: [] }, root,
  }, createAdmissions());
  return { root, recording: { header, program: { ...program, modules: [] }, inputs: { input: { generations }, files: {} } } };
}
