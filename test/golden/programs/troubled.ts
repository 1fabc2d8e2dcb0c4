// What befalls a run by its header's script: a job that is called again, a domain that is frozen and thawed, calibrations that end, a
// process that is halted; and what a child lost while it was suspended.
import { bell, defineProcess, ghz } from "triad-runtime";
import { attempt } from "./attempt.ts";

/** The fault's name, or that there was none. */
const named = (answer: unknown): string => (typeof answer === "string" ? answer : "granted");

const victim = defineProcess({ name: "victim", *run({ k }) { yield* k.receive(); } });

/** Holds a contract that ends, and one whose calibration does, while nobody lets it take turns. */
const away = defineProcess({
  name: "away", domains: ["Q"],
  *run({ k, q }) {
    const [brief, long] = [yield* q.reserve({ qubits: 1, budget: 9, duration: 6 }), yield* q.reserve({ qubits: 2, budget: 90 })];
    yield* k.sleep(2);
    return { lost: yield* k.lost(), uncalibrated: yield* k.uncalibrated(), brief: yield* attempt(q.release(brief)), long: named(yield* attempt(q.sample(long, bell().measureAll(), 1))) };
  },
});

export default defineProcess({
  name: "troubled", domains: ["Q", "PHI"],
  *run({ k, q, phi }) {
    const contract = yield* q.reserve({ qubits: 3, budget: 4_000, shots: 200 });
    const again = yield* attempt(q.measure(yield* q.sample(contract, ghz(3).measureAll(), 10)));
    const [child, kept] = [yield* k.spawn(victim), yield* k.spawn(away)];
    yield* k.sleep(2);
    yield* k.suspend(kept);
    yield* k.sleep(3);
    const frozen = named(yield* attempt(phi.reserve({ components: 4, duration: 5 })));
    yield* k.sleep(25);
    yield* k.resume(kept);
    const thawed = named(yield* attempt(phi.reserve({ components: 4, duration: 5 })));
    return { again, frozen, thawed, victim: (yield* k.exitOf(child)).kind, kept: yield* k.join(kept) };
  },
});
