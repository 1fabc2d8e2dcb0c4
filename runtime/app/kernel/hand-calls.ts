// q_alloc, q_release, q_open_chan, q_close_chan, q_chan_status: what a session holds by hand, as the wire has it. The tables are by-hand.ts'.
import type { Handlers } from "../../../kernel-abi/rpc/handlers.ts";
import type { MethodName } from "../../../kernel-abi/rpc/methods.ts";
import type { Channel } from "../../kernel/logical/links.ts";
import type { Owner } from "./by-hand.ts";
import type { Parts } from "./parts.ts";

export type HandMethods = "q_alloc" | "q_release" | "q_open_chan" | "q_close_chan" | "q_chan_status";

const wire = ({ id, a, b, fidelity, wanted, rounds, pairs, uses, state }: Channel, degraded: boolean) => ({
  channel_id: id, vq_a: a, vq_b: b, state: degraded ? "degraded" : state === "OPEN" ? "open" : "pending", fidelity, requested_fidelity: wanted, purification_rounds: rounds, pairs_consumed: pairs, uses,
});

export function handCalls({ authority, hands, links }: Parts): Pick<Handlers, HandMethods> {
  /** The calling session, when it holds what the call needs. */
  const owner = (session: string, method: MethodName, caps: readonly string[]): Owner => {
    const { tenant } = authority.call(session, method);
    authority.need(session, caps);
    return { session, tenant, namespace: authority.tenants.active(tenant).namespace };
  };
  const isDegraded = ({ link }: Channel): boolean => links.links.some(({ name, degraded }) => name === link && degraded);
  return {
    q_alloc({ session_id, n, profile }) {
      const { vqs, handles, profile: used } = hands.alloc(owner(session_id, "q_alloc", ["CAP_ALLOC"]), n, profile);
      return { vqs: [...vqs], handles: [...handles], profile: used.text, physical_qubits: used.physicalQubits * n };
    },
    q_release: ({ session_id, vqs }) => ({ released: [...hands.release(owner(session_id, "q_release", ["CAP_ALLOC"]), vqs)] }),
    q_open_chan({ session_id, vq_a, vq_b, options = {} }) {
      const channel = hands.open(owner(session_id, "q_open_chan", ["CAP_LINK"]), [vq_a, vq_b], options.fidelity === undefined ? {} : { fidelity: options.fidelity });
      return { channel_id: channel.id, actual_fidelity: channel.fidelity, purification_rounds: channel.rounds };
    },
    q_close_chan({ session_id, channel_id }) {
      hands.close(owner(session_id, "q_close_chan", ["CAP_LINK"]), channel_id);
      return { channel_id, closed: true };
    },
    q_chan_status({ session_id, channel_id }) {
      const channel = hands.status(owner(session_id, "q_chan_status", []), channel_id);
      return wire(channel, isDegraded(channel));
    },
  };
}
