// Frames: bytes that are nearly a block. What is read must be what would be written (J6), and consistency refuses the rest.
import { eventCount, eventEnds } from "../../replay/entry/count.ts";
import { plainBody } from "../../replay/entry/body.ts";
import { FrameReader } from "../../replay/entry/reader.ts";
import { encodeFrame } from "../../replay/entry/writer.ts";
import { Consistency } from "../../replay/consistency/consistency.ts";
import { sameBytes } from "../../kernel-abi/canonical.ts";
import type { Frame } from "../../kernel-abi/frame.ts";
import { chatter, runRecording, smallRun, tinyRun } from "../support/runs.ts";
import type { Dice } from "./dice.ts";
import { alteredFrame } from "./frames.ts";
import { altered, replaced } from "./mutate.ts";
import { demand, verdict, type Target } from "./target.ts";

const runs: readonly (readonly Frame[])[] = [smallRun(), tinyRun(), chatter(4)].map((run) => run.filter((frame) => frame !== null));
const encoded = runs.map((frames) => frames.map(encodeFrame));
const blocks = encoded.map((frames) => Uint8Array.from(Buffer.concat(frames)));
const { header } = runRecording();
const PLACE = { offset: 0, unit: "block", index: 0 } as const;

/** Reads a block whole. */
function read(bytes: Uint8Array): void {
  const reader = new FrameReader(bytes, PLACE);
  const rules = new Consistency(header);
  let consistent = true;
  for (let start = 0; !reader.done; start = reader.at) {
    const frame = reader.next();
    demand(reader.at > start, "a frame of no bytes");
    demand(sameBytes(encodeFrame(frame), bytes.subarray(start, reader.at)), "what was read is written otherwise");
    const ends = eventEnds(frame, reader.at - start);
    demand(ends.length === eventCount(frame) && ends.at(-1) === reader.at - start, "events do not fill the frame");
    for (const { body } of frame.entries) plainBody(body);
    if (consistent) consistent = verdict(() => { rules.frame(frame, PLACE); }) === "ok";
  }
}

function input(dice: Dice): Uint8Array {
  if (dice.once(3)) {
    const run = dice.pick(runs);
    const at = dice.below(run.length);
    return Uint8Array.from(Buffer.concat(run.map((frame, other) => encodeFrame(other === at ? alteredFrame(dice, frame) : frame))));
  }
  const frames = dice.pick(encoded);
  const block = dice.once(2) ? dice.pick(frames) : dice.pick(blocks);
  const bytes = altered(dice, block, blocks);
  return dice.once(4) ? replaced(bytes, 0, 0, dice.pick(frames)) : bytes;
}

export const trace: Target = {
  name: "trace",
  once: (dice) => verdict(() => read(input(dice))),
};
