// Frames: bytes that are nearly a block. What is read must be what would be written (J6), and consistency refuses the rest. The
// verdict says both: a block that can be read may still be one that could not have happened.
import { eventCount, eventEnds } from "../../replay/entry/count.ts";
import { plainBody } from "../../replay/entry/body.ts";
import { FrameReader } from "../../replay/entry/reader.ts";
import { encodeFrame } from "../../replay/entry/writer.ts";
import { Consistency } from "../../replay/consistency/consistency.ts";
import { sameBytes } from "../../kernel-abi/canonical.ts";
import type { Frame } from "../../kernel-abi/frame.ts";
import type { Header } from "../../kernel-abi/header.ts";
import { chatter, runRecording, smallRun, tinyRun } from "../support/runs.ts";
import type { Dice } from "./dice.ts";
import { alteredFrame } from "./frames.ts";
import { golden } from "./goldens.ts";
import { altered, replaced } from "./mutate.ts";
import { demand, verdict, type Target } from "./target.ts";

interface Base {
  readonly header: Header;
  readonly run: readonly Frame[];
  readonly encoded: readonly Uint8Array[];
  readonly block: Uint8Array;
}

function base(header: Header, run: readonly Frame[]): Base {
  const encoded = run.map(encodeFrame);
  return { header, run, encoded, block: Uint8Array.from(Buffer.concat(encoded)) };
}

const { header } = runRecording();
const written = [smallRun(), tinyRun(), chatter(4)].map((run) => base(header, run.filter((frame) => frame !== null)));
const happened = ["faulted", "refusals", "reader", "pair", "phases"].map(golden).map(({ recording, frames }) => base(recording.header, frames.slice(0, 12)));
const blocks = [...written, ...happened].map(({ block }) => block);
const PLACE = { offset: 0, unit: "block", index: 0 } as const;

/** Reads a block whole; whether it could have happened so far. */
function read(bytes: Uint8Array, header: Header): boolean {
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
  return consistent;
}

function input(dice: Dice, { run, encoded, block }: Base): Uint8Array {
  if (dice.once(3)) {
    const at = dice.below(run.length);
    return Uint8Array.from(Buffer.concat(run.map((frame, other) => encodeFrame(other === at ? alteredFrame(dice, frame) : frame))));
  }
  const bytes = altered(dice, dice.once(2) ? dice.pick(encoded) : block, blocks);
  return dice.once(4) ? replaced(bytes, 0, 0, dice.pick(encoded)) : bytes;
}

export const trace: Target = {
  name: "trace",
  once(dice) {
    const chosen = dice.pick(dice.once(4) ? happened : written);
    const bytes = input(dice, chosen);
    let consistent = true;
    const said = verdict(() => { consistent = read(bytes, chosen.header); });
    return said === "ok" && !consistent ? "TRACE_INCONSISTENT" : said;
  },
};
