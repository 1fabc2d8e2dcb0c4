// Mailboxes that are full: senders that wait until there is room, a strand that waits while its sibling goes on, one that gives up, and
// messages that are dropped; a scope that ends before the job begun inside it.
import { all, bell, defineProcess, scope, within } from "triad-runtime";
import { attempt } from "./attempt.ts";

const reader = (name: string, overflow: "block" | "drop-new" | "drop-old") => defineProcess({
  name, mailbox: { depth: 1, overflow },
  *run({ k }) {
    const got: unknown[] = [];
    yield* k.sleep(6);
    for (;;) {
      const message = yield* k.receive({ within: 9 });
      if (message === undefined) return got;
      got.push(message.body);
      yield* k.sleep(2);
    }
  },
});
const patient = reader("patient", "block");
const deaf = reader("deaf", "drop-new");
const forgetful = reader("forgetful", "drop-old");

export default defineProcess({
  name: "congestion", domains: ["Q"],
  *run({ k, q }) {
    const full = yield* k.spawn(patient);
    yield* k.send(full, "first");
    yield* k.sleep(1);
    const late = yield* attempt(within(2, k.send(full, "late")));
    yield* all([k.send(full, "second"), k.sleep(3)]);
    yield* k.send(full, "third");
    const others = [yield* k.spawn(deaf), yield* k.spawn(forgetful)];
    for (const other of others) for (const word of ["one", "two", "three"]) yield* k.send(other, word);
    const contract = yield* q.reserve({ qubits: 2, budget: 400 });
    const left = yield* scope(function* () {
      yield* q.sample(contract, bell().measureAll(), 30);
      return "before it was in";
    });
    yield* q.release(contract);
    const heard = [yield* k.join(full)];
    for (const other of others) heard.push(yield* k.join(other));
    return { late, left, heard };
  },
});
