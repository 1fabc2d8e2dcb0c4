// Epochs of a job in stretches: what is said of epochs that are alike is said once, and of where qubits stood only what changed.
//   N4  A stretch is of one epoch, or of several that follow one another and differ in nothing but which nodes they ran.
//   N5  The root is RFC 6962's over the canonical JSON of every stretch. Told are the first, and as many more as fit STRETCH_BYTES_MAX together; of the
//       others it is said how many they are, and whoever has the epochs makes the root again: nothing is lost unnoticed.
import { canonicalJson, canonicalText, toHex } from "../canonical.ts";
import { Hex256 } from "../dsse.ts";
import { inPieces, leafHash, MerkleTree } from "../merkle.ts";
import type { Sha256 } from "../ports.ts";
import { Type, type Static } from "../schema.ts";
import { CAP_PATTERN, NAME_PATTERN } from "./graph.ts";

const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });
const Name = Type.String({ pattern: NAME_PATTERN });
const utf8 = new TextEncoder();

/** Canonical JSON of all stretches that are told. */
export const STRETCH_BYTES_MAX = 1024 * 1024;

/** Use of an epoch, or of the job: of qubits and channels the most at once, of everything else the sum. */
export const UsageSchema = Type.Object({
  logicalQubits: Count,
  physicalQubits: Count,
  channels: Count,
  nodes: Count,
  measurements: Count,
  tStates: Count,
  /** Rounds of the decoder. */
  decoderCycles: Count,
  /** Bell pairs used up, purification included. */
  pairs: Count,
}, exact);
export type Usage = Readonly<Static<typeof UsageSchema>>;

export const PEAKS = ["logicalQubits", "physicalQubits", "channels"] as const;
export const SUMS = ["nodes", "measurements", "tStates", "decoderCycles", "pairs"] as const;

const PLACE = { profile: Type.String(), physicalQubits: Count, module: Type.String() } as const;
/** Where logical qubits stood: profiles and numbers of physical qubits, never which amplitudes or outcomes they had (A4). */
export const MappingSchema = Type.Array(Type.Object({ vq: Name, ...PLACE }, exact));
export type Mapping = readonly Readonly<Static<typeof MappingSchema>[number]>[];

export const DecisionSchema = Type.Object({
  capability: Type.String({ pattern: CAP_PATTERN }),
  decision: Type.Union([Type.Literal("granted"), Type.Literal("denied")]),
  /** What it was decided by: the id of a token or a delegation, or `session`. */
  by: Type.String(),
}, exact);
export type Decision = Readonly<Static<typeof DecisionSchema>>;

/** Reversible nodes undone so that the job could give way, and what that cost; their use is in `usage`, as is that of doing them again. */
const UndoneSchema = Type.Object({ nodes: Count, cost: Count }, exact);

export const EpochSchema = Type.Object({
  epoch: Count,
  /** Nodes of the graph it ran: from, up to and without `to`. A fence is the last node of the epoch it ends. */
  from: Count,
  to: Count,
  mapping: MappingSchema,
  decisions: Type.Array(DecisionSchema),
  usage: UsageSchema,
  undone: Type.Optional(UndoneSchema),
}, exact);
export type AttestedEpoch = Readonly<Omit<Static<typeof EpochSchema>, "mapping">> & { readonly mapping: Mapping };

const StretchSchema = Type.Object({
  /** The first of `times` epochs; from and to are of them all, decisions and usage of each. */
  epoch: Count,
  times: Type.Integer({ minimum: 1 }),
  from: Count,
  to: Count,
  /** Qubits that stand elsewhere than in the stretch before, or stood nowhere there; and those that stand nowhere any more. */
  placed: Type.Array(Type.Object({ ...PLACE, vqs: Type.Array(Name, { minItems: 1 }) }, exact)),
  gone: Type.Array(Name),
  decisions: Type.Array(DecisionSchema),
  usage: UsageSchema,
  undone: Type.Optional(UndoneSchema),
}, exact);
export type Stretch = Readonly<Static<typeof StretchSchema>>;

export const StretchesSchema = Type.Object({
  /** Epochs of the job. */
  count: Count,
  root: Hex256,
  /** Not told: the last so many stretches, which are so many epochs. */
  left: Type.Object({ stretches: Count, epochs: Count }, exact),
  told: Type.Array(StretchSchema),
}, exact);
export type Stretches = Readonly<Static<typeof StretchesSchema>>;

type Place = Omit<Mapping[number], "vq">;
const samePlace = (one: Place | undefined, other: Place): boolean =>
  one !== undefined && one.profile === other.profile && one.physicalQubits === other.physicalQubits && one.module === other.module;

const sameMapping = (one: Mapping, other: Mapping): boolean =>
  one === other || (one.length === other.length && one.every((place, at) => { const its = other[at]; return its !== undefined && place.vq === its.vq && samePlace(place, its); }));
const sameUsage = (one: Usage, other: Usage): boolean => [...PEAKS, ...SUMS].every((name) => one[name] === other[name]);
const sameDecisions = (one: readonly Decision[], other: readonly Decision[]): boolean => one.length === other.length
  && one.every((decision, at) => { const its = other[at]; return its !== undefined && decision.capability === its.capability && decision.decision === its.decision && decision.by === its.by; });

const alike = (one: AttestedEpoch, other: AttestedEpoch): boolean =>
  one.undone === undefined && other.undone === undefined && sameUsage(one.usage, other.usage) && sameDecisions(one.decisions, other.decisions) && sameMapping(one.mapping, other.mapping);

