// Work whose end is decided before it is due: whoever asked for it may end, cancel it or be halted meanwhile, and the run is sealed all the same.
import { describe, expect, it } from "vitest";
import type { Behaviour } from "../../../../kernel-abi/operation.ts";
import { parseFaultScript, parseRecovery } from "../../../../kernel-abi/injection.ts";
import { createMemorySink } from "../../../../runtime/adapters/memory.ts";
import { bell, circuit, defineProcess, Fault, scope, within } from "../../../../runtime/app/index.ts";
import { record, type RecordOptions } from "../../../../runtime/app/record.ts";
import { replayTrace, verifyTrace } from "../../../../runtime/app/trace.ts";
import { scratch } from "../../../support/cli.ts";
import { testSigner } from "../../../support/signer.ts";

scratch();
/** Due some ticks later. */
const long = () => circuit(16).t(0).h(0).repeat(9_000, (again) => again.t(1)).measureAll();

async function sealed(program: Behaviour, options: Partial<RecordOptions> = {}): Promise<unknown> {
  const sink = createMemorySink();
  const { end, digest } = await record({ program, seed: "s", workers: 0, signer: testSigner(), out: sink, ...options });
  const trace = Uint8Array.from(sink.bytes());
  expect(await verifyTrace(trace)).toMatchObject({ ok: true, sealed: true, digest });
  expect((await replayTrace(trace, { program })).complete).toBe(true);
  expect(end.fault).toBeNull();
  return end.result;
}

describe("a doomed job of which", () => {
  it("the contract ended by a call beyond its budget, and the process before it was due", async () => {
    expect(await sealed(defineProcess({ name: "over", domains: ["Q"], *run({ k, q }) {
      const contract = yield* q.reserve({ qubits: 16, budget: 12_000 });
      yield* q.sample(contract, long(), 1);
      try {
        yield* q.sample(contract, bell().measureAll(), 9_000);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        yield* k.log("refused", error.fault);
      }
      yield* k.sleep(1);
      return "done";
    } }))).toBe("done");
  });

  it("the capability was revoked, and the child returned", async () => {
    const child = defineProcess({ name: "child", domains: ["Q"], *run({ k, q }) {
      const contract = yield* q.reserve({ qubits: 16, budget: 12_000 });
      yield* q.sample(contract, long(), 1);
      yield* k.sleep(4);
      return "done";
    } });
    expect(await sealed(defineProcess({ name: "revoking", domains: ["Q"], *run({ k }) {
      const started = yield* k.spawn(child);
      yield* k.sleep(2);
      const held = (yield* k.capabilities()).find(({ verb }) => verb === "ALLOCATE_Q");
      if (held !== undefined) yield* k.revoke(held.capability);
      return (yield* k.exitOf(started)).kind;
    } }))).toBe("finished");
  });

  it("the operator's program struck, and its process returned, went on afresh or left the scope", async () => {
    const struck = (rest: "return" | "afresh" | "scope") => defineProcess({ name: rest, domains: ["Q"], *run({ k, q }, again: unknown) {
      if (again === true) return rest;
      const contract = yield* q.reserve({ qubits: 16, budget: 40_000_000 });
      const under = function* () {
        yield* q.sample(contract, long(), 1);
        yield* k.inject({ kind: "hardware-failure", job: 1 });
        yield* k.sleep(rest === "scope" ? 50 : 1);
      };
      if (rest === "scope") {
        try {
          yield* within(3, scope(under));
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
        }
        yield* k.sleep(100);
      } else yield* under();
      if (rest === "afresh") return yield* k.continueWith(true);
      return rest;
    } });
    for (const rest of ["return", "afresh", "scope"] as const) expect(await sealed(struck(rest), { allow: ["Q", "ADMIN_FAULT"] })).toBe(rest);
  });
});

describe("two faults of one tick", () => {
  it("halt a process once more than it needs, and the trace is believed", async () => {
    const child = defineProcess({ name: "child", domains: ["Q"], *run({ k, q }) {
      const contract = yield* q.reserve({ qubits: 2, budget: 40 });
      yield* q.submit(contract, bell().measureAll());
      yield* q.submit(contract, bell().measureAll());
      yield* k.sleep(50);
      return 0;
    } });
    const parent = defineProcess({ name: "parent", domains: ["Q"], *run({ k }) { return (yield* k.exitOf(yield* k.spawn(child))).kind; } });
    expect(await sealed(parent, {
      faults: parseFaultScript([{ at: 2, kind: "hardware-failure", domain: "Q" }]),
      recovery: parseRecovery({ version: 1, rules: [{ fault: "Q_ERR_HARDWARE_FAILURE", action: "halt", level: 0 }] }),
    })).toBe("stopped");
  });
});
