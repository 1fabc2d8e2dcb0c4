// Detection events out of a trace: the outcomes of its jobs that sampled them, in the order of the jobs.
import type { ByteSource } from "../../../kernel-abi/ports.ts";
import { EVENT } from "../../../kernel-abi/frame.ts";
import { unpack } from "../../../kernel-abi/packer.ts";
import { parseQecResult, type DetectionEvents } from "../../../domains/q/qec/outcome.ts";
import { walk } from "../../../replay/bundle.ts";

/** One after the other, as the trace is read; its chain is the caller's to verify. */
export function* eventsIn(source: ByteSource): Generator<DetectionEvents> {
  for (const { frame } of walk(source)) {
    for (const { code, verdict, body } of frame.entries) {
      if (code !== EVENT.JOB_OUTCOME || verdict !== 0) continue;
      const result = parseQecResult(unpack(body));
      if (result?.kind === "events") yield result;
    }
  }
}
