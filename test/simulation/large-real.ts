// A real run of any length, and its replay, each in a process of its own (large.main.ts measures them): two processes that pass
// messages of a thousand bytes to and fro.
//   large-real.ts record PATH MESSAGES | large-real.ts replay PATH
import process from "node:process";
import { DEFAULT_BOUNDS } from "../../kernel-abi/limits.ts";
import { defineProcess } from "../../runtime/app/index.ts";
import { record } from "../../runtime/app/record.ts";
import { replayTrace } from "../../runtime/app/trace.ts";
import { testSigner } from "../support/signer.ts";

const pong = defineProcess({
  name: "pong",
  *run({ k }) {
    for (;;) {
      const { from, body } = yield* k.receive<Uint8Array>();
      yield* k.send(from, body);
    }
  },
});

const ping = defineProcess({
  name: "ping",
  *run({ k }, messages: number) {
    const child = yield* k.spawn(pong);
    const ball = new Uint8Array(1_000).fill(7);
    for (let sent = 0; sent < messages; sent++) {
      yield* k.send(child, ball);
      yield* k.receive();
    }
    return messages;
  },
});

const [verb, path = "", messages = "0"] = process.argv.slice(2);
if (verb === "record") {
  const bounds = { ...DEFAULT_BOUNDS, bytes: Number.MAX_SAFE_INTEGER };
  const { end } = await record({ program: ping, input: Number(messages), out: path, seed: "large", workers: 0, signer: testSigner(), bounds, replace: true });
  if (end.status !== "completed") throw new Error(end.status);
} else {
  const { complete, frames } = await replayTrace(path, { program: ping });
  if (!complete) throw new Error(`${frames} frames`);
}
