// Scopes: who may be seen. A view for a tenant or a process is a fold over what concerns it and nothing else (XDV-070 C5,
// XDV-072 C4), so that no sum tells of anybody who is left out.
import type { ProcessFacts } from "./processes.ts";
import type { TelemetryRecord } from "./schema.ts";

export interface ScopeRule {
  /** The only VHM that may be seen. */
  readonly vhm?: number;
  /** Spawn paths that may be seen, or what decides about one. */
  readonly processes?: readonly string[] | ((name: string) => boolean);
}

export interface Scope {
  readonly rule: ScopeRule;
  /** As it stands in the head of a stream. */
  readonly text: string;
  /** Whether tenants are kept apart: then nothing may tell of another, not even how many events there were. */
  readonly separates: boolean;
  admits(process: ProcessFacts): boolean;
  /** Those of finished records that may be seen: each must concern a process within the scope. The run's own sums never do. */
  view<R extends Pick<TelemetryRecord, "processId" | "process" | "vhm">>(records: readonly R[]): readonly R[];
}

const textOf = ({ vhm, processes }: ScopeRule): string => {
  const names = processes === undefined ? [] : typeof processes === "function" ? ["processes by rule"] : [`processes ${processes.join(" ")}`];
  return [...(vhm === undefined ? [] : [`vhm ${vhm}`]), ...names].join(", ");
};

/** What a holder of READ_TELEMETRY is shown: both conditions hold where both are given. */
export function scopedTo(rule: ScopeRule): Scope {
  const { vhm, processes } = rule;
  const named = processes === undefined ? (): boolean => true : typeof processes === "function" ? processes : (name: string): boolean => processes.includes(name);
  const admits = (facts: Pick<ProcessFacts, "name" | "vhm">): boolean => (vhm === undefined || facts.vhm === vhm) && named(facts.name);
  return Object.freeze({
    rule, text: textOf(rule), separates: vhm !== undefined, admits,
    view: <R extends Pick<TelemetryRecord, "processId" | "process" | "vhm">>(records: readonly R[]) =>
      records.filter(({ processId, process, vhm: of }) => processId !== 0 && admits({ name: process, vhm: of })),
  });
}
