// Alert rules: what to watch for, as data (072, threshold crossing). A rule is checked whole before a fold sees it.
import { compiled, Type, type Static } from "../kernel-abi/schema.ts";
import { Fault, FAULTS } from "../kernel-abi/fault.ts";
import { LIMITS } from "../kernel-abi/limits.ts";
import { isSeries, SERIES, type SeriesName } from "./series.ts";

const exact = { additionalProperties: false } as const;

export const RuleSchema = Type.Object({
  id: Type.String({ pattern: "^[a-z][a-z0-9.-]{0,63}$", description: "named once in a set" }),
  metric: Type.String({ description: "a series, read for the run and for each of its sources" }),
  comparison: Type.Union([Type.Literal(">"), Type.Literal(">="), Type.Literal("<"), Type.Literal("<=")]),
  threshold: Type.Number(),
  clear: Type.Optional(Type.Number({ description: "hysteresis: the rule no longer holds once the value is on the far side of this; the threshold unless given" })),
  forTicks: Type.Optional(Type.Integer({ minimum: 0, default: 0, description: "raised once it has held for so many ticks" })),
  severity: Type.Integer({ minimum: 1, maximum: 5 }),
  breach: Type.Optional(Type.Union([Type.Literal("duration"), Type.Literal("tolerance")], { description: "what would be violated next: a duration (TIMEOUT) or a tolerance (BREACH)" })),
  sources: Type.Optional(Type.Union([Type.Literal("run"), Type.Literal("each")], { default: "run", description: "the run's own value, or one alert for each source" })),
}, { ...exact, $id: "triad/alert-rule" });

export const RulesSchema = Type.Array(RuleSchema, { maxItems: 1_000, $id: "triad/alert-rules" });

type Written = Static<typeof RuleSchema>;
/** A rule with its defaults in. */
export interface AlertRule {
  readonly id: string;
  readonly metric: SeriesName;
  readonly comparison: Written["comparison"];
  readonly threshold: number;
  readonly clear: number;
  readonly forTicks: number;
  readonly severity: 1 | 2 | 3 | 4 | 5;
  readonly breach: "duration" | "tolerance" | undefined;
  readonly sources: "run" | "each";
}

const check = compiled(RulesSchema);
const refuse = (at: string, what: string, allowed?: string): never => {
  throw new Fault("RULES_INVALID", { at, what, ...(allowed === undefined ? {} : { allowed }) });
};

const isAbove = (comparison: Written["comparison"]): boolean => comparison.startsWith(">");

function ruleOf(written: Written, at: number): AlertRule {
  const { id, metric, comparison, threshold, clear = threshold, forTicks = 0, severity, breach, sources = "run" } = written;
  if (!isSeries(metric)) return refuse(`/${at}/metric`, `no series is called ${metric.slice(0, 80)}`, "a name in telemetry/METRICS.md");
  if (!Number.isFinite(threshold) || !Number.isFinite(clear)) return refuse(`/${at}`, "thresholds are finite");
  if (isAbove(comparison) ? clear > threshold : clear < threshold) return refuse(`/${at}/clear`, "it would be cleared where it holds", `${isAbove(comparison) ? "at most" : "at least"} ${threshold}`);
  if (sources === "each" && SERIES[metric].per === "run") return refuse(`/${at}/sources`, `${metric} has no sources`, "run");
  return Object.freeze({ id, metric, comparison, threshold, clear, forTicks, severity: severity as AlertRule["severity"], breach, sources });
}

/** @throws Fault RULES_INVALID naming the place */
export function parseRules(value: unknown): readonly AlertRule[] {
  if (!check().Check(value)) {
    const [first] = check().Errors(value);
    return refuse(first?.instancePath ?? "", first?.message ?? "not a list of rules");
  }
  const seen = new Set<string>();
  value.forEach(({ id }, at) => (seen.has(id) ? refuse(`/${at}/id`, `${id} is named twice`) : seen.add(id)));
  return Object.freeze(value.map(ruleOf));
}

/**
 * The fault a rule announces (hybrid-runtime section 9, row 20): a duration ends in a TIMEOUT, a tolerance in a BREACH; both are
 * COHERENCE_VIOLATION at the ABI. In Q either ends with the decoherence budget. 0: none.
 */
export function announcedBy({ breach, metric }: AlertRule): number {
  if (breach === undefined || SERIES[metric].domain === "K") return 0;
  if (SERIES[metric].domain === "Q") return FAULTS.Q_ERR_DECOHERENCE_EXCEEDED.code;
  return breach === "duration" ? FAULTS.PHI_ERR_COHERENCE_TIMEOUT.code : FAULTS.PHI_ERR_STABILITY_BREACH.code;
}

/** What is watched unless somebody says otherwise. */
export const DEFAULT_RULES: readonly AlertRule[] = parseRules([
  { id: "k.mailbox", metric: "k.mailbox_depth", comparison: ">", threshold: (LIMITS.mailbox_depth_max * 3) / 4, clear: LIMITS.mailbox_depth_max / 2, severity: 3 },
  { id: "k.starvation", metric: "k.wait_oldest", comparison: ">", threshold: 10_000, clear: 1_000, severity: 3 },
  { id: "q.margin", metric: "q.margin_ppm", comparison: "<", threshold: 100_000, clear: 200_000, severity: 2, breach: "duration", sources: "each" },
  { id: "q.availability", metric: "q.availability", comparison: "<", threshold: 900_000, clear: 950_000, severity: 3 },
  { id: "q.t2", metric: "q.t2_excess", comparison: ">", threshold: 0, severity: 4, sources: "each" },
  { id: "q.measurement", metric: "q.measurement_error", comparison: ">", threshold: 50_000, clear: 20_000, severity: 3, breach: "tolerance", sources: "each" },
  { id: "phi.stability", metric: "phi.headroom", comparison: "<", threshold: 100_000, clear: 200_000, severity: 3, breach: "tolerance", sources: "each" },
  { id: "phi.violation", metric: "phi.violations", comparison: ">", threshold: 0, severity: 3, breach: "tolerance" },
]);
