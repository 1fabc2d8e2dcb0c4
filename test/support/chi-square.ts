// Pearson's chi-square, for samples of a fixed number of shots.

/** (χ² - degrees) / √(2 degrees) of counts against expected counts, for bins that expect anything; Infinity where what cannot happen did. */
export function chiSquareScore(counts: readonly number[], expected: readonly number[]): number {
  let sum = 0, bins = 0;
  for (let bin = 0; bin < expected.length; bin++) {
    const [count = 0, wanted = 0] = [counts[bin], expected[bin]];
    if (wanted <= 0) {
      if (count > 0) return Infinity;
      continue;
    }
    sum += (count - wanted) ** 2 / wanted;
    bins += 1;
  }
  return bins < 2 ? 0 : (sum - (bins - 1)) / Math.sqrt(2 * (bins - 1));
}

/** The same for two samples of as many shots each: whether both may come from one distribution. */
export function twoSampleScore(a: readonly number[], b: readonly number[]): number {
  let sum = 0, bins = 0;
  for (let bin = 0; bin < Math.max(a.length, b.length); bin++) {
    const [left = 0, right = 0] = [a[bin], b[bin]];
    if (left + right === 0) continue;
    sum += (left - right) ** 2 / (left + right);
    bins += 1;
  }
  return bins < 2 ? 0 : (sum - (bins - 1)) / Math.sqrt(2 * (bins - 1));
}
