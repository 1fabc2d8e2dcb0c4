// Qubits and channels outside of jobs: all of a call or none, signed handles, the firewall between tenants, nothing left behind.
import { describe, expect, it } from "vitest";
import { ByHand, type Owner } from "../../../../../runtime/app/kernel/by-hand.ts";
import { EntanglementLinks } from "../../../../../runtime/kernel/logical/links.ts";
import { LogicalResources } from "../../../../../runtime/kernel/logical/resources.ts";
import { faultName } from "../../../../support/refusals.ts";
import { house } from "../../../../support/tenancy.ts";

const D3 = "logical:surface_code(d=3)";
const PHYSICAL = 18;

function kernel({ physicalQubits = 1_000 } = {}) {
  const { authority, session, ports } = house();
  const resources = new LogicalResources([{ name: "module-0", physicalQubits }, { name: "module-1", physicalQubits: 100 }]);
  const links = new EntanglementLinks();
  const owner = (tenant: string): Owner => {
    const id = session(tenant);
    return { session: id, tenant, namespace: authority.tenants.find(tenant)?.namespace ?? "" };
  };
  return { authority, resources, links, hand: new ByHand({ authority, resources, links, fresh: ports.fresh }), owner };
}

describe("qubits by hand", () => {
  it("are placed, reserved under the quota, and given back", () => {
    const { authority, resources, hand, owner } = kernel();
    const mine = owner("alice");
    const { vqs, handles, profile } = hand.alloc(mine, 3, D3);
    expect(vqs).toEqual(["vq_1", "vq_2", "vq_3"]);
    expect(profile.physicalQubits).toBe(PHYSICAL);
    expect(authority.quotas.usage(mine)).toMatchObject({ logical_qubits: 3, physical_qubits: 3 * PHYSICAL });
    expect(resources.usage({ session: mine.session })).toMatchObject({ logicalQubits: 3, physicalQubits: 3 * PHYSICAL });
    expect(hand.release(mine, [vqs[0] ?? "", handles[2] ?? ""])).toEqual(["vq_1", "vq_3"]);
    expect(authority.quotas.usage(mine)).toMatchObject({ logical_qubits: 1, physical_qubits: PHYSICAL });
    expect(hand.alloc(mine, 1, D3).vqs).toEqual(["vq_4"]);
  });

  it("are all or none where the quota or the machine is short", () => {
    const { authority, resources, hand, owner } = kernel({ physicalQubits: 40 });
    const mine = owner("alice");
    expect(() => hand.alloc(mine, 101, D3)).toThrow(expect.objectContaining({ fault: "QUOTA_EXCEEDED", detail: expect.objectContaining({ resource: "logical_qubits", limit: 100, used: 0, requested: 101 }) }));
    expect(faultName(() => hand.alloc(mine, 50, D3))).toBe("RESOURCES_EXHAUSTED");
    expect(faultName(() => hand.alloc(mine, 1, "logical:surface_code(d=4)"))).toBe("PROFILE_INVALID");
    expect(authority.quotas.usage(mine)).toMatchObject({ logical_qubits: 0, physical_qubits: 0 });
    expect(resources.usage().reservedPhysical).toBe(0);
    expect(hand.alloc(mine, 2, D3).vqs).toEqual(["vq_1", "vq_2"]);
  });

  it("are released once, all of them or none", () => {
    const { authority, hand, owner } = kernel();
    const mine = owner("alice");
    const { vqs, handles } = hand.alloc(mine, 2, D3);
    const [first = "", second = ""] = vqs;
    expect(faultName(() => hand.release(mine, [first, first]))).toBe("LINEARITY_BROKEN");
    expect(faultName(() => hand.release(mine, [first, "vq_9"]))).toBe("JOB_NOT_FOUND");
    expect(authority.quotas.usage(mine)).toMatchObject({ logical_qubits: 2 });
    hand.release(mine, [first, second]);
    expect(faultName(() => hand.release(mine, [first]))).toBe("JOB_NOT_FOUND");
    expect(faultName(() => hand.release(mine, [handles[0] ?? ""]))).toBe("JOB_NOT_FOUND");
  });

  it("never show whose they are: no name of a session's, which is its secret", () => {
    const { hand, owner } = kernel();
    const mine = owner("alice");
    const { handles } = hand.alloc(mine, 2, D3);
    for (const handle of handles) expect([handle.includes(mine.session), handle.includes("alice")]).toEqual([false, false]);
  });

  it("are another session's: neither the id nor the handle lets it release them, and no forged handle names them", () => {
    const { hand, owner } = kernel();
    const [mine, other] = [owner("alice"), owner("bob")];
    const { vqs: [vq = ""], handles: [handle = ""] } = hand.alloc(mine, 1, D3);
    expect(faultName(() => hand.release(other, [vq]))).toBe("JOB_NOT_FOUND");
    expect(faultName(() => hand.release(other, [handle]))).toBe("ACCESS_DENIED");
    for (let at = handle.indexOf("~") + 1; at < handle.length; at += 7) {
      const forged = `${handle.slice(0, at)}${handle[at] === "0" ? "1" : "0"}${handle.slice(at + 1)}`;
      expect(faultName(() => hand.release(mine, [forged]))).toBe("HANDLE_REFUSED");
    }
    expect(faultName(() => hand.release(mine, [handle.replace(vq, "vq_2")]))).toBe("JOB_NOT_FOUND");
  });
});

