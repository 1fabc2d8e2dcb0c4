// Methods between tenants: capabilities lent, channels agreed to, credentials made weaker. One record each, as in methods.ts.
//   R13 A capability goes from one tenant to another by q_delegate alone, entanglement over a channel both agreed to, entry by a credential:
//       ids of loans and channels are names and grant nothing to whoever learns them.
import { Type } from "../schema.ts";
import { method, OF_SESSION, SESSION_EXAMPLE } from "./method.ts";
import { Count, Id, maybe, open, Real, SessionId, Words } from "./shapes.ts";

const LOAN = "dlg_0123456789abcdef";
const CHANNEL = "bch_0123456789abcdef";
const TOKEN = "cap_0123456789abcdef";
const EXPIRES = 1_700_003_600;
const CREDENTIAL = `{"caps":["CAP_MEASURE"],"id":"${TOKEN}"}`;

const LoanId = Id("dlg_ and 16 hexadecimal digits");
const ChannelId = Id("bch_ and 16 hexadecimal digits");
const Tenant = Id("a tenant's name");
const Ttl = maybe(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: "milliseconds it lasts at most" }));
const Expires = Type.Union([Real("seconds since 1970"), Type.Null({ description: "no end of its own" })]);
const Credential = Type.String({ minLength: 1, maxLength: 4_096, description: "a credential of the tenant" });

const Loan = open({
  delegation_id: LoanId, from: Tenant, to: Tenant, caps: Words("lent"), gives: Words("of these, what it gives now: less when somebody above lost or revoked it"),
  expires_at: Expires, depth: Count("1: out of what the lender holds of its own; one more for every loan it was lent on from"),
}, "a loan of capabilities");
const LOANED = { delegation_id: LOAN, from: "red", to: "green", caps: ["CAP_MEASURE"], gives: ["CAP_MEASURE"], expires_at: EXPIRES, depth: 1 };

const Brokered = open({
  channel: ChannelId, from: Tenant, to: Tenant, state: Type.Union([Type.Literal("proposed"), Type.Literal("active"), Type.Literal("revoked")], { description: "proposed, active or revoked" }),
  uses: Count("uses so far"), max_uses: Count("uses in all"), expires_at: Expires,
}, "a channel between two tenants");
const OFFERED = { channel: CHANNEL, from: "red", to: "green", state: "proposed", uses: 0, max_uses: 1_000, expires_at: null };

