// q_alloc, q_release, q_open_chan, q_close_chan, q_chan_status: what a session holds by hand, as the wire says it (by-hand.ts has the rules).
import type { Handlers } from "../../../kernel-abi/rpc/handlers.ts";
import type { MethodName } from "../../../kernel-abi/rpc/methods.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import type { Owner } from "./by-hand.ts";
import type { Parts } from "./parts.ts";

export type HandMethods = "q_alloc" | "q_release" | "q_open_chan" | "q_close_chan" | "q_chan_status";

export function handCalls({ authority, hand, jobs, places, stopping }: Parts): Pick<Handlers, HandMethods> {
  /** Who calls, when it may. */
  const caller = (session: string, method: MethodName, caps: readonly string[] = []): Owner => {
    const { tenant } = authority.call(session, method);
    authority.need(session, caps);
    return { session, tenant, namespace: authority.tenants.active(tenant).namespace };
  };
  return {
    q_alloc({ n, profile, session_id }) {
      if (stopping()) throw new Refusal("STOPPING");
      const owner = caller(session_id, "q_alloc", ["CAP_ALLOC"]);
      if (jobs.running === 0) places.turnover(); // with nobody at work no fence lets an epoch pass, and what was given back would never be reset
      const { vqs, handles, profile: found } = hand.alloc(owner, n, profile);
      return { vqs: [...vqs], handles: [...handles], profile: found.text, physical_qubits: n * found.physicalQubits };
    },
    q_release({ vqs, session_id }) { return { released: [...hand.release(caller(session_id, "q_release", ["CAP_ALLOC"]), vqs)] }; },
    q_open_chan({ vq_a, vq_b, options = {}, session_id }) {
      if (stopping()) throw new Refusal("STOPPING");
      const { fidelity } = options;
      const brokered = "channel" in options && typeof options["channel"] === "string" ? options["channel"] : undefined;
      const { id, fidelity: actual, rounds } = hand.open(caller(session_id, "q_open_chan", ["CAP_LINK"]), [vq_a, vq_b], { ...(fidelity === undefined ? {} : { fidelity }), ...(brokered === undefined ? {} : { brokered }) });
      return { channel_id: id, actual_fidelity: actual, purification_rounds: rounds };
    },
    q_close_chan({ channel_id, session_id }) {
      hand.close(caller(session_id, "q_close_chan", ["CAP_LINK"]), channel_id);
      return { channel_id, closed: true };
    },
    q_chan_status({ channel_id, session_id }) {
      const { id, a, b, state, fidelity, wanted, rounds, made, uses } = hand.status(caller(session_id, "q_chan_status"), channel_id);
      return { channel_id: id, vq_a: a, vq_b: b, state: state === "OPEN" ? "open" : "pending", fidelity, requested_fidelity: wanted, purification_rounds: rounds, pairs_consumed: made, uses };
    },
  };
}
