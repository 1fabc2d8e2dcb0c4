import { defineConfig } from "vitest/config";
import RunReporter from "./support/run-report.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    setupFiles: ["test/support/setup.ts"],
    testTimeout: process.env["TRIAD_LONG"] === undefined ? 120_000 : 3_600_000,
    hookTimeout: 120_000,
    reporters: ["default", new RunReporter()],
  },
});
