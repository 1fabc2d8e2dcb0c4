// What a kernel keeps of jobs that are over: bounded, in every table, however many there were.
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { signatureHolds } from "../../../../../replay/seal.ts";
import { sha256 } from "../../../../../runtime/adapters/sha256.ts";
import { Graphs } from "../../../../../runtime/app/kernel/graphs.ts";
import { Memory } from "../../../../../runtime/app/kernel/memory.ts";
import type { Accepted } from "../../../../../runtime/app/kernel/memory-entry.ts";
import type { Kernel } from "../../../../../runtime/app/kernel/service.ts";
import { CHECKPOINTS_PER_SESSION } from "../../../../../runtime/kernel/jobs/checkpoints.ts";
import { call, CAPS, coins, ghz, session, testKernel } from "../../../../support/kernel-service.ts";
import { testSigner } from "../../../../support/signer.ts";

const JOBS = process.env["TRIAD_LONG"] === undefined ? 400 : 20_000;
const AT_ONCE = 20;
const KEPT = 8;

/** The longest array anywhere in saved state. */
function longest(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const own = Array.isArray(value) ? value.length : 0;
  return Object.values(value).reduce((most: number, member: unknown) => Math.max(most, longest(member)), own);
}

/** Entries of each table that has some for a job. */
function sizes({ parts: { facts, histories, places, memory: { live }, jobs, machine, authority } }: Kernel): Readonly<Record<string, number>> {
  const { audit: _, ...tables } = authority.saved();
  const kept = { accepted: live.accepted, ended: live.ended, checkpoints: live.checkpoints, numbered: live.numbered, resumed: live.resumed, begun: live.begun, sessions: live.sessions };
  return {
    facts: facts.size, histories: histories.size, places: places.size, jobs: jobs.saved().jobs.length, lanes: longest(jobs.saved().lanes), holders: machine.resources.holders.length,
    machine: longest(machine.saved()), authority: longest(tables), held: authority.jobs.size, reserved: authority.quotas.size, ...Object.fromEntries(Object.entries(kept).map(([name, { size }]) => [name, size])),
  };
}

describe("a kernel through which many jobs went", () => {
  it("keeps those a session may ask about, and of no other anything in any table", async () => {
    const state = mkdtempSync(join(tmpdir(), "triad-retention-"));
    const kernel = testKernel({ state, kept: KEPT });
    const graphs = [ghz(2), coins(2)];
    let s = await session(kernel);
    const ids: string[] = [];
    for (let at = 0; at < JOBS; at += AT_ONCE) {
      const own = s;
      const jobs = await Promise.all(Array.from({ length: AT_ONCE }, (_, n) =>
        call(kernel, "q_submit", { graph: graphs[n % 2], session_id: own, policy: { seed: n }, client_token: `t${n + at}` }).then(({ job_id }) => job_id)));
      ids.push(...jobs);
      if ((at / AT_ONCE) % 5 === 4) { // with jobs that have not ended
        s = await session(kernel);
        await call(kernel, "q_close_session", { session_id: own });
      } else {
        const waited = await Promise.allSettled(jobs.map((job_id) => call(kernel, "q_wait", { job_id, session_id: own })));
        const told = waited.flatMap((one) => (one.status === "fulfilled" ? one.value.job_id : []));
        const last = told.at(-1);
        if (last !== undefined && kernel.parts.facts.has(last)) await call(kernel, "q_checkpoint", { job_id: last, session_id: own });
      }
    }
    await call(kernel, "q_close_session", { session_id: s });
    while (kernel.parts.jobs.running > 0) await new Promise((resolve) => { setImmediate(resolve); });
    await new Promise((resolve) => { setImmediate(resolve); });
    const most = 4 * AT_ONCE;
    expect(Object.entries(sizes(kernel)).filter(([, size]) => size > most)).toEqual([]);
    expect(sizes(kernel)).toMatchObject({ facts: 0, histories: 0, places: 0, jobs: 0, accepted: 0, ended: 0, checkpoints: 0, numbered: 0, holders: 0, held: 0, reserved: 0 });
    expect(ids.filter((id) => kernel.parts.places.record(id) !== undefined)).toEqual([]);
    await kernel.stop();
    rmSync(state, { recursive: true });
  });

  it("keeps as many of a session that stays as it was told to", async () => {
    const kernel = testKernel({ kept: KEPT });
    const { session_id: s, quota } = await call(kernel, "q_negotiate_caps", { requested: CAPS });
    expect(quota.kept_jobs).toBe(KEPT);
    const ids: string[] = [];
    for (let n = 0; n < 10 * KEPT; n++) {
      const { job_id } = await call(kernel, "q_submit", { graph: ghz(2), session_id: s, policy: { seed: 1 }, client_token: `t${n}` });
      await call(kernel, "q_wait", { job_id, session_id: s });
      ids.push(job_id);
    }
    await new Promise((resolve) => { setImmediate(resolve); });
    const { facts, histories, places, jobs } = sizes(kernel);
    expect({ facts, histories, places, jobs }).toEqual({ facts: KEPT, histories: KEPT, places: KEPT, jobs: KEPT });
    expect(ids.filter((id) => kernel.parts.traces.read(id) !== undefined)).toEqual(ids.slice(-KEPT));
    expect(ids.filter((id) => kernel.parts.traces.attestation(id) !== undefined)).toEqual(ids.slice(-KEPT));
    const again = await call(kernel, "q_submit", { graph: ghz(2), session_id: s, policy: { seed: 1 }, client_token: "t0" });
    expect(ids).not.toContain(again.job_id); // its token is forgotten with it
    await expect(call(kernel, "q_status", { job_id: ids[0] ?? "", session_id: s })).rejects.toMatchObject({ fault: "JOB_UNKNOWN", next: expect.stringContaining("a session keeps the latest") as unknown });
    await kernel.stop();
  });
});

