// Tokens and handles: the published vectors, the order of checks, attenuation.
import { describe, expect, it } from "vitest";
import { handleText, Handles, type HandleRecord } from "../../../../../runtime/kernel/tenancy/handles.ts";
import { seconds, signs, signText } from "../../../../../runtime/kernel/tenancy/signed-text.ts";
import { namespaceOf } from "../../../../../runtime/kernel/tenancy/tenants.ts";
import { parseToken, Tokens, tokenText, writeToken, type SignedToken, type Token } from "../../../../../runtime/kernel/tenancy/tokens.ts";
import { faultReason } from "../../../../support/refusals.ts";
import { tenancyPorts } from "../../../../support/tenancy.ts";

const ANYWHERE = { tenant: "tenant1", session: null };
const { mac, sha256 } = tenancyPorts();

describe("published vectors", () => {
  const token: Token = { id: "cap_0_x", tenant: "tenant1", session: null, caps: ["CAP_ALLOC", "CAP_MEASURE"], issued: 1_000_000, expires: null, max_uses: null, parent: null, depth: 0 };
  const handle: HandleRecord = { handle: "vq_1", type: "VQ", tenant: "tenant1", session: "sess_1", created: 1_000_000, expires: null };

  it("a token's", () => {
    expect(tokenText(token)).toBe("cap_0_x|tenant1|CAP_ALLOC,CAP_MEASURE|1000.0|never");
    expect(signText(mac, tokenText(token))).toBe("da576b82c634ad051f76f2d802e66ea56c3010cc4f8bf3da49d905a5d32bd608");
  });
  it("a handle's", () => {
    expect(handleText(handle)).toBe("vq_1|VQ|tenant1|sess_1|1000.0|None");
    expect(signText(mac, handleText(handle))).toBe("770266580c7e04ed0f569ab15a3e2b5ec1962ba44247bfbd30ad30ef4c649387");
  });
  it("a namespace's", () => {
    expect(namespaceOf("tenant1", sha256)).toBe("ns_45b3e9dd6490eac7");
  });
  it("times are seconds with a fraction, as the vectors write them", () => {
    expect([0, 1_000, 1_500, 1_001, 1_700_000_000_123].map(seconds)).toEqual(["0.0", "1.0", "1.5", "1.001", "1700000000.123"]);
  });
  it("any member more puts a token under canonical JSON of all nine", () => {
    expect(tokenText({ ...token, max_uses: 3 })).toBe('{"caps":["CAP_ALLOC","CAP_MEASURE"],"depth":0,"expires":null,"id":"cap_0_x","issued":1000000,"max_uses":3,"parent":null,"session":null,"tenant":"tenant1"}');
    for (const more of [{ session: "s" }, { parent: "p" }, { depth: 1 }]) expect(tokenText({ ...token, ...more })).toMatch(/^\{/);
    expect(tokenText({ ...token, expires: 2_500_000 })).toMatch(/\|2500\.0$/);
  });
  it("a tag in capitals or of another length is none", () => {
    const tag = signText(mac, "x");
    expect([tag, tag.toUpperCase(), tag.slice(2), `${tag}00`, "", "zz".repeat(32)].map((one) => signs(mac, "x", one))).toEqual([true, false, false, false, false, false]);
  });
});

describe("tokens", () => {
  const made = (): { readonly ports: ReturnType<typeof tenancyPorts>; readonly tokens: Tokens } => {
    const ports = tenancyPorts();
    return { ports, tokens: new Tokens(ports) };
  };
  const CAPS = ["CAP_MEASURE", "CAP_ALLOC"];

  it("are checked in order: known, revoked, expired, uses, signature, tenant, session", () => {
    const { ports, tokens } = made();
    const token = tokens.issue("tenant1", { caps: CAPS, maxUses: 1, ttlMs: 100, session: "sess_1" });
    const forged = { ...token, caps: ["CAP_MAGIC"] };
    expect(faultReason(() => tokens.check({ ...token, id: "cap_0" }, ANYWHERE))).toBe("unknown");
    expect(faultReason(() => tokens.check(forged, ANYWHERE))).toBe("signature");
    expect(faultReason(() => tokens.check(token, { tenant: "b", session: "sess_1" }))).toBe("tenant");
    expect(faultReason(() => tokens.check(token, ANYWHERE))).toBe("session");
    expect(faultReason(() => tokens.use(token, { tenant: "tenant1", session: "sess_1" }))).toBe("none");
    expect(faultReason(() => tokens.check(forged, ANYWHERE))).toBe("exhausted");
    ports.clock.ms += 100;
    expect(faultReason(() => tokens.check(forged, ANYWHERE))).toBe("expired");
    tokens.revoke(token.id);
    expect(faultReason(() => tokens.check(forged, ANYWHERE))).toBe("revoked");
    tokens.sweep();
    expect([faultReason(() => tokens.check(forged, ANYWHERE)), tokens.size, tokens.revoke(token.id)]).toEqual(["unknown", 0, false]);
  });

  it("live an hour unless told otherwise, and may live for ever", () => {
    const { ports, tokens } = made();
    const [hour, ever] = [tokens.issue("tenant1", { caps: CAPS }), tokens.issue("tenant1", { caps: CAPS, ttlMs: null })];
    expect([hour.expires, ever.expires]).toEqual([ports.now() + 3_600_000, null]);
    ports.clock.ms += 3_600_000;
    expect([hour, ever].map((token) => faultReason(() => tokens.use(token, ANYWHERE)))).toEqual(["expired", "none"]);
  });

  it("weaken and never grow: a subset, no longer, no oftener, three deep, within the session", () => {
    const { tokens } = made();
    const token = tokens.issue("tenant1", { caps: CAPS, ttlMs: 1_000, maxUses: 5 });
    expect(faultReason(() => tokens.attenuate(token, { caps: ["CAP_ALLOC", "CAP_MAGIC"] }))).toBe("INSUFFICIENT_CAPS");
    const child = tokens.attenuate(token, { caps: ["CAP_ALLOC"], ttlMs: 10, maxUses: 2, session: "sess_1" });
    expect(child).toMatchObject({ depth: 1, parent: token.id, max_uses: 2, expires: child.issued + 10, session: "sess_1" });
    expect(faultReason(() => tokens.attenuate(child, { caps: ["CAP_ALLOC"], session: "sess_2" }))).toBe("session");
    const third = tokens.attenuate(tokens.attenuate(child, { caps: ["CAP_ALLOC"] }), { caps: [] });
    expect(third).toMatchObject({ depth: 3, caps: [], session: "sess_1", max_uses: 2 });
    expect(faultReason(() => tokens.attenuate(third, { caps: [] }))).toBe("depth");
    expect(faultReason(() => tokens.attenuate({ ...child, max_uses: 9 }, { caps: [] }))).toBe("signature");
  });

  it("count no fraction and no negative as more", () => {
    const { tokens } = made();
    for (const odd of [-1, 0.5, Number.NaN, Infinity]) {
      expect(tokens.issue("tenant1", { caps: CAPS, ttlMs: odd, maxUses: odd })).toMatchObject({ max_uses: 0, expires: 1_000_000 });
    }
    expect(faultReason(() => tokens.issue("tenant1", { caps: ["CAP_FOO"] }))).toBe("INSUFFICIENT_CAPS");
  });

  it("travel as text, and nothing else is one", () => {
    const { tokens } = made();
    const token = tokens.issue("tenant1", { caps: CAPS });
    expect(parseToken(writeToken(token))).toEqual(token);
    for (const text of ["", "{}", "null", "[]", "{", writeToken(token).slice(1), ` ${writeToken(token)}`, writeToken(token).replace("\"depth\":0", "\"depth\":-1"), "\ud800"]) {
      expect([text, faultReason(() => parseToken(text))]).toEqual([text, "form"]);
    }
  });

  it("come back from their saved form with what was used and revoked", () => {
    const { ports, tokens } = made();
    const token = tokens.issue("tenant1", { caps: CAPS, maxUses: 2 });
    const child = tokens.attenuate(token, { caps: ["CAP_ALLOC"] });
    const dead = tokens.attenuate(token, { caps: ["CAP_ALLOC"] });
    tokens.use(child, ANYWHERE);
    tokens.revoke(dead.id);
    const again = new Tokens(ports);
    again.restore(JSON.parse(JSON.stringify(tokens.saved())));
    expect(again.saved()).toEqual(tokens.saved());
    const tried = (shown: SignedToken): string => faultReason(() => again.use(shown, ANYWHERE));
    expect([tried(dead), tried(child), tried(token)]).toEqual(["revoked", "none", "exhausted"]);
    again.revoke(token.id);
    expect(tried(child)).toBe("revoked");
  });
});

describe("handles", () => {
  const made = (): { readonly ports: ReturnType<typeof tenancyPorts>; readonly handles: Handles } => {
    const ports = tenancyPorts();
    return { ports, handles: new Handles(ports) };
  };
  const VQ = { handle: "ns:vq_1", type: "VQ", tenant: "a", session: "s" } as const;
  const HERE = { tenant: "a", session: "s" };

  it("are checked in order: known, expired, signature, tenant, session, type", () => {
    const { ports, handles } = made();
    const signed = handles.issue({ ...VQ, ttlMs: 10 });
    const forged = { handle: signed.handle, signature: "0".repeat(64) };
    expect(faultReason(() => handles.verify({ ...signed, handle: "ns:vq_2" }, HERE))).toBe("unknown");
    expect(faultReason(() => handles.verify(forged, { tenant: "b", session: "t" }))).toBe("signature");
    expect(faultReason(() => handles.verify(signed, { tenant: "b", session: "t" }))).toBe("tenant");
    expect(faultReason(() => handles.verify(signed, { tenant: "a", session: "t" }))).toBe("session");
    expect(faultReason(() => handles.verify(signed, { ...HERE, type: "CH" }))).toBe("type");
    expect(handles.verify(signed, { ...HERE, type: "VQ" })).toMatchObject(VQ);
    ports.clock.ms += 10;
    expect(faultReason(() => handles.verify(forged, HERE))).toBe("expired");
    handles.sweep();
    expect([faultReason(() => handles.verify(signed, HERE)), handles.size]).toEqual(["unknown", 0]);
  });

  it("are issued once, under a name that fits between bars", () => {
    const { handles } = made();
    handles.issue(VQ);
    expect(faultReason(() => handles.issue(VQ))).toBe("taken");
    for (const handle of ["", "a|b", "a b", "é", "x".repeat(513)]) expect([handle, faultReason(() => handles.issue({ ...VQ, handle }))]).toEqual([handle, "name"]);
  });

  it("are revoked one by one, by session, by tenant; a name that is free again has another signature", () => {
    const { ports, handles } = made();
    const first = handles.issue(VQ);
    handles.issue({ ...VQ, handle: "2" });
    handles.issue({ ...VQ, handle: "3", session: "t" });
    handles.issue({ ...VQ, handle: "4", tenant: "b", session: "u" });
    expect([handles.revoke(first.handle), handles.revoke(first.handle), handles.revokeSession("s"), handles.revokeTenant("a"), handles.size]).toEqual([true, false, 1, 1, 1]);
    ports.clock.ms += 1;
    handles.issue(VQ);
    expect(faultReason(() => handles.verify(first, HERE))).toBe("signature");
  });

  it("come back from their saved form, under the same key alone", () => {
    const { ports, handles } = made();
    const signed = handles.issue({ ...VQ, ttlMs: 50 });
    const saved: unknown = JSON.parse(JSON.stringify(handles.saved()));
    const again = new Handles(ports);
    again.restore(saved);
    expect(again.verify(signed, HERE)).toEqual(handles.verify(signed, HERE));
    const other = new Handles(tenancyPorts(new TextEncoder().encode("another key")));
    other.restore(saved);
    expect(faultReason(() => other.verify(signed, HERE))).toBe("signature");
  });
});
