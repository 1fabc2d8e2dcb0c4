// The firewall against plain reachability, and signed handles against every altered byte.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { Broker } from "../../../../runtime/kernel/tenancy/broker.ts";
import { Firewall } from "../../../../runtime/kernel/tenancy/firewall.ts";
import { Handles } from "../../../../runtime/kernel/tenancy/handles.ts";
import { Tenants } from "../../../../runtime/kernel/tenancy/tenants.ts";
import { tenancyPorts } from "../../../support/tenancy.ts";

const LONG = process.env["TRIAD_LONG"] !== undefined;
const TENANTS = ["a", "b", "c"] as const;
const OPS = ["APPLY_CNOT", "APPLY_CZ", "APPLY_SWAP", "APPLY_TOFFOLI", "TELEPORT_CNOT", "MEASURE_BELL", "USE_CHAN", "OPEN_CHAN", "APPLY_NEW_THING", "COND_PAULI", "FREE_LQ"] as const;
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("register" as const), qubit: fc.nat(7), tenant: fc.constantFrom(...TENANTS) }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant("op" as const), op: fc.constantFrom(...OPS), qubits: fc.uniqueArray(fc.nat(7), { minLength: 2, maxLength: 3 }), channel: fc.option(fc.nat(4)), honest: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("free" as const), qubit: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("revoke" as const), channel: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(20) }) },
);

describe("the firewall", () => {
  it("entangles across tenants exactly over channels that both agreed to, and reaches what plain reachability reaches", () => {
    let crossed = 0;
    fc.assert(fc.property(fc.array(step, { minLength: 8, maxLength: 40 }), (steps) => {
      const ports = tenancyPorts();
      const tenants = new Tenants(ports.sha256);
      for (const name of TENANTS) tenants.register(name, []);
      const broker = new Broker(tenants, ports);
      const terms = [["a", "b", 3], ["b", "c", 2], ["a", "c", 1_000]] as const;
      const channels = terms.map(([one, other, most], at) => { const made = broker.propose(one, other, { most, ttlMs: 50 * (at + 1) }); broker.consent(made.id, other); return made; });
      const open = broker.propose("a", "b");
      const ids = [...channels.map(({ id }) => id), open.id, "bch_fake"];
      const revoked = new Set<string>();
      const uses = new Map<string, number>();
      const firewall = new Firewall(broker);
      // the model: owners, and a list of edges
      const owners = new Map<string, string>();
      for (const [at, tenant] of ["a", "a", "a", "b", "b", "b", "c"].entries()) { // most operations find their operands
        firewall.register(`q${at}`, tenant);
        owners.set(`q${at}`, tenant);
      }
      let edges: (readonly [string, string, string | null])[] = [];
      const carries = (id: string | undefined, one: string, other: string): boolean => {
        const at = channels.findIndex((channel) => channel.id === id);
        const row = terms[at];
        if (id === undefined || row === undefined || revoked.has(id) || ports.now() >= (channels[at]?.expires ?? 0)) return false;
        return [row[0], row[1]].sort().join() === [one, other].sort().join() && (uses.get(id) ?? 0) < row[2];
      };
      for (const act of steps) {
        if (act.kind === "wait") ports.clock.ms += act.ms;
        else if (act.kind === "revoke") {
          const id = channels[act.channel % 3]?.id ?? "";
          broker.revoke(id, terms[act.channel % 3]?.[1] ?? "");
          revoked.add(id);
        } else if (act.kind === "register") {
          const name = `q${act.qubit}`;
          if (owners.has(name)) expect(() => { firewall.register(name, act.tenant); }).toThrow(Fault);
          else { firewall.register(name, act.tenant); owners.set(name, act.tenant); }
        } else if (act.kind === "free") {
          const name = `q${act.qubit}`;
          expect(firewall.free(name)).toBe(owners.delete(name));
          edges = edges.filter(([one, other]) => one !== name && other !== name);
        } else {
          const names = act.qubits.map((at) => `q${at}`);
          const [left, right] = names.map((name) => owners.get(name)).filter((owner, at, all) => all.indexOf(owner) === at);
          const fitting = channels.find(({ tenants: named }) => left !== undefined && right !== undefined && named.includes(left) && named.includes(right))?.id;
          const channel = act.honest ? fitting : act.channel === null ? undefined : ids[act.channel];
          const pairs = names.flatMap((one, at) => names.slice(at + 1).map((other) => [one, other] as const));
          const entangling = !["COND_PAULI", "FREE_LQ"].includes(act.op);
          const crossing = entangling ? pairs.filter(([one, other]) => owners.get(one) !== owners.get(other)) : [];
          const may = names.every((name) => owners.has(name)) && crossing.every(([one, other]) => carries(channel, owners.get(one) ?? "", owners.get(other) ?? ""));
          let done = true;
          try { firewall.entangle(act.op, names, channel); } catch (error) { if (!(error instanceof Fault)) throw error; done = false; }
          expect([act.op, done]).toEqual([act.op, may]);
          if (may && crossing.length > 0) crossed += 1;
          if (may && crossing.length > 0) uses.set(channel ?? "", (uses.get(channel ?? "") ?? 0) + 1);
          if (may && entangling) for (const [one, other] of pairs) {
            edges = edges.filter(([a, b]) => !([a, b].includes(one) && [a, b].includes(other)));
            edges.push([one, other, owners.get(one) === owners.get(other) ? null : channel ?? null]);
          }
        }
        for (const [id, count] of uses) expect(broker.find(id)?.uses).toBe(count);
        for (const start of owners.keys()) {
          const reached = new Set([start]);
          for (let grown = true; grown;) {
            const before = reached.size;
            for (const [one, other] of edges) if (reached.has(one) || reached.has(other)) reached.add(one).add(other);
            grown = reached.size > before;
          }
          expect([...firewall.reach(start)].sort()).toEqual([...reached].sort());
        }
        const dead = (channel: string | null): boolean => channel !== null && (revoked.has(channel) || ports.now() >= (channels.find(({ id }) => id === channel)?.expires ?? 0));
        expect(firewall.broken().map(({ qubits }) => qubits.join()).sort()).toEqual(edges.filter(([, , channel]) => dead(channel)).map(([one, other]) => [one, other].sort().join()).sort());
        const again = new Firewall(broker);
        again.restore(JSON.parse(JSON.stringify(firewall.saved())));
        expect(again.saved()).toEqual(firewall.saved());
      }
      for (const name of TENANTS) firewall.unregister(name);
      expect([firewall.size, firewall.edges()]).toEqual([0, []]);
    }), { numRuns: LONG ? 20_000 : 100 });
    expect(crossed).toBeGreaterThan(50);
  }, 3_600_000);
});

