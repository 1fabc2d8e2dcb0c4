import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { metricsReference } from "../../../telemetry/reference.ts";
import { SERIES_NAMES } from "../../../telemetry/series.ts";

describe("telemetry/METRICS.md", () => {
  it("says what the code does: if not, run `npx tsx test/support/metrics-reference.mts`", () => {
    expect(readFileSync(new URL("../../../telemetry/METRICS.md", import.meta.url), "utf8")).toBe(metricsReference());
  });

  it("has every series once in its tables", () => {
    for (const name of SERIES_NAMES) expect(metricsReference().match(new RegExp(`^\\| \`${name.replace(".", "\\.")}\` \\| (counter|gauge) `, "gm"))).toHaveLength(1);
  });
});
