// The audit log on the disk: it says what was decided, goes on where it stood after a kill, and nothing in it can be altered unnoticed.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadOrCreateMac } from "../../../../../runtime/adapters/mac.ts";
import { openLedger, readLedger } from "../../../../../runtime/adapters/ledger.ts";
import { sha256 } from "../../../../../runtime/adapters/sha256.ts";
import { AuditFile, readAuditFile } from "../../../../../runtime/app/kernel/audit-file.ts";
import type { AuditEntry } from "../../../../../runtime/kernel/tenancy/audit-entry.ts";
import { AuditLog } from "../../../../../runtime/kernel/tenancy/audit-log.ts";
import { scratch, triad } from "../../../../support/cli.ts";
import { call, ghz, session, testKernel, testMac } from "../../../../support/kernel-service.ts";
import { faultOf } from "../../../../support/refusals.ts";

const at = scratch();
const ports = { mac: testMac(), sha256 };
const read = (state: string, by = ports): { readonly entries: readonly AuditEntry[]; readonly root: string | undefined; readonly first: number } => {
  const entries: AuditEntry[] = [];
  const { head, first } = readAuditFile(state, by, (entry) => { entries.push(entry); });
  return { entries, root: head?.root, first };
};
const segments = (state: string): readonly string[] => readdirSync(join(state, "audit")).sort().map((name) => join(state, "audit", name));

/** A log that is written to a folder. */
function written(state: string, segmentBytes?: number): { readonly log: AuditLog; readonly file: AuditFile } {
  mkdirSync(state, { recursive: true });
  const file = new AuditFile({ state, ...ports, ...(segmentBytes === undefined ? {} : { segmentBytes }) });
  let clock = 0;
  const log = new AuditLog({ ...ports, now: () => ++clock, fresh: (bytes) => new Uint8Array(bytes), audited: (entry) => { file.take(entry); } });
  file.open(log);
  return { log, file };
}
const some = (log: AuditLog, count: number): void => { for (let n = 0; n < count; n++) log.append({ kind: "job", outcome: "noted", tenant: "t", session: "s", subject: `job_${n}`, detail: { n, text: "é\"" } }); };

describe("the audit log of a kernel with a state folder", () => {
  it("is on the disk with what came of it when that is answered, and goes on after a kill with the same root", async () => {
    const state = at("kernel");
    const kernel = testKernel({ state });
    const s = await session(kernel);
    const { job_id } = await call(kernel, "q_submit", { graph: ghz(2), session_id: s, policy: { seed: 1 } });
    cpSync(state, at("killed"), { recursive: true }); // what a kill at this moment leaves
    const killed = read(at("killed"));
    expect(killed.entries.filter(({ subject }) => subject === job_id)).toMatchObject([{ kind: "job", outcome: "allowed" }]);
    await call(kernel, "q_wait", { job_id, session_id: s });
    const ended = read(state);
    expect(ended.entries.filter(({ subject }) => subject === job_id).map(({ detail }) => detail["change"])).toEqual([undefined, "RUNNING", "COMPLETED"]);
    const { audit } = kernel.parts.authority;
    expect(ended.entries).toEqual(audit.since(0));
    expect(ended.root).toBe(audit.root());
    await kernel.stop();

    rmSync(join(at("killed"), "lock"), { recursive: true, force: true });
    const second = testKernel({ state: at("killed") });
    const found = second.parts.authority.audit;
    expect(found.since(0).slice(0, killed.entries.length)).toEqual(killed.entries);
    await call(second, "q_wait", { job_id, session_id: s });
    expect(read(at("killed"))).toEqual({ entries: found.since(0), root: found.root(), first: 0 });
    await second.stop();
  });

  it("has refusals that nothing came of too, when the kernel has stopped", async () => {
    const kernel = testKernel({ state: at("refusals") });
    const s = await session(kernel);
    await expect(call(kernel, "q_status", { job_id: "job_0", session_id: "sess_0" })).rejects.toThrow();
    const { job_id } = await call(kernel, "q_submit", { graph: ghz(2), session_id: s, policy: { seed: 1 } });
    await expect(call(kernel, "q_status", { job_id, session_id: await session(kernel) })).rejects.toThrow();
    await kernel.stop();
    expect(read(at("refusals")).entries.filter(({ outcome }) => outcome === "denied").map(({ kind, subject }) => [kind, subject])).toEqual([["session", "q_status"], ["owner", job_id]]);
  });
});

