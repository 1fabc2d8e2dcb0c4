// q_replay: an ended job's run made again from its sealed trace, with live kernels, and compared outcome by outcome.
import type { CallContext } from "../../../kernel-abi/rpc/handlers.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import type { ParamsOf, ResultOf } from "../../../kernel-abi/rpc/methods.ts";
import { isEnd } from "../../kernel/jobs/lifecycle.ts";
import type { Parts } from "./parts.ts";
import type { Watching } from "./watching.ts";

export class ReplayCall {
  readonly #parts: Parts;
  readonly #watching: Watching;

  constructor(parts: Parts, watching: Watching) {
    this.#parts = parts;
    this.#watching = watching;
  }

  /** @throws Refusal NOT_ENDED; JOB_NOT_FOUND when its trace is not kept (any more), or it has none: nothing of it had run; as Lanes.run */
  async replay(params: ParamsOf<"q_replay">, { signal }: CallContext): Promise<ResultOf<"q_replay">> {
    const { lanes, runs, traces } = this.#parts;
    const { order: { id, ...caller }, outcome, state } = this.#watching.seen(params, "q_replay");
    if (!isEnd(state)) throw new Refusal("NOT_ENDED", { job_id: id, state });
    const bundle = outcome === null ? undefined : traces.read(id);
    if (outcome === null || bundle === undefined) throw new Refusal("JOB_NOT_FOUND", { kind: "trace", id, next: outcome === null ? `The job is ${state} without a result: there is nothing to replay.` : "Its trace is not kept any more; submit the job again, and with a state folder traces stay." }, { message: "The job has no trace." });
    const found = await lanes.run(caller, signal, (wanted) => runs.replay(bundle, wanted));
    const why = "why" in found ? found.why : found.digest === outcome.digest ? undefined : `the trace is of another run, ${found.digest}`;
    return {
      job_id: id, matches: why === undefined, digest: outcome.digest, ...(why === undefined ? { events: { ...outcome.events } } : { reason: why }),
      ...(outcome.trace === null ? { bundle: Buffer.from(bundle).toString("base64") } : {}),
    };
  }
}