/** What changed from one mapping to another; neighbours that stand alike together. */
function change(before: Mapping, after: Mapping): Pick<Stretch, "placed" | "gone"> {
  if (before === after) return { placed: [], gone: [] };
  const stood = new Map(before.map((place) => [place.vq, place]));
  const placed: { profile: string; physicalQubits: number; module: string; vqs: string[] }[] = [];
  for (const { vq, profile, physicalQubits, module } of after) {
    const known = stood.get(vq);
    stood.delete(vq);
    if (samePlace(known, { profile, physicalQubits, module })) continue;
    const last = placed.at(-1);
    if (last !== undefined && samePlace(last, { profile, physicalQubits, module })) last.vqs.push(vq);
    else placed.push({ profile, physicalQubits, module, vqs: [vq] });
  }
  return { placed, gone: [...stood.keys()] };
}

/** All stretches of epochs that follow one another (N4). */
function stretchesOf(epochs: readonly AttestedEpoch[]): readonly Stretch[] {
  const found: { -readonly [Key in keyof Stretch]: Stretch[Key] }[] = [];
  let before: AttestedEpoch | undefined;
  for (const each of epochs) {
    const last = found.at(-1);
    if (before !== undefined && last !== undefined && alike(before, each)) {
      last.times++;
      last.to = each.to;
    } else {
      const { epoch, from, to, decisions, usage, undone } = each;
      found.push({ epoch, times: 1, from, to, ...change(before?.mapping ?? [], each.mapping), decisions, usage, ...(undone === undefined ? {} : { undone }) });
    }
    before = each;
  }
  return found;
}

/** What is told of them, and what stands for the others (N5), as RFC 8785 text: of what is hashed in any case, made once. */
export function stretchedText(epochs: readonly AttestedEpoch[], sha256: Sha256): string {
  const all = stretchesOf(epochs);
  const hash = inPieces(sha256);
  const tree = new MerkleTree(hash);
  const told: string[] = [];
  let bytes = 0;
  for (const [at, stretch] of all.entries()) {
    const text = canonicalText(stretch);
    const json = utf8.encode(text);
    tree.append(leafHash(hash, json));
    bytes += json.length;
    if (at === 0 || bytes <= STRETCH_BYTES_MAX) told.push(text);
  }
  const { epoch: first = epochs.length } = all[told.length] ?? {};
  return `{"count":${epochs.length},"left":{"epochs":${epochs.length - first},"stretches":${all.length - told.length}},"root":"${toHex(tree.root())}","told":[${told.join(",")}]}`;
}

/** The root of these stretches alone, hex. */
export function stretchesRoot(told: readonly Stretch[], sha256: Sha256): string {
  const tree = new MerkleTree(inPieces(sha256));
  for (const stretch of told) tree.append(leafHash(inPieces(sha256), canonicalJson(stretch)));
  return toHex(tree.root());
}

/** How many qubits stand somewhere, and on how many physical ones. */
export interface Placed {
  readonly qubits: number;
  readonly physicalQubits: number;
}

/** Undefined where a qubit stands twice. */
export const placedOf = (mapping: Mapping): Placed | undefined => (new Set(mapping.map(({ vq }) => vq)).size !== mapping.length
  ? undefined
  : { qubits: mapping.length, physicalQubits: mapping.reduce((sum, { physicalQubits }) => sum + physicalQubits, 0) });

/** Where qubits stand as one stretch follows another: each costs what it changes, however many stand still. */
class Standing {
  readonly #stood = new Map<string, Mapping[number]>();
  #physicalQubits = 0;
  #sound = true;

  take({ placed, gone }: Pick<Stretch, "placed" | "gone">): void {
    for (const vq of gone) this.#sound = this.#leave(vq) && this.#sound;
    const names = new Set<string>();
    for (const { vqs, ...place } of placed) {
      for (const vq of vqs) {
        if (names.size === names.add(vq).size) this.#sound = false;
        this.#leave(vq);
        this.#stood.set(vq, { vq, ...place });
        this.#physicalQubits += place.physicalQubits;
      }
    }
  }

  /** Undefined once a change did not fit what was there. */
  get placed(): Placed | undefined { return this.#sound ? { qubits: this.#stood.size, physicalQubits: this.#physicalQubits } : undefined; }
  get mapping(): Mapping { return this.#sound ? [...this.#stood.values()] : []; }

  #leave(vq: string): boolean {
    this.#physicalQubits -= this.#stood.get(vq)?.physicalQubits ?? 0;
    return this.#stood.delete(vq);
  }
}

/** Each stretch that is told with how many qubits stand in it; undefined from where changes do not fit what was there. */
export function* placements({ told }: Pick<Stretches, "told">): Generator<{ readonly stretch: Stretch; readonly placed: Placed | undefined }> {
  const standing = new Standing();
  for (const stretch of told) {
    standing.take(stretch);
    yield { stretch, placed: standing.placed };
  }
}

/** Each stretch that is told with where qubits stood in it; neighbours in which they stood alike share that. */
export function* standings({ told }: Pick<Stretches, "told">): Generator<{ readonly stretch: Stretch; readonly mapping: Mapping }> {
  const standing = new Standing();
  let mapping: Mapping = [];
  for (const stretch of told) {
    standing.take(stretch);
    if (stretch.placed.length > 0 || stretch.gone.length > 0) mapping = standing.mapping;
    yield { stretch, mapping };
  }
}

/** The epochs that are told, one by one. */
export function* epochsTold(stretches: Pick<Stretches, "told">): Generator<AttestedEpoch> {
  for (const { stretch: { epoch, times, from, decisions, usage, undone }, mapping } of standings(stretches)) {
    for (let at = 0; at < times; at++) yield { epoch: epoch + at, from: from + at * usage.nodes, to: from + (at + 1) * usage.nodes, mapping, decisions, usage, ...(undone === undefined ? {} : { undone }) };
  }
}
