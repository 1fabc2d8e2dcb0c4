// The trusted core: what decides whether a trace is what was sealed, whether it could have happened, and whether a call may be made. Every branch of it is run.
// `npm run coverage`; the tests named here are those that hold it, so that it stays quick.
import { defineConfig } from "vitest/config";

/** Files whose every statement, branch and function must be run. `npm run mutation` changes them and expects the same tests to notice. */
export const TRUSTED = [
  "kernel-abi/capability.ts",
  "kernel-abi/capability-set.ts",
  "kernel-abi/dsse.ts",
  "kernel-abi/dsse-batch.ts",
  "kernel-abi/merkle.ts",
  "kernel-abi/qvm/stretches.ts",
  "runtime/kernel/capability-table.ts",
  "runtime/kernel/contract-table.ts",
  "replay/chain.ts",
  "replay/merkle.ts",
  "replay/seal.ts",
  "replay/seal-batch.ts",
  "replay/units.ts",
  "replay/verify.ts",
  "replay/bundle.ts",
  "replay/entry/reader.ts",
  "replay/consistency/authority.ts",
  "replay/consistency/capabilities.ts",
  "replay/consistency/consistency.ts",
  "replay/consistency/contracts.ts",
  "replay/consistency/deferral-rows.ts",
  "replay/consistency/deferrals.ts",
  "replay/consistency/deliveries.ts",
  "replay/consistency/descent.ts",
  "replay/consistency/due-ticks.ts",
  "replay/consistency/fault-rows.ts",
  "replay/consistency/faults.ts",
  "replay/consistency/fields.ts",
  "replay/consistency/forms.ts",
  "replay/consistency/inbox.ts",
  "replay/consistency/jobs.ts",
  "replay/consistency/outcomes.ts",
  "replay/consistency/places.ts",
  "replay/consistency/processes.ts",
  "replay/consistency/recovery.ts",
  "replay/consistency/rows.ts",
  "replay/consistency/sequence.ts",
  "replay/consistency/suspensions.ts",
  "replay/consistency/timers.ts",
  "replay/consistency/turn-ends.ts",
  "replay/consistency/world.ts",
] as const;

/** Tests of the trusted core. */
export const HOLDING = [
  "test/unit/kernel-abi/*.test.ts",
  "test/unit/kernel-abi/qvm/{attestation,certificate,stretches}.test.ts",
  "test/property/kernel-abi/*.test.ts",
  "test/unit/runtime/kernel/{capability-table,contract-table}.test.ts",
  "test/unit/replay/{bounds,bundle,chain,codec,consistency,contradictions,merkle,reader,rows,seal-batch,seal-form,units,verify}.test.ts",
  "test/unit/runtime/kernel/{authority,contracts,control,deferral,faults,lost,places,sharing}.test.ts",
  "test/unit/runtime/app/copies.test.ts",
  "test/property/replay/revocation.test.ts",
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
