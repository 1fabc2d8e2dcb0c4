// The real machine over toy domains behind the RunMachine port: for recording, replaying and reproducing what programs do.
import { DEFAULT_BOUNDS, LIMITS } from "../../kernel-abi/limits.ts";
import type { Bounds } from "../../kernel-abi/header.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import type { Recording, RunMachine } from "../../kernel-abi/ports.ts";
import { seededRandom } from "../../domains/k/random.ts";
import { sha256 } from "../../runtime/adapters/sha256.ts";
import { drive } from "../../runtime/context/driver.ts";
import { recording } from "./recordings.ts";
import { allVerbs, toyAdmission } from "./run.ts";

export const toyRecording = (seed: string, bounds: Partial<Bounds> = {}): Recording => recording({
  seed, bounds: { ...DEFAULT_BOUNDS, ...bounds }, allow: [...allVerbs], providers: [...toyAdmission("Q").providers, ...toyAdmission("PHI").providers],
});

/** A new root for each run: activations keep state. */
export const toyMachine = (root: () => Behaviour): RunMachine => ({
  run: ({ recording: { header, inputs }, journal, outcomes, until }) => drive({
    config: {
      seed: header.seed, bounds: header.bounds, policy: "cooperative", allow: allVerbs, admissions: { Q: toyAdmission("Q"), PHI: toyAdmission("PHI") },
      root: root(), input: inputs.input, files: inputs.files, mailboxBound: LIMITS.mailbox_depth_max, node: header.node, vhm: header.vhm,
    },
    ports: { sha256, random: seededRandom, guard: { enter: () => undefined, leave: () => undefined }, observer: {}, journal },
    outcomes, until,
  }),
});
