// Frames that could be written but could not have happened: one field of one is another.
import { EVENT, type Entry, type Frame } from "../../kernel-abi/frame.ts";
import { processId, tick } from "../../kernel-abi/ids.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { FAULTS } from "../../kernel-abi/fault.ts";
import type { Dice } from "./dice.ts";
import { altered, alteredValue, INTEGERS } from "./mutate.ts";

const CODES: readonly number[] = [...Object.values(SYSCALL), ...Object.values(EVENT)];
const VERDICTS: readonly number[] = [0, 0, ...Object.values(FAULTS).map(({ code }) => code)];

const near = (dice: Dice, value: number): number => (dice.once(2) ? Math.max(0, value + dice.pick([1, -1, 2, -2])) : dice.pick(INTEGERS));

/** The same body with another value in it, where it is one value; bytes otherwise. */
function alteredBody(dice: Dice, body: Uint8Array): Uint8Array {
  if (body.length === 0 || dice.once(4)) return altered(dice, body);
  try {
    return pack(alteredValue(dice, unpack(body)));
  } catch {
    return altered(dice, body);
  }
}

function alteredEntry(dice: Dice, entry: Entry): Entry {
  switch (dice.below(7)) {
    case 0: return { ...entry, code: dice.pick(CODES) };
    case 1: return { ...entry, verdict: dice.pick(VERDICTS) };
    case 2: return { ...entry, domain: dice.below(3) };
    case 3: return { ...entry, capability: near(dice, entry.capability) };
    case 4: return { ...entry, contract: near(dice, entry.contract) };
    case 5: return { ...entry, subject: near(dice, entry.subject) };
    default: return { ...entry, body: alteredBody(dice, entry.body) };
  }
}

function alteredEntries(dice: Dice, entries: readonly Entry[]): readonly Entry[] {
  const at = dice.below(entries.length);
  const entry = entries[at];
  if (entry === undefined) return entries;
  switch (dice.below(6)) {
    case 0: return entries.length === 1 ? entries : entries.filter((_, other) => other !== at);
    case 1: return [...entries.slice(0, at), entry, ...entries.slice(at)];
    case 2: return [...entries.slice(at), ...entries.slice(0, at)];
    default: return entries.map((one, other) => (other === at ? alteredEntry(dice, one) : one));
  }
}

export function alteredFrame(dice: Dice, frame: Frame): Frame {
  if (dice.once(8)) return { ...frame, tick: tick(near(dice, frame.tick)) };
  if (dice.once(8)) return { ...frame, actor: processId(near(dice, frame.actor)) };
  if (frame.kind === "kernel" || dice.once(2)) return { ...frame, entries: alteredEntries(dice, frame.entries) };
  const { delivery, end } = frame;
  switch (dice.below(6)) {
    case 0: return { ...frame, delivery: { ...delivery, kind: dice.pick([0, 1, 2, 3, 4] as const) } };
    case 1: return { ...frame, delivery: { ...delivery, from: processId(near(dice, delivery.from)) } };
    case 2: return { ...frame, delivery: { ...delivery, seq: near(dice, delivery.seq) } };
    case 3: return { ...frame, end: { ...end, kind: dice.pick([0, 1, 2] as const), on: dice.below(5) } };
    case 4: return { ...frame, end: { ...end, subject: near(dice, end.subject), body: alteredBody(dice, end.body) } };
    default: return { ...frame, ready: near(dice, frame.ready) };
  }
}

/** A run like this one: frames gone, twice, elsewhere or altered. */
export function alteredRun(dice: Dice, frames: readonly (Frame | null)[]): readonly (Frame | null)[] {
  const at = dice.below(frames.length);
  const frame = frames[at] ?? null;
  switch (dice.below(7)) {
    case 0: return frames.filter((_, other) => other !== at);
    case 1: return [...frames.slice(0, at), frame, ...frames.slice(at)];
    case 2: {
      const to = dice.below(frames.length);
      return frames.map((one, other) => (other === at ? frames[to] ?? null : other === to ? frame : one));
    }
    case 3: return [...frames.slice(0, at), null, ...frames.slice(at)];
    default: return frames.map((one, other) => (other === at && one !== null ? alteredFrame(dice, one) : one));
  }
}
