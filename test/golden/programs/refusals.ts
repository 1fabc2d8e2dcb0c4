// Malformed calls of every kind are answered with a fault each, recorded, and change nothing.
import { defineProcess, Fault } from "triad-runtime";

export default defineProcess({
  name: "refusals",
  domains: ["Q", "PHI"],
  *run({ k }) {
    const wrong: readonly unknown[] = [
      null, 7, "sleep", {}, { domain: "K", op: "fly" }, { domain: "X", op: "now" }, { domain: "K", op: "sleep", ticks: -1 }, { domain: "K", op: "sleep", ticks: 1.5 },
      { domain: "K", op: "join", child: 3 }, { domain: "K", op: "send", to: -1, body: 1 }, { domain: "K", op: "log", level: "info", label: "x".repeat(500), data: 1 },
      { domain: "K", op: "metric", name: "m", value: Number.NaN, unit: "1" }, { domain: "K", op: "revoke", capability: {} }, { domain: "K", op: "file", name: "none" },
      { domain: "K", op: "spawn", behaviour: {}, input: 1, grants: undefined }, { domain: "Q", op: "reserve", request: { qubits: "two" } },
      { domain: "Q", op: "submit", contract: {}, call: {}, refs: [] }, { domain: "PHI", op: "collect", job: {} }, { domain: "PHI", op: "ledger", contract: null },
    ];
    const said: string[] = [];
    for (const operation of wrong) {
      try {
        yield operation as never;
        said.push("done");
      } catch (fault) {
        said.push(fault instanceof Fault ? fault.fault : "not a fault");
      }
    }
    yield* k.log("all answered", { said });
    return said;
  },
});