describe("handles", () => {
  it("are refused with any bit of the signature, or any member that was signed, another", () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z]{1,8}$/), fc.constantFrom("a", "b"), fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }), (name, tenant, ttlMs) => {
      const ports = tenancyPorts();
      const handles = new Handles(ports);
      const signed = handles.issue({ handle: name, type: "VQ", tenant, session: "s", ...(ttlMs === undefined ? {} : { ttlMs }) });
      const twin = handles.issue({ handle: `${name}2`, type: "VQ", tenant, session: "s" });
      const verified = (signature: string, handle = name): string => {
        try { handles.verify({ handle, signature }, { tenant, session: "s" }); } catch (error) { return error instanceof Fault ? String(error.detail["reason"]) : "?"; }
        return "valid";
      };
      expect(verified(signed.signature)).toBe("valid");
      expect([verified(twin.signature), verified(signed.signature, twin.handle)]).toEqual(["signature", "signature"]);
      for (let at = 0; at < 64; at++) for (const digit of "0123456789abcdefABCDEFg~") {
        const forged = `${signed.signature.slice(0, at)}${digit}${signed.signature.slice(at + 1)}`;
        if (forged !== signed.signature && verified(forged) !== "signature") expect([forged, verified(forged)]).toBe("refused");
      }
    }), { numRuns: LONG ? 200 : 5 });
  }, 600_000);
});
