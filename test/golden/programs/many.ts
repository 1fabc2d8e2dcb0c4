// Enough traffic for several blocks: a ring of processes that pass tokens on, and bodies of some size.
import { defineProcess, type ProcessId } from "triad-runtime";
import { attempt } from "./attempt.ts";

const station = defineProcess({
  name: "station",
  *run({ k }, { rounds }: { readonly rounds: number }) {
    const next = (yield* k.receive<ProcessId>()).body;
    for (let round = 0; round < rounds; round++) {
      const { body } = yield* k.receive<{ readonly hops: number; readonly load: Uint8Array }>();
      if (body.hops % 97 === 0) yield* k.log("hop", { hops: body.hops });
      yield* attempt(k.send(next, { hops: body.hops + 1, load: body.load }));
    }
    return rounds;
  },
});

export default defineProcess({
  name: "many",
  *run({ k }) {
    const ring = [];
    for (let at = 0; at < 5; at++) ring.push(yield* k.spawn(station, { rounds: 20 }));
    for (const [at, each] of ring.entries()) yield* k.send(each, ring[(at + 1) % ring.length]!.process);
    for (const [at, each] of ring.entries()) yield* k.send(each, { hops: at, load: new Uint8Array(at * 40) });
    let sum = 0;
    for (const each of ring) sum += yield* k.join(each);
    return sum;
  },
});
