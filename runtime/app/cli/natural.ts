// The order people expect of names with numbers in them: e2 before e10. For tables alone: what programs read is sorted by name.
const PARTS = /\d+|\D+/g;

/** Negative when `a` goes first. Total: names that differ in leading zeros alone go by their text. */
export function compareNatural(a: string, b: string): number {
  const [one, other] = [a.match(PARTS) ?? [], b.match(PARTS) ?? []];
  for (let at = 0; at < Math.min(one.length, other.length); at++) {
    const [x = "", y = ""] = [one[at], other[at]];
    if (x === y) continue;
    const numbers = /^\d/.test(x) && /^\d/.test(y) ? Number(x) - Number(y) : 0;
    if (numbers !== 0) return numbers;
    if (!(/^\d/.test(x) && /^\d/.test(y))) return x < y ? -1 : 1;
  }
  return one.length - other.length || (a < b ? -1 : a > b ? 1 : 0);
}