describe("channels by hand", () => {
  it("are purified to the fidelity asked for, accounted, and closed with either end", () => {
    const { authority, links, hand, owner } = kernel();
    const mine = owner("alice");
    const { vqs: [a = "", b = "", c = ""] } = hand.alloc(mine, 3, D3);
    const channel = hand.open(mine, [a, b], { fidelity: 0.9999 });
    expect(channel.id).toBe(`ch_${a}_${b}`);
    expect(channel.fidelity).toBeGreaterThanOrEqual(0.9999);
    expect(channel.rounds).toBeGreaterThan(0);
    hand.open(mine, [b, c]);
    expect(authority.quotas.usage(mine)).toMatchObject({ channels: 2 });
    hand.close(mine, `ch_${b}_${c}`);
    expect(authority.quotas.usage(mine)).toMatchObject({ channels: 1 });
    hand.release(mine, [b]);
    expect(authority.quotas.usage(mine)).toMatchObject({ channels: 0 });
    expect(links.channels()).toEqual([]);
    expect(faultName(() => hand.status(mine, channel.id))).toBe("CHANNEL_UNKNOWN");
  });

  it("of qubits nobody allocated, of one qubit with itself, and twice are refused and leave nothing", () => {
    const { authority, hand, owner } = kernel();
    const mine = owner("alice");
    const { vqs: [a = "", b = ""] } = hand.alloc(mine, 2, D3);
    expect(faultName(() => hand.open(mine, [a, "vq_9"]))).toBe("JOB_NOT_FOUND");
    expect(faultName(() => hand.open(mine, [a, a]))).toBe("CHANNEL_EXISTS");
    expect(faultName(() => hand.open(mine, [a, b], { fidelity: 1 }))).toBe("CHANNEL_FIDELITY_UNREACHABLE");
    hand.open(mine, [a, b]);
    for (const ends of [[a, b], [b, a]] as const) {
      expect(() => hand.open(mine, ends)).toThrow(expect.objectContaining({ fault: "CHANNEL_EXISTS", detail: { channel: `ch_${a}_${b}`, why: "open already" } }));
    }
    expect(authority.quotas.usage(mine)).toMatchObject({ channels: 1 });
  });

  it("between two tenants need the other's signed handle and a channel of the broker's that both agreed to", () => {
    const { authority, hand, owner } = kernel();
    const [mine, theirs] = [owner("alice"), owner("bob")];
    const { vqs: [a = ""] } = hand.alloc(mine, 1, D3);
    const { vqs: [b = ""], handles: [shown = ""] } = hand.alloc(theirs, 1, D3);
    expect(faultName(() => hand.open(mine, [a, b]))).not.toBe("none");
    expect(faultName(() => hand.open(mine, [a, shown]))).toBe("CHANNEL_REFUSED");
    expect(faultName(() => hand.open(mine, [a, shown], { brokered: "fake" }))).toBe("CHANNEL_REFUSED");
    const { id } = authority.broker.propose("alice", "bob");
    expect(faultName(() => hand.open(mine, [a, shown], { brokered: id }))).toBe("CHANNEL_REFUSED");
    authority.broker.consent(id, "bob");
    const opened = hand.open(mine, [a, shown], { brokered: id });
    expect(opened.state).toBe("OPEN");
    expect(authority.broker.find(id)?.uses).toBe(1);
    const { b: shownAs } = hand.status(mine, opened.id);
    expect(shownAs).not.toContain(theirs.session);
    hand.release(theirs, [b]);
    expect(authority.quotas.usage(mine)).toMatchObject({ channels: 0 });
  });
});

