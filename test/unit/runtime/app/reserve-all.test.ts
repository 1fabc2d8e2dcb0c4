// All-or-nothing acquisition over the real domains (053 §3.3).
import { describe, expect, it } from "vitest";
import { bell, defineProcess, Fault, reserveAll } from "../../../../runtime/app/index.ts";
import { recordInMemory } from "../../../support/examples.ts";

const acquire = defineProcess({
  name: "acquire",
  domains: ["Q", "PHI"],
  *run({ q, phi }) {
    let refused = "";
    try {
      yield* reserveAll({ domain: "PHI", request: { components: 2, duration: 5 } }, { domain: "Q", request: { qubits: 16_384, budget: 1 } }, { domain: "Q", request: { qubits: 16_384, budget: 1 } });
    } catch (fault) {
      refused = fault instanceof Fault ? fault.fault : "";
    }
    const [contract, window] = yield* reserveAll({ domain: "Q", request: { qubits: 2, budget: 40 } }, { domain: "PHI", request: { components: 2, duration: 50 } });
    const bits = yield* q.measure(yield* q.submit(contract, bell().measureAll()));
    const { R } = yield* phi.evaluate(yield* phi.open(window, [0.1, 0.2]));
    return { refused, same: bits[0] === bits[1], aligned: R > 0.9 };
  },
});

describe("reserveAll", () => {
  it("gives every contract, or none and the first refusal", async () => {
    const run = await recordInMemory({ program: acquire });
    expect(run.report.end).toMatchObject({ status: "completed", result: { refused: "Q_ERR_RESOURCE_UNAVAILABLE", same: true, aligned: true } });
  });
});