export const TENANCY_METHODS = Object.freeze({
  q_delegate: method({
    summary: "Lends capabilities to another tenant.",
    help: "A subset of what the session holds, in a tenant that holds CAP_DELEGATE. With `source`, a loan is lent on: no more than it gives, no longer than it lasts, three deep at most. What is lent counts at once for new sessions of the receiver; when the loan ends, every session loses it at once and jobs that need it are cancelled at their next fence.",
    params: { to: Tenant, caps: Words("capabilities: CAP_ALLOC and the like"), ttl_ms: Ttl, source: maybe(LoanId), session_id: SessionId },
    result: Loan, errors: [...OF_SESSION, "INSUFFICIENT_CAPS", "ACCESS_DENIED", "QUOTA_EXCEEDED"],
    example: { params: { to: "green", caps: ["CAP_MEASURE"], ttl_ms: 3_600_000, session_id: SESSION_EXAMPLE }, result: LOANED },
  }),
  q_revoke_delegation: method({
    summary: "Ends a loan and everything that was lent on from it.",
    help: "By the tenant that lent it, or one further up. Sessions lose the capabilities before this is answered; jobs that need them are cancelled at their next fence.",
    params: { delegation_id: LoanId, session_id: SessionId },
    result: open({ revoked: Words("the loan, and those lent on from it"), jobs_cancelled: Count("jobs that were asked to end") }, "what ended"),
    errors: [...OF_SESSION, "INSUFFICIENT_CAPS", "ACCESS_DENIED"],
    example: { params: { delegation_id: LOAN, session_id: SESSION_EXAMPLE }, result: { revoked: [LOAN], jobs_cancelled: 0 } },
  }),
  q_list_delegations: method({
    summary: "What the tenant has lent, and what was lent to it.", help: "Loans of others, above and below, are not shown.",
    params: { session_id: SessionId },
    result: open({ given: Type.Array(Loan), received: Type.Array(Loan) }, "loans"),
    errors: OF_SESSION, idempotent: true,
    example: { params: { session_id: SESSION_EXAMPLE }, result: { given: [LOANED], received: [] } },
  }),
  q_offer_channel: method({
    summary: "Offers another tenant a channel for entanglement between the two.",
    help: "Needs CAP_LINK. Nothing goes over it before the other tenant agrees; an operator may limit which pairs of tenants may have one at all. Once it is active, name it as `options.channel` of q_open_chan; a graph opens it under this id (OPEN_CHAN, `chs`) and names it as `args.channel` of nodes that act on qubits of both.",
    params: { to: Tenant, max_uses: maybe(Type.Integer({ minimum: 1, maximum: 1_000, description: "entanglements over it; 1,000 when not given" })), ttl_ms: Ttl, session_id: SessionId },
    result: Brokered, errors: [...OF_SESSION, "INSUFFICIENT_CAPS", "CHANNEL_REFUSED", "QUOTA_EXCEEDED"],
    example: { params: { to: "green", session_id: SESSION_EXAMPLE }, result: OFFERED },
  }),
  q_accept_channel: method({
    summary: "Agrees to a channel that was offered.", help: "Needs CAP_LINK; only the tenant it was offered to can.",
    params: { channel: ChannelId, session_id: SessionId },
    result: Brokered, errors: [...OF_SESSION, "INSUFFICIENT_CAPS", "CHANNEL_REFUSED"],
    example: { params: { channel: CHANNEL, session_id: SESSION_EXAMPLE }, result: { ...OFFERED, state: "active" } },
  }),
  q_revoke_channel: method({
    summary: "Ends a channel between two tenants, for good.",
    help: "Needs CAP_LINK; either tenant can, before or after it was agreed to. Channels opened over it by hand are closed, and jobs that use it are cancelled at their next fence.",
    params: { channel: ChannelId, session_id: SessionId },
    result: open({ channel: ChannelId, closed: Count("channels that were open over it"), jobs_cancelled: Count("jobs that were asked to end") }, "what ended"),
    errors: [...OF_SESSION, "INSUFFICIENT_CAPS", "CHANNEL_REFUSED"],
    example: { params: { channel: CHANNEL, session_id: SESSION_EXAMPLE }, result: { channel: CHANNEL, closed: 0, jobs_cancelled: 0 } },
  }),
  q_list_channels: method({
    summary: "Channels the tenant offered, or was offered.", help: "Those of others are not shown.",
    params: { session_id: SessionId },
    result: open({ channels: Type.Array(Brokered) }, "channels"),
    errors: OF_SESSION, idempotent: true,
    example: { params: { session_id: SESSION_EXAMPLE }, result: { channels: [OFFERED] } },
  }),
  q_attenuate: method({
    summary: "Makes a weaker credential out of one that is shown.",
    help: "Fewer capabilities, no longer, no more sessions; three deep at most. It lasts an hour when `ttl_ms` says nothing. It ends with the one it was made from.",
    params: { credential: Credential, caps: Words("capabilities it is to permit; CAP_DELEGATE to lend"), ttl_ms: Ttl, max_uses: maybe(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: "sessions it opens, in all" })) },
    result: open({ credential: Credential, token_id: Id("its id"), expires_at: Expires }, "the credential"),
    errors: ["AUTH_FAILED", "TENANT_SUSPENDED", "INSUFFICIENT_CAPS", "QUOTA_EXCEEDED"],
    example: { params: { credential: CREDENTIAL, caps: ["CAP_MEASURE"] }, result: { credential: CREDENTIAL, token_id: TOKEN, expires_at: EXPIRES } },
  }),
  q_revoke_credential: method({
    summary: "Revokes a credential, all made from it, and the sessions they opened.",
    help: "The one that is shown, or with `token_id` one that was made from it. Jobs of the sessions are cancelled at their next fence.",
    params: { credential: Credential, token_id: maybe(Id("id of one made from it")) },
    result: open({ token_id: Id("what was revoked"), sessions_closed: Count("sessions that it, or one made from it, had opened") }, "what ended"),
    errors: ["AUTH_FAILED", "TENANT_SUSPENDED", "QUOTA_EXCEEDED"],
    example: { params: { credential: CREDENTIAL }, result: { token_id: TOKEN, sessions_closed: 1 } },
  }),
});
