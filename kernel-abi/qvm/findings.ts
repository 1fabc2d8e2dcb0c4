// What a reader or a verifier has to say, collected. Owns the bound on how much is said.
//   F1  At most LISTED_MAX errors and as many warnings are listed, in the order they were found; one more finding says how many were not.
//   F2  Whether there was an error is never forgotten, listed or not.
//   F3  Words of the graph are quoted and clipped: a message has a bounded length.
import type { Finding, Rule } from "./graph.ts";

export const LISTED_MAX = 500;
const QUOTED_MAX = 64;

/** A word of the graph inside a message: clipped and in quotes, control characters escaped. */
export function quoted(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > QUOTED_MAX ? `${value.slice(0, QUOTED_MAX)}…` : value);
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "an array" : typeof value === "object" ? "an object" : `a value of type ${typeof value}`;
}

/** Sentences for a rule, with the node they are about. */
export interface Words { readonly message: string; readonly fix: string }

export class Findings {
  readonly #listed: Finding[] = [];
  #errors = 0;
  #warnings = 0;

  get errors(): number { return this.#errors; }
  get warnings(): number { return this.#warnings; }

  error(rule: Rule, node: string | null, message: string, fix: string): void {
    if (this.#errors++ < LISTED_MAX) this.#listed.push({ rule, severity: "error", node: clip(node), message, fix });
  }

  warning(rule: Rule, node: string | null, message: string, fix: string): void {
    if (this.#warnings++ < LISTED_MAX) this.#listed.push({ rule, severity: "warning", node: clip(node), message, fix });
  }

  /** All that is listed. `strict`: warnings are errors. */
  list(strict = false): readonly Finding[] {
    const unlisted = Math.max(0, this.#errors - LISTED_MAX) + Math.max(0, this.#warnings - LISTED_MAX);
    const listed: Finding[] = this.#listed.map((finding) => (strict ? { ...finding, severity: "error" } : finding));
    if (unlisted > 0) {
      listed.push({ rule: "size", severity: strict || this.#errors > LISTED_MAX ? "error" : "warning", node: null, message: `${unlisted} more findings are not listed.`, fix: "Mend what is listed and verify again." });
    }
    return listed;
  }
}

const clip = (node: string | null): string | null => (node !== null && node.length > 256 ? `${node.slice(0, 256)}…` : node);
