// Bundles: bytes that are nearly one. Raw damage stops at the first hash; so units are altered and chained again, sections altered
// as JSON, frames altered and recorded again, seals altered and signed again, until every layer has been reached.
import { canonicalJson, parseCanonicalJson, toHex } from "../../kernel-abi/canonical.ts";
import type { Frame } from "../../kernel-abi/frame.ts";
import type { Recording } from "../../kernel-abi/ports.ts";
import { openBundle, walk } from "../../replay/bundle.ts";
import { END_MARK, firstHead, leafOf, nextHead, preamble, unit, type UnitName } from "../../replay/chain.ts";
import { eventCount } from "../../replay/entry/count.ts";
import { FrameReader } from "../../replay/entry/reader.ts";
import { list, show, shown } from "../../replay/list.ts";
import { MerkleTree } from "../../replay/merkle.ts";
import { makeSeal } from "../../replay/seal.ts";
import { UnitReader } from "../../replay/units.ts";
import { verify } from "../../replay/verify.ts";
import { memorySource } from "../support/memory.ts";
import { HOST, record } from "../support/recordings.ts";
import { chatter, runRecording, smallRun, tinyRun } from "../support/runs.ts";
import { testSigner } from "../support/signer.ts";
import type { Dice } from "./dice.ts";
import { alteredRun } from "./frames.ts";
import { golden } from "./goldens.ts";
import { altered, alteredValue } from "./mutate.ts";
import { countedSource, demand, verdict, type Target } from "./target.ts";

type Script = readonly (Frame | null)[];
interface Piece { readonly name: UnitName; readonly payload: Uint8Array }

interface Base {
  readonly script: Script;
  readonly recording: Recording;
  readonly file: Uint8Array;
  readonly pieces: readonly Piece[];
}

const signer = testSigner();
const RECORDING = runRecording();

function pieces(file: Uint8Array): readonly Piece[] {
  const reader = new UnitReader(memorySource(file));
  const found: Piece[] = [];
  for (let one = reader.next(); one !== undefined; one = reader.next()) found.push({ name: one.unit as UnitName, payload: Uint8Array.from(one.payload) });
  if (reader.tail?.kind === "seal") found.push({ name: "seal", payload: Uint8Array.from(reader.tail.envelope) });
  return found;
}

const written = [smallRun(), tinyRun(), chatter(3)].map((script): Base => {
  const { file } = record(script, { recording: RECORDING, signer });
  return { script, recording: RECORDING, file, pieces: pieces(file) };
});
/** Longer, and every input of theirs dearer: one in sixteen. */
const happened = ["faulted", "reader"].map(golden).map(({ file, recording, frames }): Base => ({ script: frames, recording, file, pieces: pieces(file) }));
const files = [...written, ...happened].map(({ file }) => file);
const taken = [...written, ...happened].map((base) => base.pieces);
const NAMES: readonly UnitName[] = ["header", "program", "inputs", "block", "seal"];

/** Counts of a block's frames, as far as it has any. */
function counted(payload: Uint8Array): { frames: number; events: number } {
  const counts = { frames: 0, events: 0 };
  try {
    const reader = new FrameReader(payload, { offset: 0, unit: "block", index: 0 });
    while (!reader.done) {
      counts.events += eventCount(reader.next());
      counts.frames += 1;
    }
  } catch { /* as far as it goes */ }
  return counts;
}

/** Chains the pieces again and seals what comes out with the facts it has. */
function chained(units: readonly Piece[], sealed: boolean): Uint8Array {
  const start = preamble();
  let head = firstHead(start);
  const out = [start, head];
  const tree = new MerkleTree();
  const totals = { frames: 0, events: 0 };
  for (const { name, payload } of units) {
    const whole = unit(name, payload);
    if (name === "seal") {
      out.push(whole, END_MARK);
      continue;
    }
    const leaf = leafOf(whole);
    head = nextHead(head, leaf);
    out.push(whole, head);
    if (name !== "block") continue;
    tree.append(leaf);
    const { frames, events } = counted(payload);
    totals.frames += frames;
    totals.events += events;
  }
  const bytes = out.reduce((sum, { length }) => sum + length, 0);
  if (sealed) {
    const facts = { digest: toHex(head), merkleRoot: toHex(tree.root()), blocks: tree.size, ...totals, bytes, format: 1, status: "completed", durability: "process", host: HOST } as const;
    out.push(unit("seal", makeSeal(facts, signer)), END_MARK);
  }
  return Uint8Array.from(Buffer.concat(out));
}

function alteredPiece(dice: Dice, { name, payload }: Piece): Piece {
  if (dice.once(8)) return { name: dice.pick(NAMES), payload };
  if (name === "block" || dice.once(3)) return { name, payload: altered(dice, payload) };
  try {
    return { name, payload: canonicalJson(alteredValue(dice, parseCanonicalJson(payload))) };
  } catch {
    return { name, payload: altered(dice, payload) };
  }
}

function alteredPieces(dice: Dice, { pieces: units }: Base): Uint8Array {
  const resealed = dice.once(2);
  const kept = resealed ? units.filter(({ name }) => name !== "seal") : units;
  const at = dice.below(kept.length);
  const changed = kept.flatMap((piece, other): readonly Piece[] => {
    if (other !== at) return [piece];
    switch (dice.below(8)) {
      case 0: return [];
      case 1: return [piece, piece];
      case 2: return [dice.pick(dice.pick(taken))];
      default: return [alteredPiece(dice, piece)];
    }
  });
  return chained(changed, resealed);
}

/** Sections are worked on as JSON and everything behind them is made to fit, but for the program's digest one time in two. */
function alteredSections(dice: Dice, { script, recording: whole, file }: Base): Uint8Array {
  const section = dice.pick(["header", "program", "inputs"] as const);
  const changed = { ...whole, [section]: alteredValue(dice, whole[section]) };
  try {
    return record(script, { recording: changed, signer }).file;
  } catch {
    return altered(dice, file);
  }
}

function rerecorded(dice: Dice, { script, recording, file }: Base): Uint8Array {
  try {
    return record([...alteredRun(dice, script)], { recording, signer }).file;
  } catch {
    return altered(dice, file); // no RUN_END at the end: no recorder seals that
  }
}

function input(dice: Dice): Uint8Array {
  const base = dice.pick(dice.once(16) ? happened : written);
  switch (dice.below(8)) {
    case 0: case 1: return altered(dice, base.file, files);
    case 2: case 3: return alteredPieces(dice, base);
    case 4: return alteredSections(dice, base);
    default: return rerecorded(dice, base);
  }
}

function reading(dice: Dice, bytes: Uint8Array): string {
  const source = countedSource(bytes);
  const how = dice.below(5);
  const said = verdict(() => {
    switch (how) {
      case 0: return [...list(source, { limit: 20, actor: "root**", event: "*_*" })].map((event) => shown(event, true));
      case 1: return show(source, 1 + dice.below(30));
      case 2: return openBundle(source);
      case 3: return [...walk(source)].length;
      default: return verify(source, { allowUnsealed: true });
    }
  });
  source.check();
  return said;
}

/** Every input is verified; one in so many is listed, shown, walked or opened too. */
const READ_TOO = 4;

export const bundle: Target = {
  name: "bundle",
  once(dice) {
    const bytes = input(dice);
    const source = countedSource(bytes);
    const sealed = verdict(() => verify(source));
    source.check();
    if (!dice.once(READ_TOO)) return sealed;
    const other = reading(dice, bytes);
    demand(sealed !== "ok" || other === "ok" || other === "USAGE", `verifies, and another reader says ${other}`);
    return sealed;
  },
};
