// q_delegate … q_revoke_credential: what tenants lend, agree to and hand on, as the wire says it; the rules are kernel/tenancy's. Owns that
// whoever lost something has lost it, and that it is on disk, before anybody is answered.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Handlers } from "../../../kernel-abi/rpc/handlers.ts";
import type { MethodName, ResultOf } from "../../../kernel-abi/rpc/methods.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import type { BrokeredChannel } from "../../kernel/tenancy/broker.ts";
import type { Delegation } from "../../kernel/tenancy/delegations.ts";
import { parseToken, TOKEN_TTL_MS, writeToken, type SignedToken } from "../../kernel/tenancy/tokens.ts";
import type { Parts } from "./parts.ts";
import type { Fallen } from "./standing.ts";

type Loans = Pick<Handlers, "q_delegate" | "q_revoke_delegation" | "q_list_delegations">;
type Channels = Pick<Handlers, "q_offer_channel" | "q_accept_channel" | "q_revoke_channel" | "q_list_channels">;
type Credentials = Pick<Handlers, "q_attenuate" | "q_revoke_credential">;

/** Looks who has lost what (standing.ts). */
export type Stand = () => Fallen;

const MILLISECONDS = 1_000;
const secondsOf = (ms: number | null): number | null => (ms === null ? null : ms / MILLISECONDS);

export const tenancyCalls = (parts: Parts, stand: Stand): Loans & Channels & Credentials => ({ ...loanCalls(parts, stand), ...channelCalls(parts, stand), ...credentialCalls(parts, stand) });

/** Who calls, while the kernel takes something new. */
function callerOf({ authority, stopping }: Parts, session: string, method: MethodName): string {
  const { tenant } = authority.call(session, method);
  if (stopping()) throw new Refusal("STOPPING");
  return tenant;
}

function loanCalls(parts: Parts, stand: Stand): Loans {
  const { authority, memory } = parts;
  const { delegations } = authority;
  const told = ({ id, from, to, caps, expires, depth }: Delegation): ResultOf<"q_delegate"> =>
    ({ delegation_id: id, from, to, caps: [...caps], gives: [...delegations.gives(id)], expires_at: secondsOf(expires), depth });
  return {
    async q_delegate({ to, caps, ttl_ms, source, session_id }) {
      const from = callerOf(parts, session_id, "q_delegate");
      if (caps.length === 0) throw new Refusal("INVALID_PARAMS", { at: "/params/caps", what: "names no capability: a loan is of one at least" });
      const loan = authority.decided({ kind: "delegation", tenant: from, session: session_id, subject: source ?? null }, () => {
        authority.needDelegate(session_id, "lend");
        authority.need(session_id, caps.filter((cap) => cap !== "CAP_DELEGATE"));
        return delegations.delegate({ from, to, caps, ...(ttl_ms === undefined ? {} : { ttlMs: ttl_ms }), ...(source === undefined ? {} : { source }) });
      }, ({ id }) => ({ change: "lent", delegation: id, to, caps: caps.join(",") }));
      await memory.settled();
      return told(loan);
    },
    async q_revoke_delegation({ delegation_id, session_id }) {
      const by = callerOf(parts, session_id, "q_revoke_delegation");
      const revoked = authority.decided({ kind: "delegation", tenant: by, session: session_id, subject: delegation_id }, () => {
        authority.needDelegate(session_id, "revoke");
        return delegations.revoke(delegation_id, by);
      }, (ids) => ({ change: "revoked", loans: ids.length }));
      const { jobs } = stand();
      await memory.settled();
      return { revoked: [...revoked], jobs_cancelled: jobs };
    },
    q_list_delegations({ session_id }) {
      const { tenant } = authority.call(session_id, "q_list_delegations");
      return { given: delegations.given(tenant).map(told), received: delegations.received(tenant).map(told) };
    },
  };
}

const channelOf = ({ id, tenants: [from, to], state, uses, most, expires }: BrokeredChannel): ResultOf<"q_offer_channel"> =>
  ({ channel: id, from, to, state, uses, max_uses: most, expires_at: secondsOf(expires) });

