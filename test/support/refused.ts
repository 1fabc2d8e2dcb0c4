// Runs a body with the domains' own admission, so that what it is refused is told as in a real run; no job of it is computed.
import type { Frame } from "../../kernel-abi/frame.ts";
import { DEFAULT_BOUNDS, LIMITS } from "../../kernel-abi/limits.ts";
import type { RunEnd } from "../../kernel-abi/ports.ts";
import { refusedInFull } from "../../kernel-abi/version.ts";
import { seededRandom } from "../../domains/k/random.ts";
import { sha256 } from "../../runtime/adapters/sha256.ts";
import { defineProcess, defineProcessBefore, type Apis } from "../../runtime/app/define.ts";
import { createAdmissions } from "../../runtime/app/header.ts";
import { drive } from "../../runtime/context/driver.ts";
import { allVerbs, toyOutcomes } from "./run.ts";

export async function drivenBy(run: (apis: Apis<"Q" | "PHI">) => Generator<unknown, unknown, unknown>, flags?: readonly string[]): Promise<{ readonly end: RunEnd; readonly frames: readonly Frame[] }> {
  const frames: Frame[] = [];
  const define = refusedInFull(flags && new Set(flags)) ? defineProcess : defineProcessBefore;
  const end = await drive({
    config: {
      seed: "refused", bounds: DEFAULT_BOUNDS, policy: "cooperative", allow: allVerbs, admissions: createAdmissions(), root: define({ name: "root", domains: ["Q", "PHI"], run } as never),
      input: null, files: {}, mailboxBound: LIMITS.mailbox_depth_max, flags, node: 0, vhm: 0,
    },
    ports: {
      sha256, random: seededRandom, guard: { enter: () => undefined, leave: () => undefined }, observer: {},
      journal: { append: (frame) => { frames.push(frame); }, barrier: () => undefined },
    },
    outcomes: toyOutcomes(),
  });
  if (end.status === "paused") throw new Error("paused without until");
  return { end, frames };
}
