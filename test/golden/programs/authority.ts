// Capabilities: looked at, cut down, handed on, used up, taken back; children with less than their parents.
import { defineProcess, type Capability, type ProcessId } from "triad-runtime";
import { attempt } from "./attempt.ts";

const held = defineProcess({
  name: "held",
  domains: ["Q"],
  *run({ k, q }) {
    const verbs = (yield* k.capabilities()).map(({ verb, scope, usesLeft }) => ({ verb, units: scope.units, usesLeft }));
    const large = yield* attempt(q.reserve({ qubits: 3, budget: 10 }));
    const small = yield* attempt(q.reserve({ qubits: 1, budget: 10 }));
    const spawned = yield* attempt(k.spawn(idle));
    return { verbs, large, small: typeof small, spawned };
  },
});

const idle = defineProcess({ name: "idle", *run({ k }) { yield* k.sleep(1); return null; } });

const speaker = defineProcess({
  name: "speaker",
  *run({ k }, { to, other }: { readonly to: ProcessId; readonly other: ProcessId }) {
    const said: unknown[] = [];
    for (let times = 0; times < 4; times++) said.push((yield* attempt(k.send(to, { times }))) ?? "sent");
    said.push((yield* attempt(k.send(other, "elsewhere"))) ?? "sent");
    for (let left = 12; left > 0; left--) yield* k.sleep(1);
    said.push((yield* attempt(k.send(to, "later"))) ?? "sent");
    return said;
  },
});

export default defineProcess({
  name: "authority",
  domains: ["Q"],
  *run({ k }) {
    const self = yield* k.self();
    const mine = yield* k.capabilities();
    const find = (verb: string): Capability => mine.find((one) => one.verb === verb)!.capability;
    const child = yield* k.join(yield* k.spawn(held, undefined, { grants: [{ verb: "EXECUTE_K" }, { verb: "ALLOCATE_Q", scope: { units: 2 } }, { verb: "EXECUTE_Q" }, { verb: "MEASURE_Q" }] }));
    const bare = yield* attempt(k.spawn(held, undefined, { grants: [{ verb: "EXECUTE_K" }] }));
    const nobody = yield* k.spawn(idle);
    const bound = yield* k.spawn(speaker, { to: self, other: nobody.process }, { grants: [{ verb: "EXECUTE_K" }, { verb: "IPC_SEND", scope: { target: self, uses: 2 } }] });
    const more = yield* k.grant(find("IPC_SEND"), bound, { uses: 1, until: 40 });
    yield* k.sleep(4);
    yield* k.revoke(more);
    const spent = yield* k.join(bound);
    const narrow = yield* k.attenuate(find("SPAWN"), { uses: 1 });
    const narrower = yield* k.attenuate(narrow, { until: 100 });
    const refused = [
      yield* attempt(k.attenuate({ ...narrow } as Capability, {})),
      yield* attempt(k.grant(narrow, 99 as ProcessId)),
      yield* attempt(k.attenuate(narrow, { uses: -1 })),
      yield* attempt(k.send(self, { capability: narrow })),
    ].map((answer) => (typeof answer === "string" ? answer : "granted"));
    yield* k.revoke(narrow);
    const dead = yield* attempt(k.attenuate(narrower, {}));
    yield* k.revoke(find("IPC_SEND"));
    const silenced = yield* attempt(k.send(self, 1));
    const left = (yield* k.capabilities()).map(({ verb, revoked }) => `${verb}${revoked ? " revoked" : ""}`);
    return { child, bare, spent, refused, dead: typeof dead, silenced, left };
  },
});