describe("segments", () => {
  it("however entries fall into batches, segments and kernels: one log, and the last segment is enough to go on", () => {
    let folder = 0;
    fc.assert(fc.property(fc.array(fc.record({ entries: fc.nat(5), again: fc.boolean() }), { maxLength: 12 }), fc.constantFrom(1, 900, 5_000), (steps, segmentBytes) => {
      const state = at(`segments-${folder++}`);
      let { log, file } = written(state, segmentBytes);
      let [count, root] = [0, log.root()];
      for (const { entries, again } of steps) {
        some(log, entries);
        count += entries;
        root = log.root();
        file.commit();
        if (!again) continue;
        file.close();
        ({ log, file } = written(state, segmentBytes));
        expect([log.size, log.root()]).toEqual([count, root]);
      }
      file.close();
      expect(read(state)).toMatchObject({ root, first: 0, entries: { length: count } });
      const all = segments(state);
      if (all.length > 1) rmSync(all[0] as string); // an operator has put it elsewhere
      expect(read(state).root).toBe(root);
      rmSync(state, { recursive: true });
    }), { numRuns: process.env["TRIAD_LONG"] === undefined ? 25 : 2_000 });
  });

  it("a tail cut anywhere loses whole batches alone, also where a segment had just begun", () => {
    const state = at("cut");
    const { log, file } = written(state);
    const sizes: number[] = [];
    for (let batch = 0; batch < 3; batch++) {
      some(log, 2);
      file.commit();
      sizes.push(readFileSync(segments(state)[0] as string).length);
    }
    file.close();
    const [path = ""] = segments(state);
    const whole = readFileSync(path);
    for (let length = whole.length; length >= 0; length -= 37) {
      writeFileSync(path, whole);
      truncateSync(path, length);
      const kept = 2 * sizes.filter((size) => size <= length).length;
      expect(read(state).entries.length).toBe(kept);
      const again = written(state);
      expect(again.log.size).toBe(kept);
      some(again.log, 1);
      again.file.close();
      expect(read(state).entries.map(({ seq }) => seq)).toEqual(Array.from({ length: kept + 1 }, (_, seq) => seq));
    }
    writeFileSync(path, whole);
    writeFileSync(join(state, "audit", "0000000000000006"), whole.subarray(0, 5)); // killed as it began the next
    const next = written(state);
    expect(next.log.size).toBe(6);
    some(next.log, 1);
    next.file.close();
    expect(read(state).entries.length).toBe(7);
  });

  it("refuses what was altered, whoever made the checks right again", () => {
    const state = at("altered");
    const { log, file } = written(state, 1_500);
    for (let batch = 0; batch < 8; batch++) { some(log, 2); file.commit(); }
    file.close();
    const all = segments(state);
    expect(all.length).toBeGreaterThan(2);
    const kept = all.map((path) => [path, readFileSync(path)] as const);
    const restore = (): void => { for (const [path, bytes] of kept) writeFileSync(path, bytes); };
    const refused = (): void => { expect(faultOf(() => read(state))).toMatchObject({ exitCode: 4 }); };
    const forged = (path: string, change: (records: readonly string[]) => readonly string[]): void => {
      const records = readLedger(readFileSync(path)).entries.map((entry) => new TextDecoder().decode(entry));
      rmSync(path);
      const ledger = openLedger({ path });
      for (const record of change(records)) ledger.append(new TextEncoder().encode(record));
      ledger.close();
    };
    const [first = "", middle = ""] = all;
    for (let byte = 8; byte < (kept[0]?.[1].length ?? 0); byte += 61) {
      const bytes = Buffer.from(kept[0]?.[1] ?? []);
      bytes[byte] = (bytes[byte] as number) ^ 1;
      writeFileSync(first, bytes);
      refused();
    }
    for (const change of [
      (records: readonly string[]) => records.map((record) => record.replace("job_1", "job_7")),
      (records: readonly string[]) => records.filter((_, index) => index !== 1),
      (records: readonly string[]) => records.slice(0, -1),
      (records: readonly string[]) => records.toReversed(),
      (records: readonly string[]) => records.map((record) => record.replace(/"signature":"../, '"signature":"00')),
      (records: readonly string[]) => [...records, "[]"],
    ]) {
      restore();
      forged(first, change);
      refused();
    }
    restore();
    rmSync(middle);
    refused();
    restore();
    expect(faultOf(() => read(state, { mac: testMac("another"), sha256 })).detail["reason"]).toBe("signature");
    expect(read(state).entries.length).toBe(16);
    restore();
    forged(all.at(-1) as string, (records) => [...records, records.at(-1) as string]);
    expect(() => written(state)).toThrow();
  });
});

describe("triad kernel audit", () => {
  it("prints what was decided, filtered or not, and exits with 4 when it was altered", async () => {
    const mac = loadOrCreateMac(at("home"));
    const kernel = testKernel({ state: at("cli"), mac, tenants: [{ name: "a", caps: ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"] }, { name: "b", caps: ["CAP_ALLOC"] }] });
    const s = await session(kernel, "a");
    await session(kernel, "b");
    const { job_id } = await call(kernel, "q_submit", { graph: ghz(2), session_id: s, policy: { seed: 1 } });
    await call(kernel, "q_wait", { job_id, session_id: s });
    const said = await triad("kernel", "audit", "--state", at("cli"), "--json"); // while it runs
    const root = kernel.parts.authority.audit.root();
    expect(JSON.parse(said.out)).toMatchObject({ schema: "triad.kernel-audit/1", size: kernel.parts.authority.audit.size, first: 0, root, entries: kernel.parts.authority.audit.since(0) });
    await kernel.stop();
    const jobs = await triad("kernel", "audit", "--state", at("cli"), "--tenant", "a", "--kind", "job");
    expect([jobs.code, jobs.out.split("\n").filter((line) => line.includes(job_id)).length]).toEqual([0, 3]);
    expect(jobs.out).toContain(root);
    expect((await triad("kernel", "audit", "--state", at("cli"), "--tenant", "b", "--json")).out).not.toContain(job_id);
    expect((await triad("kernel", "audit", "--state", at("cli"), "--kind", "jobs")).code).toBe(2);
    const [path = ""] = segments(at("cli"));
    const bytes = readFileSync(path);
    bytes[100] = (bytes[100] as number) ^ 1;
    writeFileSync(path, bytes);
    expect(await triad("kernel", "audit", "--state", at("cli"))).toMatchObject({ code: 4, out: "" });
    expect((await triad("kernel", "audit", "--state", at("nowhere"))).code).not.toBe(0);
  });
});