const accepted = (id: string, session_id: string): Accepted => ({
  k: "accepted", id, tenant: "default", session: session_id, graph: "g", seed: "1", seedGiven: true, shots: 1, priority: 0, deadlineEpochs: null, timeoutMs: null, retries: 0,
  startEpoch: 0, restored: null, at: 1, token: null, debug: false, noise: null,
});

describe("checkpoints in a kernel's memory", () => {
  it("are the latest of a session, as many as its table keeps, numbered on, also when the ledger is rewritten", () => {
    const state = mkdtempSync(join(tmpdir(), "triad-checkpoints-"));
    const memory = new Memory(state);
    memory.keep(accepted("one", "s"));
    memory.keep(accepted("two", "s"));
    memory.keep(accepted("other", "t"));
    const made = 3 * CHECKPOINTS_PER_SESSION;
    memory.keep({ k: "checkpoint", job: "other", text: "far" });
    memory.keep({ k: "checkpoint", job: "two", text: "early" });
    for (let at = 0; at < made; at++) memory.keep({ k: "checkpoint", job: "one", text: `c${at}` });
    const wanted = Array.from({ length: CHECKPOINTS_PER_SESSION }, (_, at) => ({ job: "one", text: `c${made - CHECKPOINTS_PER_SESSION + at}` }));
    const shown = ({ live: { checkpoints, numbered } }: Memory) => [checkpoints.get("s"), checkpoints.get("t"), Object.fromEntries(numbered)];
    const all = [wanted, [{ job: "other", text: "far" }], { one: made, two: 1, other: 1 }];
    expect(shown(memory)).toEqual(all);
    memory.close();
    const second = new Memory(state);
    expect(shown(second)).toEqual(all);
    const before = readFileSync(join(state, "ledger")).length;
    second.compact();
    expect(readFileSync(join(state, "ledger")).length).toBeLessThan(before / 2);
    second.close();
    const third = new Memory(state);
    expect(shown(third)).toEqual(all);
    third.forget("one");
    third.keep({ k: "checkpoint", job: "one", text: "late" }); // it was made while its job was forgotten
    expect(shown(third)).toEqual([undefined, [{ job: "other", text: "far" }], { two: 1, other: 1 }]);
    third.close();
    rmSync(state, { recursive: true });
  });
});

describe("the ledger", () => {
  it("is written anew once it holds twice what is live, behind whoever waited for an entry", async () => {
    const state = mkdtempSync(join(tmpdir(), "triad-ledger-"));
    const memory = new Memory(state);
    const size = (): number => statSync(join(state, "ledger")).size;
    for (let at = 0; at < 9; at++) {
      memory.keep({ k: "row", table: "tokens", id: "one", row: String(at).repeat(1_000_000) });
      await memory.settled();
    }
    const before = size();
    await new Promise(setImmediate);
    expect([before > 8_000_000, size() < before / 2]).toEqual([true, true]);
    memory.close();
    const second = new Memory(state);
    expect(second.live.rows.get("tokens")?.get("one")).toBe("8".repeat(1_000_000));
    second.close();
    rmSync(state, { recursive: true });
  });
});

describe("graphs that were verified", () => {
  it("make room for others, also when none of them has a node", () => {
    const graphs = new Graphs({ signer: testSigner(), sha256, signature: signatureHolds, weightMax: 10 });
    const empty = (name: string) => ({ version: "0.1", program: { nodes: [] }, resources: { vqs: [], chs: [], events: [] }, caps: [], metadata: { name } });
    for (let at = 0; at < 100; at++) graphs.of(empty(`g${at}`));
    expect(graphs.size).toBe(10);
    const kept = graphs.of(empty("g99"));
    expect(graphs.of(empty("g99"))).toBe(kept);
    graphs.of(coins(3)); // heavier than all together: it stays alone
    expect(graphs.size).toBe(1);
  });
});
