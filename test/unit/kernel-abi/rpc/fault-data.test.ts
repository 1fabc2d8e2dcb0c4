// What faults say on the wire: for every fault with a code, the members its code documents and no others.
import { describe, expect, it } from "vitest";
import { Fault, type FaultDetail, type FaultName } from "../../../../kernel-abi/fault.ts";
import { CODES } from "../../../../kernel-abi/rpc/codes.ts";
import { CODE_OF, faultData } from "../../../../kernel-abi/rpc/fault-data.ts";

const OF_EVERY = ["fault", "fault_code", "detail", "next"];
const told = (fault: FaultName, detail: FaultDetail): Readonly<Record<string, unknown>> => {
  const { fault: _, fault_code: __, detail: ___, next: ____, ...data } = faultData(new Fault(fault, detail));
  return data;
};

describe("data of a fault (R14)", () => {
  it.each(Object.entries(CODE_OF))("%s has every member of %s that is no option, and none that it does not document", (fault, code) => {
    const members = Object.keys(faultData(new Fault(fault as FaultName)));
    const documented = Object.keys(CODES[code].data);
    expect(members).toEqual(expect.arrayContaining([...documented.filter((member) => !member.endsWith("?")), ...OF_EVERY]));
    expect([...documented.map((member) => member.replace("?", "")), ...OF_EVERY]).toEqual(expect.arrayContaining(members));
  });

  it.each<[FaultName, FaultDetail, Readonly<Record<string, unknown>>]>([
    ["JOB_ENDED", { job: "job_1", state: "FAILED" }, { job_id: "job_1", state: "FAILED" }],
    ["CHECKPOINT_UNKNOWN", { checkpoint: "ckpt_1" }, { checkpoint_id: "ckpt_1" }],
    ["CHECKPOINT_REFUSED", { checkpoint: "ckpt_1", what: "its tag" }, { checkpoint_id: "ckpt_1", what: "its tag" }],
    ["CHANNEL_UNKNOWN", { channel: "ch_1" }, { channel_id: "ch_1" }],
    ["CHANNEL_EXISTS", { channel: "ch_1", why: "open already" }, { channel_id: "ch_1", what: "open already" }],
    ["CHANNEL_REFUSED", { channel: "ch_1", reason: "revoked" }, { channel_id: "ch_1", what: "revoked" }],
    ["CHANNEL_FIDELITY_UNREACHABLE", { channel: "ch_1", asked: 0.99, reached: 0.9, rounds: 4 }, { requested: 0.99, reachable: 0.9 }],
    ["CHANNEL_CAPACITY_EXCEEDED", { channel: "ch_1", pairs: 8, left: 2, perEpoch: 4 }, { resource: "pairs of an epoch", requested: 8, available: 2 }],
    ["JOB_UNKNOWN", { job: "job_1", session: "sess_1" }, { kind: "job", id: "job_1" }],
    ["SESSION_UNKNOWN", { kind: "session", id: "sess_1" }, { kind: "session", id: "sess_1" }],
    ["QUBIT_UNKNOWN", { job: "hand sess_1", vq: "vq_1" }, { kind: "qubit", id: "vq_1" }],
    ["JOB_FOREIGN", { job: "job_1" }, { kind: "job", id: "job_1" }],
    ["ACCESS_DENIED", { kind: "tenant", id: "b", reason: "tenant-claim", node: "n", tenant: "a" }, { kind: "tenant", id: "b", reason: "tenant-claim" }],
    ["INSUFFICIENT_CAPS", { required: "CAP_ALLOC,CAP_MAGIC", missing: "" }, { required: ["CAP_ALLOC", "CAP_MAGIC"], missing: [] }],
    ["QUOTA_EXCEEDED", { resource: "jobs", scope: "session", limit: 5, used: 5, requested: 1 }, { resource: "jobs", scope: "session", limit: 5, used: 5, requested: 1 }],
    ["RATE_LIMITED", { what: "jobs", per_minute: 60, retry_after_ms: 9 }, { resource: "jobs", limit: 60, retry_after_ms: 9 }],
    ["RESOURCES_EXHAUSTED", { profile: "logical:surface_code(d=9)", asked: 4, placed: 1, freePhysical: 12 }, { resource: "logical:surface_code(d=9)", requested: 4, available: 1 }],
    ["ABI_MALFORMED", { argument: "noise", at: "/noise", allowed: "a list" }, { at: "/noise", what: "a list" }],
    ["Q_ERR_GATE_UNSUPPORTED", { provider: "statevector", qubits: 27, allowed: 26 }, { findings: [], what: "no provider takes its circuit", provider: "statevector", most: 26, requested: 27 }],
    ["QVM_NOT_EXECUTABLE", { node: "n", what: "a qubit stands twice" }, { findings: [], what: "a qubit stands twice" }],
    ["LEDGER_DAMAGED", { what: "an entry is no JSON" }, { what: "LEDGER_DAMAGED" }],
  ])("%s %j", (fault, detail, data) => {
    expect(told(fault, detail)).toEqual(data);
    expect(faultData(new Fault(fault, detail))["detail"]).toEqual(detail);
  });
});
