// The policy engine: an operator's rules over what is asked, beyond what capabilities and quotas say. Owns rules and their order.
//   Y1  Rules are asked by priority, highest first, then by id; a rule applies when each of its conditions equals the question's member.
//   Y2  The first `allow` or `deny` that applies decides. `audit` marks and goes on; `rate_limit` denies what comes too often and goes on
//       otherwise. Nothing applies: allowed, because what may be done at all is decided by capabilities.
import { Fault } from "../../../kernel-abi/fault.ts";
import { Rates } from "./rates.ts";
import { readRecord, type Fields } from "./saved.ts";

export type PolicyValue = string | number | boolean;
export type Question = Readonly<Record<string, PolicyValue>>;

export interface PolicyRule {
  readonly id: string;
  readonly priority: number;
  readonly when: Question;
  readonly effect: "allow" | "deny" | "audit" | "rate_limit";
  /** Of `rate_limit`, for each tenant. */
  readonly perMinute?: number;
}

export interface Ruling {
  readonly allowed: boolean;
  /** The rule that decided; null: none did. */
  readonly rule: string | null;
  /** Rules that want it in the audit log. */
  readonly audit: readonly string[];
}

export const RATE_PER_MINUTE = 60;
const EFFECTS = ["allow", "deny", "audit", "rate_limit"] as const;

export const DEFAULT_RULES: readonly PolicyRule[] = Object.freeze([
  Object.freeze({ id: "inactive-tenant", priority: 100, when: Object.freeze({ tenant_active: false }), effect: "deny" }),
  Object.freeze({ id: "audit-grants", priority: 50, when: Object.freeze({ action: "grant" }), effect: "audit" }),
]);

const before = (a: PolicyRule, b: PolicyRule): number => b.priority - a.priority || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

export class Policies {
  #rules: readonly PolicyRule[];
  readonly #rates = new Rates();
  readonly #now: () => number;
  constructor(now: () => number, rules: readonly PolicyRule[] = DEFAULT_RULES) {
    this.#now = now;
    this.#rules = [...rules].sort(before);
  }

  get rules(): readonly PolicyRule[] { return this.#rules; }
  /** In place of one with the same id. */
  set(rule: PolicyRule): void { this.#rules = [...this.#rules.filter(({ id }) => id !== rule.id), Object.freeze({ ...rule })].sort(before); }
  remove(id: string): boolean {
    const before = this.#rules.length;
    this.#rules = this.#rules.filter((rule) => rule.id !== id);
    return this.#rules.length < before;
  }

  /** Y1, Y2. `tenant` is a member of every question and what rates count by. */
  judge(question: Question & { readonly tenant: string }): Ruling {
    const audit: string[] = [];
    for (const rule of this.#rules) {
      if (!applies(rule, question)) continue;
      if (rule.effect === "audit") audit.push(rule.id);
      else if (rule.effect !== "rate_limit") return { allowed: rule.effect === "allow", rule: rule.id, audit };
      else if (this.#rates.take(`${rule.id} ${question.tenant}`, rule.perMinute ?? RATE_PER_MINUTE, this.#now()) > 0) return { allowed: false, rule: rule.id, audit };
    }
    return { allowed: true, rule: null, audit };
  }

  sweep(): void { this.#rates.sweep(this.#now()); }

  saved(): unknown { return { rules: this.#rules }; }
  /** In place of all it has. @throws Fault TENANCY_UNREADABLE */
  restore(data: unknown): void { this.#rules = readRecord(data, "policies").rows("rules").map(readRule).sort(before); }
}

const applies = (rule: PolicyRule, question: Question): boolean =>
  Object.entries(rule.when).every(([name, value]) => Object.hasOwn(question, name) && question[name] === value);

function readRule(row: Fields): PolicyRule {
  const when = row.record("when").value();
  const entries = Object.entries(when as Readonly<Record<string, unknown>>);
  const isValue = (value: unknown): value is PolicyValue => ["string", "number", "boolean"].includes(typeof value);
  const conditions = entries.map(([name, value]): [string, PolicyValue] => [name, isValue(value) ? value : row.refuse("when")]);
  return Object.freeze({
    id: row.text("id"), priority: row.count("priority"), when: Object.freeze(Object.fromEntries(conditions)), effect: row.word("effect", EFFECTS),
    ...(row.has("perMinute") ? { perMinute: row.count("perMinute") } : {}),
  });
}

/** @throws Fault POLICY_DENIED */
export function refuseRuling({ allowed, rule }: Ruling): void {
  if (!allowed) throw new Fault("POLICY_DENIED", { rule });
}
