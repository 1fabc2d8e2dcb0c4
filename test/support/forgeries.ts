// One thing at a time changed in what a trace says: every field of every entry, every entry left out or said twice, and the same of
// frames. Each class is altered where it first stands, and where it stands for the second time.
import { entryName, EVENT, TURN_END, type Entry, type Frame } from "../../kernel-abi/frame.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";

/** What is altered, and the frames with it. `at` is the first frame that differs. */
export interface Forgery {
  readonly what: string;
  readonly at: number;
  readonly frames: () => readonly Frame[];
}

const EMPTY = new Uint8Array(0);
const other = (value: unknown): unknown => {
  if (typeof value === "number") return value + 1;
  if (typeof value === "string") return `${value}x`;
  if (typeof value === "boolean") return !value;
  if (Array.isArray(value)) return value.length === 0 ? [1] : value.slice(0, -1);
  return value === null || value === undefined ? 1 : null;
};
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** Each member of a body, two levels deep, with the body that says something else there. */
function* members(value: unknown, depth: number): Generator<readonly [path: string, changed: unknown], void, undefined> {
  if (!isRecord(value) || depth === 0) return;
  for (const [name, member] of Object.entries(value)) {
    yield [name, { ...value, [name]: isRecord(member) ? null : other(member) }];
    for (const [path, changed] of members(member, depth - 1)) yield [`${name}.${path}`, { ...value, [name]: changed }];
  }
}

/** The entry in other words: each by the field that differs. */
function* otherwise(entry: Entry): Generator<readonly [field: string, changed: readonly Entry[]], void, undefined> {
  yield ["left out", []];
  yield ["twice", [entry, entry]];
  yield ["verdict", [{ ...entry, verdict: entry.verdict === 0 ? 1 : 0 }]];
  yield ["domain", [{ ...entry, domain: (entry.domain + 1) % 3 }]];
  for (const field of ["capability", "contract", "subject"] as const) yield [field, [{ ...entry, [field]: entry[field] + 1 }]];
  if (entry.body.length === 0) return;
  yield ["body", [{ ...entry, body: EMPTY }]];
  for (const [path, changed] of members(unpack(entry.body), 2)) yield [`body.${path}`, [{ ...entry, body: pack(changed) }]];
}

function* frameOtherwise(frame: Frame): Generator<readonly [field: string, changed: readonly Frame[]], void, undefined> {
  yield ["left out", []];
  yield ["twice", [frame, frame]];
  yield ["tick", [{ ...frame, tick: frame.tick + 1 } as Frame]];
  yield ["actor", [{ ...frame, actor: frame.actor + 1 } as Frame]];
  if (frame.kind === "kernel") return;
  const { delivery, end } = frame;
  yield ["ready", [{ ...frame, ready: frame.ready + 1 }]];
  for (const field of ["kind", "from", "seq"] as const) yield [`delivery.${field}`, [{ ...frame, delivery: { ...delivery, [field]: delivery[field] + 1 } as typeof delivery }]];
  yield ["end.kind", [{ ...frame, end: { ...end, kind: end.kind === TURN_END.WAITING ? TURN_END.FINISHED : TURN_END.WAITING } as typeof end }]];
  for (const field of ["on", "subject"] as const) yield [`end.${field}`, [{ ...frame, end: { ...end, [field]: end[field] + 1 } as typeof end }]];
  if (end.body.length > 0) yield ["end.body", [{ ...frame, end: { ...end, body: EMPTY } }]];
}

/** Says of a class whether it was met less than `often` times. */
export function atMost(often: number): (what: string) => boolean {
  const seen = new Map<string, number>();
  return (what) => {
    const times = seen.get(what) ?? 0;
    seen.set(what, times + 1);
    return times < often;
  };
}

function howFar(frame: Frame, { code, verdict, capability }: Entry): string {
  if (frame.kind === "turn" && frame.end.kind === TURN_END.ABORTED) return " tried";
  if (verdict !== 0) return " refused";
  return code === EVENT.CAPABILITY_ISSUED && capability !== 0 ? " handed on" : "";
}

/** Those of a class that `wanted` wants. */
export function* forgeries(frames: readonly Frame[], wanted: (what: string) => boolean): Generator<Forgery, void, undefined> {
  for (const [at, frame] of frames.entries()) {
    const [first] = frame.entries;
    const kind = frame.kind === "turn" || first === undefined ? "turn" : `frame of ${entryName(first.code)}`;
    for (const [field, changed] of frameOtherwise(frame)) {
      const what = `${kind}: ${field}`;
      if (wanted(what)) yield { what, at, frames: () => frames.toSpliced(at, 1, ...changed) };
    }
    for (const [place, entry] of frame.entries.entries()) {
      const who = `${entryName(entry.code)}${howFar(frame, entry)}`;
      for (const [field, changed] of otherwise(entry)) {
        const what = `${who}: ${field}`;
        if (wanted(what)) yield { what, at, frames: () => frames.toSpliced(at, 1, { ...frame, entries: frame.entries.toSpliced(place, 1, ...changed) } as Frame) };
      }
    }
  }
}
