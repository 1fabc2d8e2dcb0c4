// What is over and asked for again, in the tick of its end, one later and much later: ended processes, what they held, jobs and
// contracts of which only a handle is left, timers that nobody waits for any more.
import { bell, defineProcess, type Capability, type Child, type ProcessId } from "triad-runtime";
import { attempt } from "./attempt.ts";

/** Handles do not leave their process. */
const said = (answer: unknown): unknown => (typeof answer === "object" && answer !== null && "handle" in answer ? "a handle" : answer);

const brief = defineProcess({
  name: "brief",
  *run({ k }, { how }: { readonly how: number }) {
    if (how === 1) throw new RangeError("as it was told");
    if (how === 2) yield* k.sleep(10_000);
    const children = [];
    if (how === 3) for (let at = 0; at < 2; at++) children.push((yield* k.spawn(leaf, { ticks: 40 + at })).process);
    return how === 4 ? undefined : { how, children, load: "x".repeat(how * 30) };
  },
});

const leaf = defineProcess({
  name: "leaf",
  *run({ k }, { ticks }: { readonly ticks: number }) {
    yield* k.sleep(ticks);
    return (yield* k.capabilities()).map(({ verb, revoked }) => `${verb} ${revoked}`);
  },
});

const watcher = defineProcess({
  name: "watcher",
  *run({ k }, { of }: { readonly of: ProcessId }) {
    yield* k.monitor({ process: of });
    return yield* k.exitOf({ process: of });
  },
});

const keeper = defineProcess({
  name: "keeper",
  domains: ["Q"],
  *run({ k, q }, { left, timer = -1 }: { readonly left: number; readonly timer?: number }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 100 });
    const job = yield* q.sample(contract, bell().measureAll(), 10);
    const counts = yield* q.measure(job);
    yield* q.release(contract);
    const message = yield* k.receive({ within: 3 });
    const old = timer < 0 ? "none" : yield* attempt(k.select([{ on: "timer", timer }]));
    const again = [yield* q.measure(job), (yield* q.ledger(contract)).jobs, said(yield* attempt(q.submit(contract, bell().measureAll()))), yield* attempt(q.release(contract))];
    const next = yield* k.timer(500);
    yield* k.log("kept", { left, counts, said: message?.body ?? null, old, again });
    if (left > 0) yield* k.continueWith({ left: left - 1, timer: next });
    return left;
  },
});

export default defineProcess({
  name: "afterwards",
  domains: ["Q"],
  *run({ k }) {
    const keep = (yield* k.capabilities()).find(({ verb }) => verb === "IPC_SEND")!.capability;
    const cut = yield* k.attenuate(keep, { uses: 9 });
    const children: Child<unknown>[] = [];
    for (let how = 0; how < 5; how++) children.push(yield* k.spawn(brief, { how }));
    const handed: Capability[] = [];
    for (const child of children.slice(2, 4)) handed.push(yield* k.grant(cut, child, { uses: 2 }));
    const keeping = yield* k.spawn(keeper, { left: 3 });
    const answers: unknown[] = [];
    for (let round = 0; round < 5; round++) {
      for (const child of children) {
        answers.push([
          yield* attempt(k.send(child, round)), yield* attempt(k.suspend(child)), yield* attempt(k.resume(child)), yield* attempt(k.link(child)), yield* attempt(k.unlink(child)),
          yield* attempt(k.tether(child)), said(yield* attempt(k.grant(keep, child))), yield* attempt(k.monitor(child)), yield* attempt(k.monitor({ process: (child.process + 100) as ProcessId })),
        ]);
      }
      answers.push(yield* attempt(k.join(yield* k.spawn(watcher, { of: children[round]!.process }))), yield* attempt(k.exitOf(children[round]!)));
      if (round === 1) yield* k.stop(children[2]!, "no longer wanted");
      if (round > 1) for (const child of children) answers.push(yield* attempt(k.join(child)));
      yield* k.sleep(1 + 4 * round);
    }
    for (const each of handed) answers.push(said(yield* attempt(k.attenuate(each, {}))), yield* attempt(k.revoke(each)));
    answers.push(yield* attempt(k.join(keeping)), (yield* k.capabilities()).map(({ verb, scope, usesLeft, revoked }) => ({ verb, scope, usesLeft, revoked })));
    yield* k.revoke(cut);
    yield* k.revoke((yield* k.capabilities()).find(({ verb }) => verb === "EXECUTE_K")!.capability);
    return answers;
  },
});
