import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sameBytes } from "../../../../../kernel-abi/canonical.ts";
import type { Mac } from "../../../../../kernel-abi/ports.ts";
import { checkpointId, type CheckpointRecord } from "../../../../../runtime/kernel/jobs/checkpoint-record.ts";
import { Checkpoints } from "../../../../../runtime/kernel/jobs/checkpoints.ts";
import { faultName } from "../../../../support/refusals.ts";

const macOf = (key: string): Mac => {
  const tag = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHmac("sha256", key).update(bytes).digest());
  return { tag, matches: (bytes, given) => sameBytes(tag(bytes), given) };
};
const record = (ordinal: number, given: Partial<CheckpointRecord> = {}): CheckpointRecord => ({
  checkpoint_id: checkpointId("job_1", ordinal), job: "job_1", tenant: "a", session: "s", graph: "00", epoch: 1, node: 4, seed: "42", shots: 1, events: { m: 1 }, prefix: "ab", ...given,
});

describe("checkpoints", () => {
  it("are opened as they were made, by their session alone", () => {
    const table = new Checkpoints(macOf("k"));
    const made = table.make(record(1));
    expect(table.open("s", "ckpt_job_1_1")).toEqual(record(1));
    expect(made.bytes.length).toBeGreaterThan(200);
    expect(faultName(() => table.open("t", "ckpt_job_1_1"))).toBe("CHECKPOINT_UNKNOWN");
    expect(faultName(() => table.open("s", "ckpt_job_1_2"))).toBe("CHECKPOINT_UNKNOWN");
    table.forget("s");
    expect(faultName(() => table.open("s", "ckpt_job_1_1"))).toBe("CHECKPOINT_UNKNOWN");
  });
  it("are kept to a number per session, the oldest makes room", () => {
    const table = new Checkpoints(macOf("k"), 3);
    for (let ordinal = 1; ordinal <= 5; ordinal++) table.make(record(ordinal));
    table.make(record(1, { session: "t" }));
    expect(table.of("s").map((bytes) => table.read(bytes).checkpoint_id)).toEqual(["ckpt_job_1_3", "ckpt_job_1_4", "ckpt_job_1_5"]);
    expect(table.of("t").length).toBe(1);
  });
  it("come back from what was kept of them, and from nothing else: not one bit may differ, nor the key", () => {
    const { bytes } = new Checkpoints(macOf("k")).make(record(1));
    const table = new Checkpoints(macOf("k"));
    table.keep(bytes);
    expect(table.open("s", "ckpt_job_1_1")).toEqual(record(1));
    for (let at = 0; at < bytes.length; at++) for (let bit = 0; bit < 8; bit++) expect(faultName(() => { table.keep(bytes.map((byte, place) => (place === at ? byte ^ (1 << bit) : byte))); }), `${at}.${bit}`).toBe("CHECKPOINT_REFUSED");
    expect(faultName(() => { new Checkpoints(macOf("other")).keep(bytes); })).toBe("CHECKPOINT_REFUSED");
  });
  it("of another shape are refused even under the key", () => {
    const table = new Checkpoints(macOf("k"));
    const { bytes } = table.make({ ...record(1), epoch: -1 });
    expect(faultName(() => table.read(bytes))).toBe("CHECKPOINT_REFUSED");
  });
});
