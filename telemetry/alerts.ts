// Alerts: rules held against readings tick by tick. A crossing is told, never acted upon: it changes no state (072).
//   A1  What is known at the end of a tick decides. A rule that has held for `forTicks` is raised at the tick that completes
//       them, though nothing may have happened then.
//   A2  Hysteresis: what was raised stays so until the value is on the far side of `clear`, or its source is gone.
import type { Reading } from "./readings.ts";
import { announcedBy, type AlertRule } from "./rules.ts";
import type { Alert } from "./schema.ts";
import { SERIES, type Series, type SeriesName } from "./series.ts";

/** An alert that has no place in a stream yet. */
export interface AlertDraft extends Pick<Alert, "ruleId" | "state" | "metricId" | "domain" | "sourceId" | "processId" | "resourceContractId" | "category" | "severity" | "value" | "threshold" | "since" | "code"> {
  readonly at: number;
}

export interface Alerts {
  /** Holds every rule against what is known at the end of tick `at`; answers what was raised or cleared since. */
  evaluate(at: number): readonly AlertDraft[];
  /** Highest severity among what is raised on this metric's source; 0 when nothing is. */
  severityOf(metric: SeriesName, sourceId: string): number;
}

interface Held { readonly reading: Reading; readonly since: number; raised: boolean }

const holds = ({ comparison, threshold }: AlertRule, value: number): boolean => {
  switch (comparison) {
    case ">": return value > threshold;
    case ">=": return value >= threshold;
    case "<": return value < threshold;
    case "<=": return value <= threshold;
  }
};
/** Whether a raised alert stays: until the value has come back to `clear`, or past it where the threshold itself still holds. */
const stays = (rule: AlertRule, value: number): boolean =>
  holds(rule, value) || (rule.clear !== rule.threshold && (rule.comparison.startsWith(">") ? value > rule.clear : value < rule.clear));

/** Series that time alone can change. */
const BY_TIME: ReadonlySet<SeriesName> = new Set(["k.wait_oldest", "k.ipc_throughput", "q.measurement_rate", "phi.transform_rate", "phi.window_remaining"] as const);

interface Watched {
  readonly rule: AlertRule;
  readonly known: Map<string, Held>;
  /** As of the last look; -1 before the first. */
  revision: number;
}

/** `revision` says whether a look is needed: it rises whenever a series of that domain may have changed. */
export function createAlerts(
  rules: readonly AlertRule[],
  read: (metric: SeriesName, at: number) => readonly Reading[],
  revision: (domain: Series["domain"]) => number,
): Alerts {
  const held = rules.map((rule): Watched => ({ rule, known: new Map<string, Held>(), revision: -1 }));

  /** Nothing can have changed, and nothing waits for time to pass. */
  function settled({ rule, known, revision: seen }: Watched): boolean {
    if (seen !== revision(SERIES[rule.metric].domain) || BY_TIME.has(rule.metric)) return false;
    for (const { raised } of known.values()) if (!raised) return false;
    return true;
  }

  const draft = (rule: AlertRule, { sourceId, processId, resourceContractId }: Reading, state: Alert["state"], value: number | null, since: number, at: number): AlertDraft => {
    const { domain, category } = SERIES[rule.metric];
    return { ruleId: rule.id, state, metricId: rule.metric, domain, sourceId, processId, resourceContractId, category, severity: rule.severity, value, threshold: rule.threshold, since, code: announcedBy(rule), at };
  };

  /** Takes out what no longer holds. */
  function settle(rule: AlertRule, known: Map<string, Held>, values: ReadonlyMap<string, Reading>, at: number, out: AlertDraft[]): void {
    for (const [source, { reading, since, raised }] of known) {
      const now = values.get(source);
      if (now !== undefined && (raised ? stays(rule, now.value) : holds(rule, now.value))) continue;
      known.delete(source);
      if (raised) out.push(draft(rule, now ?? reading, "cleared", now?.value ?? null, since, at));
    }
  }

  function raise(rule: AlertRule, known: Map<string, Held>, reading: Reading, at: number, out: AlertDraft[]): void {
    if (!known.has(reading.sourceId) && !holds(rule, reading.value)) return;
    const one = known.get(reading.sourceId) ?? { reading, since: at, raised: false };
    known.set(reading.sourceId, one);
    if (one.raised || at - one.since < rule.forTicks) return;
    one.raised = true;
    out.push(draft(rule, reading, "raised", reading.value, one.since, one.since + rule.forTicks));
  }

  function evaluateRule(rule: AlertRule, known: Map<string, Held>, at: number, out: AlertDraft[]): void {
    const readings = read(rule.metric, at).filter(({ sourceId }) => (sourceId === "run") === (rule.sources === "run"));
    if (known.size > 0) settle(rule, known, new Map(readings.map((reading) => [reading.sourceId, reading])), at, out);
    for (const reading of readings) raise(rule, known, reading, at, out);
  }

  return {
    evaluate(at) {
      const out: AlertDraft[] = [];
      for (const watched of held) {
        if (settled(watched)) continue;
        watched.revision = revision(SERIES[watched.rule.metric].domain);
        evaluateRule(watched.rule, watched.known, at, out);
      }
      return out.sort((a, b) => a.at - b.at);
    },
    severityOf: (metric, sourceId) => held.reduce((highest, { rule, known }) =>
      (rule.metric === metric && known.get(sourceId)?.raised === true ? Math.max(highest, rule.severity) : highest), 0),
  };
}