describe("two tenants whom the broker joined", () => {
  it("have one channel between two qubits, whoever asks for it and whichever end is named first", () => {
    const { authority, hand, owner, links } = kernel();
    const [mine, theirs] = [owner("alice"), owner("bob")];
    const { vqs: [a = "", other = ""], handles: [shownA = ""] } = hand.alloc(mine, 2, D3);
    const { vqs: [b = ""], handles: [shownB = ""] } = hand.alloc(theirs, 1, D3);
    const { id: brokered } = authority.broker.propose("alice", "bob");
    authority.broker.consent(brokered, "bob");
    const first = hand.open(mine, [a, shownB], { brokered });
    const { reserved, uses } = { reserved: links.channels().length, uses: authority.broker.find(brokered)?.uses };
    for (const [who, ends] of [[theirs, [b, shownA]], [theirs, [shownA, b]], [mine, [shownB, a]]] as const) {
      expect(faultName(() => hand.open(who, ends, { brokered }))).toBe("CHANNEL_EXISTS");
    }
    expect(() => hand.open(theirs, [b, shownA], { brokered })).toThrow(expect.objectContaining({ detail: { why: "the other side has one open between them" } }));
    expect([links.channels().length, authority.broker.find(brokered)?.uses]).toEqual([reserved, uses]);
    hand.open(mine, [other, shownB], { brokered }); // between others
    hand.close(mine, first.id);
    expect(hand.open(theirs, [b, shownA], { brokered }).state).toBe("OPEN");
    hand.closeSession(theirs.session);
    expect(links.channels()).toEqual([]);
  });
});

it("a session that closes leaves nothing, whatever it held", () => {
  const { authority, resources, links, hand, owner } = kernel();
  const [mine, theirs] = [owner("alice"), owner("bob")];
  const { vqs: [a = "", b = ""] } = hand.alloc(mine, 2, D3);
  hand.alloc(theirs, 1, D3);
  hand.open(mine, [a, b]);
  expect(hand.closeSession(mine.session)).toEqual({ qubits: 2, channels: 1 });
  expect(authority.closeSession(mine.session)).toEqual([]);
  expect(authority.quotas.usage({ tenant: "alice", session: null })).toMatchObject({ logical_qubits: 0, physical_qubits: 0, channels: 0, sessions: 0 });
  expect(links.channels()).toEqual([]);
  expect(authority.firewall.size).toBe(1);
  expect(authority.handles.size).toBe(1);
  expect(resources.usage()).toMatchObject({ logicalQubits: 1, reservedPhysical: PHYSICAL });
  expect(hand.closeSession(mine.session)).toEqual({ qubits: 0, channels: 0 });
});
