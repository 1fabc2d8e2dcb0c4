// What a call says of its decoder: a name, or a name with settings. Resolved once, every default visible, so that what a rate depends on stands
// in the descriptor and in each row of a study.
//   1  Settings are resolved to all of them, in the table's order: the same choice gives the same bytes, however it was said.
import { Fault } from "../../../kernel-abi/fault.ts";
import { Type } from "../../../kernel-abi/schema.ts";
import { BPOSD_DEFAULTS, type BpOsdOptions } from "../../kernels/bposd/problem.ts";

export const DECODERS = ["matching", "union_find", "bp_osd", "lookup"] as const;
export type DecoderName = (typeof DECODERS)[number];

/** Which detectors a decoder looks at: those that tell of the observables (in a CSS code, of the kept basis), or all. */
const BASES = ["own", "both"] as const;
interface BpOsdSettings extends BpOsdOptions { readonly basis: (typeof BASES)[number] }
/** Of any decoder: disjoint probabilities up to this are taken for independent ones where its error model needs it (dem/analyze.ts); left out, none are. */
interface ModelSettings { readonly approximateDisjoint?: number }

/** Everything a decoder can be told. `bp_osd`: iterations of propagation, what its messages are scaled by, the order of ordered statistics, the basis. */
export type DecoderSettings = ({ readonly name: Exclude<DecoderName, "bp_osd"> } | { readonly name: "bp_osd" } & BpOsdSettings) & ModelSettings;
/** A decoder by name, with settings where they are not the defaults. */
export type DecoderChoice = DecoderName | ({ readonly name: Exclude<DecoderName, "bp_osd"> } | { readonly name: "bp_osd" } & Partial<BpOsdSettings>) & ModelSettings;

const ITERATIONS_MAX = 10_000;
const ORDER_MAX = 64;
const SCALE_LEAST = 1 / 1024;

const ApproximateDisjoint = Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: "Disjoint probabilities up to this are taken for independent ones where no independent ones are the same channel." }));

/** Of ordered statistics, 0 is the likeliest solution as it is (OSD-0), n the lightest of a combination sweep of order n (OSD-CS). */
export const DecoderSchema = Type.Unsafe<DecoderChoice>(Type.Union([
  ...DECODERS.map((name) => Type.Literal(name)),
  Type.Object({ name: Type.Union([Type.Literal("matching"), Type.Literal("union_find"), Type.Literal("lookup")]), approximateDisjoint: ApproximateDisjoint }, { additionalProperties: false }),
  Type.Object({
    name: Type.Literal("bp_osd"),
    iterations: Type.Optional(Type.Integer({ minimum: 1, maximum: ITERATIONS_MAX, description: "Iterations of min-sum propagation before ordered statistics." })),
    scale: Type.Optional(Type.Union([Type.Literal("adaptive"), Type.Number({ minimum: SCALE_LEAST, maximum: 1 })], { description: "What messages are scaled by; adaptive: by 1 - 2^-k in iteration k." })),
    order: Type.Optional(Type.Integer({ minimum: 0, maximum: ORDER_MAX, description: "0: OSD-0. Otherwise the order of the combination sweep (OSD-CS)." })),
    basis: Type.Optional(Type.Union(BASES.map((basis) => Type.Literal(basis)), { description: "own: the detectors that tell of the observables. both: all of them." })),
    approximateDisjoint: ApproximateDisjoint,
  }, { additionalProperties: false }),
], { description: "Minimum-weight perfect matching, weighted-growth union-find, belief propagation with ordered statistics, or a table of maximum likelihood." }));

const whole = (least: number, most: number) => ({
  allowed: `an integer from ${least} to ${most}`,
  fits: (value: unknown): boolean => typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most,
});

type Takes = ReturnType<typeof whole>;
/** What every decoder takes. */
const ANY: Readonly<Record<string, Takes>> = { approximateDisjoint: { allowed: "a number from 0 to 1", fits: (value) => typeof value === "number" && value >= 0 && value <= 1 } };
/** What else each takes; a decoder that is not here has no settings of its own. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, Takes>>>> = {
  bp_osd: {
    iterations: whole(1, ITERATIONS_MAX),
    scale: { allowed: `adaptive, or a number from ${SCALE_LEAST} to 1`, fits: (value) => value === "adaptive" || (typeof value === "number" && value >= SCALE_LEAST && value <= 1) },
    order: whole(0, ORDER_MAX),
    basis: { allowed: BASES.join(", "), fits: (value) => BASES.some((basis) => basis === value) },
  },
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

/** Where a choice is none, by a JSON pointer below `at`. @throws Fault ABI_MALFORMED */
export function checkDecoder(argument: string, choice: unknown, at = "/decoder"): void {
  const refuse = (place: string, what: string, allowed: string): never => { throw new Fault("ABI_MALFORMED", { argument, at: place, what, allowed }); };
  const name = isRecord(choice) ? choice["name"] : choice;
  if (!DECODERS.some((known) => known === name)) refuse(isRecord(choice) ? `${at}/name` : at, "no decoder", DECODERS.join(", "));
  if (!isRecord(choice)) return;
  const settings = { ...SETTINGS[String(name)], ...ANY };
  for (const [setting, value] of Object.entries(choice)) {
    if (setting === "name") continue;
    const takes = settings[setting];
    const names = Object.keys(settings);
    if (takes === undefined) refuse(`${at}/${setting}`, `no setting of ${String(name)}`, names.join(", "));
    else if (value !== undefined && !takes.fits(value)) refuse(`${at}/${setting}`, "not what this setting takes", takes.allowed);
  }
}

/** With all settings, in order; what was approximated only if something was. */
export function decoderSettings(choice: DecoderChoice): DecoderSettings {
  if (typeof choice === "string") return decoderSettings({ name: choice });
  const { approximateDisjoint = 0 } = choice;
  const model = approximateDisjoint > 0 ? { approximateDisjoint } : {};
  if (choice.name !== "bp_osd") return { name: choice.name, ...model };
  const { name, iterations = BPOSD_DEFAULTS.iterations, scale = BPOSD_DEFAULTS.scale, order = BPOSD_DEFAULTS.order, basis = "own" } = choice;
  return { name, iterations, scale, order, basis, ...model };
}

/** Settings as text, without the name: `iterations=100 scale=adaptive order=0 basis=own`; empty where there are none. */
export const settingsText = ({ name: _, ...settings }: DecoderSettings): string => Object.entries(settings).map(([setting, value]) => `${setting}=${value}`).join(" ");
/** A decoder with its settings, as text: `bp_osd(iterations=100 scale=adaptive order=0 basis=own)`. */
export function decoderText(settings: DecoderSettings): string {
  const text = settingsText(settings);
  return text === "" ? settings.name : `${settings.name}(${text})`;
}
