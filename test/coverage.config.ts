// The trusted core: what decides whether a trace is what was sealed and whether a call may be made. Every branch of it is run.
// `npm run coverage`; the tests named here are those that hold it, so that it stays quick.
import { defineConfig } from "vitest/config";

/** Files whose every statement, branch and function must be run. `npm run mutation` changes them and expects the same tests to notice. */
export const TRUSTED = [
  "kernel-abi/capability.ts",
  "kernel-abi/capability-set.ts",
  "runtime/kernel/capability-table.ts",
  "runtime/kernel/contract-table.ts",
  "replay/chain.ts",
  "replay/merkle.ts",
  "replay/seal.ts",
  "replay/units.ts",
  "replay/verify.ts",
  "replay/entry/reader.ts",
] as const;

/** Tests of the trusted core. */
export const HOLDING = [
  "test/unit/kernel-abi/**/*.test.ts",
  "test/property/kernel-abi/**/*.test.ts",
  "test/unit/runtime/kernel/{capability-table,contract-table}.test.ts",
  "test/unit/replay/{chain,codec,merkle,reader,seal-form,units,verify}.test.ts",
] as const;

const WHOLE = { statements: 100, branches: 100, functions: 100, lines: 100 };

export default defineConfig({
  test: {
    include: [...HOLDING],
    pool: "forks",
    setupFiles: ["test/support/setup.ts"],
    testTimeout: 120_000,
    coverage: {
      enabled: true,
      provider: "v8",
      include: [...TRUSTED],
      reporter: [["text", { skipFull: false }]],
      reportsDirectory: "node_modules/.cache/coverage",
      thresholds: { perFile: true, ...WHOLE },
    },
  },
});
