import { describe, expect, it } from "vitest";
import { toHex } from "../../../kernel-abi/canonical.ts";
import { events, list, pattern, show, shown, type Filter } from "../../../replay/list.ts";
import { sha256 } from "../../../replay/sha256.ts";
import { UnitReader } from "../../../replay/units.ts";
import { memorySource } from "../../support/memory.ts";
import { record } from "../../support/recordings.ts";
import { faultOf, unitOffsets, verified } from "../../support/refusals.ts";
import { runRecording, smallRun } from "../../support/runs.ts";

const { file } = record(smallRun(), { recording: runRecording() });
const source = memorySource(file);
/** Its header names another machine than its declarations do: verify would refuse it, a list shows both. */
const moved = memorySource(record(smallRun(), { recording: runRecording({ node: 3, vhm: 2 }) }).file);
const names = (filter: Filter): string[] => [...list(source, filter)].map(({ eventType }) => eventType);

describe("listing a trace", () => {
  it("numbers every event from 1, as many as verify counts", () => {
    const ids = [...events(source)].map(({ eventId }) => eventId);
    expect(ids).toEqual(Array.from({ length: verified(file).events }, (_, at) => at + 1));
  });

  it("has the fields of XDV-071 and XDV-034", () => {
    const [log] = list(moved, { event: "LOG" });
    if (log === undefined) throw new Error("no log");
    const { hashes, body, ...rest } = log;
    expect(body.length).toBeGreaterThan(0);
    expect(rest).toEqual({
      schema: 1, eventId: 20, domain: "K", processId: 3, processName: "root", vhmId: 0, nodeId: 0, capabilityId: 1, contractId: 0,
      eventType: "LOG", metadata: { subject: 0 }, tick: 1, verdict: 0, outcome: "OK", block: 0,
    });
    expect(hashes().current).toMatch(/^[0-9a-f]{64}$/);
  });

  it("takes node and machine from the header where no declaration says them", () => {
    const [first] = events(moved);
    expect(first).toMatchObject({ processName: "kernel", nodeId: 3, vhmId: 2 });
  });

  it("filters by actor, event, domain, ticks and refusals, up to a limit", () => {
    expect(names({ actor: "root/echo#1" })).toEqual(["TURN_DELIVERED", "TURN_WAITING", "TURN_DELIVERED", "IPC_SEND", "TURN_FINISHED", "PROC_EXIT", "TRANSITION", "TRANSITION"]);
    expect(names({ actor: "root/*", refused: true })).toEqual(["IPC_SEND"]);
    expect(names({ event: "CONTRACT_*", from: 5 })).toEqual(["CONTRACT_COMPLETED", "CONTRACT_RELEASED"]);
    expect(names({ domain: "Q", until: 0 })).toEqual(["PROCESS_DECLARED", "TRANSITION", "PROVIDER_ATTESTED", "TRANSITION", "TRANSITION"]);
    expect(names({ from: 5, limit: 2 })).toEqual(["JOB_OUTCOME", "TURN_DELIVERED"]);
    expect(names({ limit: 0 })).toEqual([]);
    expect(names({ event: "NOTHING" })).toEqual([]);
    expect([...list(source, { refused: true })][0]).toMatchObject({ outcome: "DOMAIN_UNAUTHORIZED", verdict: 1 });
  });

  it("matches names by segment", () => {
    expect(pattern("root/*")("root/a#1")).toBe(true);
    expect(pattern("root/*")("root/a#1/b#1")).toBe(false);
    expect(pattern("root/**")("root/a#1/b#1")).toBe(true);
    expect(pattern("**b#1")("root/a#1/b#1")).toBe(true);
    expect(pattern("root.a")("rootXa")).toBe(false);
    expect(pattern("a(b[c")("a(b[c")).toBe(true);
  });

  it("derives a hash chain from the blocks' bytes", () => {
    const reader = new UnitReader(source);
    for (let count = 0; count < 3; count++) reader.next();
    const block = reader.next();
    const all = [...events(source)];
    const first = all[0]?.hashes();
    expect(first?.prev).toBe(toHex(block?.headBefore ?? new Uint8Array(0)));
    for (const [at, event] of all.entries()) {
      const before = all[at - 1];
      if (before?.block === event.block) expect(event.hashes().prev).toBe(before.hashes().current);
    }
    // The last event of the file, by hand: RUN_END is the last byte range of the last block.
    const last = all.at(-1);
    const from = unitOffsets(file).at(-2) as number;
    const bytes = file.subarray(from - 32 - (last?.body.length ?? 0) - 12, from - 32);
    const candidates = [...bytes.keys()].map((at) => toHex(sha256(Uint8Array.of(3), Buffer.from(last?.hashes().prev ?? "", "hex"), bytes.subarray(at))));
    expect(candidates).toContain(last?.hashes().current);
  });

  it("shows bodies of logs and outcomes in a list, and any body on request", () => {
    const [outcome] = list(source, { event: "JOB_OUTCOME" });
    expect(outcome && shown(outcome)["body"]).toEqual(outcome && show(source, outcome.eventId)["body"]);
    expect(outcome && shown(outcome)["body"]).toBeTypeOf("object");
    const [log] = list(source, { event: "LOG" });
    const [send] = list(source, { event: "IPC_SEND" });
    if (log === undefined || send === undefined) throw new Error("events are missing");
    expect(shown(log)["body"]).toEqual({ level: "info", label: "hello", data: { n: 1 } });
    expect(shown(send)).not.toHaveProperty("body");
    expect(shown(send)["bodyBytes"]).toBe(send.body.length);
    expect(show(source, send.eventId)["body"]).toEqual({ text: "measure soon" });
    expect(JSON.parse(JSON.stringify(show(source, 54)))).toMatchObject({ eventId: 54, eventType: "RUN_END", body: { status: "completed" } });
    expect(faultOf(() => show(source, 55))).toMatchObject({ fault: "USAGE", detail: { event: 55, last: 54 } });
  });

  it("lists the intact part of an unsealed journal, and refuses a damaged one", () => {
    const offsets = unitOffsets(file);
    expect([...events(memorySource(file.subarray(0, (offsets[6] as number) + 9)))].at(-1)?.eventId).toBe(43);
    expect([...events(memorySource(file.subarray(0, 700)))]).toEqual([]);
    const bytes = Uint8Array.from(file);
    bytes[(offsets[5] as number) + 9] = 0xff;
    expect(faultOf(() => [...events(memorySource(bytes))]).detail["offset"]).toBe(offsets[5]);
  });
});