function channelCalls(parts: Parts, stand: Stand): Channels {
  const { authority, memory } = parts;
  const { broker } = authority;
  const changed = async (method: "q_offer_channel" | "q_accept_channel" | "q_revoke_channel", session: string, subject: string | null, act: (tenant: string) => BrokeredChannel): Promise<BrokeredChannel> => {
    const tenant = callerOf(parts, session, method);
    const channel = authority.decided({ kind: "channel", tenant, session, subject }, () => {
      authority.need(session, ["CAP_LINK"]);
      return act(tenant);
    }, ({ id, state }) => ({ change: state, channel: id }));
    await memory.settled();
    return channel;
  };
  /** Of others' channels not even whether there are any. */
  const own = (id: string, tenant: string): string => {
    if (broker.find(id)?.tenants.includes(tenant) !== true) throw new Fault("CHANNEL_REFUSED", { reason: "unknown", channel: id });
    return id;
  };
  return {
    q_offer_channel: async ({ to, max_uses, ttl_ms, session_id }) =>
      channelOf(await changed("q_offer_channel", session_id, null, (tenant) => broker.propose(tenant, to, { ...(max_uses === undefined ? {} : { most: max_uses }), ...(ttl_ms === undefined ? {} : { ttlMs: ttl_ms }) }))),
    q_accept_channel: async ({ channel, session_id }) => channelOf(await changed("q_accept_channel", session_id, channel, (tenant) => broker.consent(own(channel, tenant), tenant))),
    async q_revoke_channel({ channel, session_id }) {
      let fallen: Fallen = { sessions: 0, jobs: 0, channels: 0 };
      await changed("q_revoke_channel", session_id, channel, (tenant) => {
        const revoked = broker.revoke(own(channel, tenant), tenant);
        fallen = stand();
        return revoked;
      });
      return { channel, closed: fallen.channels, jobs_cancelled: fallen.jobs };
    },
    q_list_channels: ({ session_id }) => ({ channels: broker.of(authority.call(session_id, "q_list_channels").tenant).map(channelOf) }),
  };
}

function credentialCalls({ authority, memory, stopping, now }: Parts, stand: Stand): Credentials {
  const { tokens, tenants, quotas } = authority;
  /** The credential, if it is one here and now, of a tenant that is served. */
  const shown = (credential: string): SignedToken => {
    if (stopping()) throw new Refusal("STOPPING");
    const token = parseToken(credential);
    tokens.check(token, { tenant: token.tenant, session: token.session });
    tenants.active(token.tenant);
    quotas.rate(token.tenant, "calls", now());
    return token;
  };
  return {
    async q_attenuate({ credential, caps, ttl_ms = TOKEN_TTL_MS, max_uses }) {
      const parent = authority.decided({ kind: "token", tenant: "", session: null, subject: null }, () => shown(credential), ({ id }) => ({ change: "shown", token: id }));
      const made = authority.decided({ kind: "token", tenant: parent.tenant, session: null, subject: parent.id }, () =>
        tokens.attenuate(parent, { caps, ttlMs: ttl_ms, ...(max_uses === undefined ? {} : { maxUses: max_uses }) }), ({ id }) => ({ change: "attenuated", token: id, caps: caps.join(",") }));
      await memory.settled();
      return { credential: writeToken(made), token_id: made.id, expires_at: secondsOf(made.expires) };
    },
    async q_revoke_credential({ credential, token_id }) {
      const { id, tenant } = authority.decided({ kind: "token", tenant: "", session: null, subject: null }, () => shown(credential), (token) => ({ change: "shown", token: token.id }));
      const revoked = token_id ?? id;
      authority.decided({ kind: "token", tenant, session: null, subject: revoked }, () => {
        if (!tokens.under(revoked, id)) throw new Fault("TOKEN_REFUSED", { reason: "unknown" });
        return tokens.revoke(revoked);
      }, () => ({ change: "revoked" }));
      const { sessions } = stand();
      await memory.settled();
      return { token_id: revoked, sessions_closed: sessions };
    },
  };
}
