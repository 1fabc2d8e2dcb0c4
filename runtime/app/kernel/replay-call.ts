// q_replay: an ended job's run made again from its sealed trace, with live kernels, and compared outcome by outcome.
import { Fault } from "../../../kernel-abi/fault.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import type { ParamsOf, ResultOf } from "../../../kernel-abi/rpc/methods.ts";
import { GRAPH_PROGRAM } from "../qvm/program-file.ts";
import { reproduceTrace, verifyTrace } from "../trace.ts";
import type { Parts } from "./parts.ts";
import type { Watching } from "./watching.ts";

export class ReplayCall {
  readonly #parts: Parts;
  readonly #watching: Watching;

  constructor(parts: Parts, watching: Watching) {
    this.#parts = parts;
    this.#watching = watching;
  }

  /** @throws Refusal JOB_NOT_FOUND when its trace is not kept (any more), or it has none: nothing of it had run */
  async replay(params: ParamsOf<"q_replay">): Promise<ResultOf<"q_replay">> {
    const { order: { id }, outcome } = this.#watching.seen(params, "q_replay");
    const bundle = outcome === null ? undefined : this.#parts.traces.read(id);
    if (outcome === null || bundle === undefined) throw new Refusal("JOB_NOT_FOUND", { kind: "trace", id });
    const found = await this.#again(bundle);
    return {
      job_id: id, matches: found === outcome.digest, digest: outcome.digest, events: { ...outcome.events },
      ...(outcome.trace === null ? { bundle: Buffer.from(bundle).toString("base64") } : {}),
    };
  }

  /** The digest of a trace that is this kernel's, whole, and comes to the same again; "" of any other. */
  async #again(bundle: Uint8Array): Promise<string> {
    try {
      const { keyId } = await verifyTrace(bundle, { signer: this.#parts.signer.keyId });
      const { digest, complete } = await reproduceTrace(bundle, { program: GRAPH_PROGRAM, workers: 0 });
      return complete && keyId === this.#parts.signer.keyId ? digest : "";
    } catch (error) {
      if (error instanceof Fault) return "";
      throw error;
    }
  }
}
