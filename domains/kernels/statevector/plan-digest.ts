// What a fused plan is known by. Its order of operations decides the last digits, so whoever records an outcome of it records this too.
//   F7  SHA-256 over, for each stage of gates in order, the length of its program (32 bits), its gain (a double) and its bytes; 0 and 1 stand for
//       gates that go one by one. All numbers little-endian.
import { sha256 } from "../sha256/portable.ts";
import type { StagedPlan } from "./stages.ts";

const HEAD = 12;

/** Of plans that are kept (F6). */
const DIGESTS = new WeakMap<StagedPlan, Uint8Array>();

/** 32 bytes, the caller's own. */
export function planDigest(staged: StagedPlan): Uint8Array {
  const digest = DIGESTS.get(staged) ?? digested(staged);
  DIGESTS.set(staged, digest);
  return digest.slice();
}

function digested(staged: StagedPlan): Uint8Array {
  const parts = staged.stages.flatMap((stage, at) => (stage.kind === "gates" ? [staged.program(at)] : []));
  const whole = new Uint8Array(parts.reduce((sum, program) => sum + HEAD + (program?.bytes.length ?? 0), 0));
  const view = new DataView(whole.buffer);
  let to = 0;
  for (const program of parts) {
    view.setUint32(to, program?.bytes.length ?? 0, true);
    view.setFloat64(to + 4, program?.gain ?? 1, true);
    if (program !== undefined) whole.set(program.bytes, to + HEAD);
    to += HEAD + (program?.bytes.length ?? 0);
  }
  return sha256(whole);
}
