// What a call is given may be code of the program's: getters that answer otherwise the next time, that throw, that ask the host. Each is asked
// once, under the traps; whatever it answers, the run ends sealed, verifies and replays.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { replayTrace, verifyTrace } from "../../../../runtime/app/index.ts";
import { recordInMemory } from "../../../support/examples.ts";

const folder = mkdtempSync(join(tmpdir(), "triad-read-once-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each makes one call with one field behind `shifty`, which takes the record without it, the field, and what fits there. */
const CALLS: Readonly<Record<string, string>> = {
  qubits: "yield* q.reserve(shifty({ budget: 10 }, 'qubits', 1))",
  budget: "yield* q.reserve(shifty({ qubits: 1 }, 'budget', 10))",
  duration: "yield* phi.reserve(shifty({ components: 2 }, 'duration', 5))",
  gates: "yield* q.reserve(shifty({ qubits: 1, budget: 10 }, 'gates', ['H']))",
  units: "yield* k.attenuate(allocate, shifty({}, 'units', 1))",
  from: "yield* k.attenuate(allocate, shifty({}, 'from', 1))",
  granted: "yield* k.grant(allocate, child, shifty({}, 'uses', 1))",
  verb: "yield* k.spawn(kid, undefined, { grants: [{ verb: 'EXECUTE_K' }, shifty({}, 'verb', 'ALLOCATE_Q')] })",
  wished: "yield* k.spawn(kid, undefined, { grants: [{ verb: 'EXECUTE_K' }, { verb: 'ALLOCATE_Q', scope: shifty({}, 'units', 1) }] })",
  priority: "yield* k.spawn(kid, undefined, shifty({}, 'priority', 1))",
  timer: "yield* k.select([shifty({ on: 'timer' }, 'timer', yield* k.timer(1))])",
  on: "yield* k.select([shifty({ timer: yield* k.timer(1) }, 'on', 'timer')])",
  ticks: "yield shifty({ domain: 'K', op: 'sleep' }, 'ticks', 2)",
  op: "yield shifty({ domain: 'K' }, 'op', 'now')",
  domain: "yield shifty({ op: 'now' }, 'domain', 'K')",
  body: "yield shifty({ domain: 'K', op: 'send', to: yield* k.self() }, 'body', 5)",
  to: "yield shifty({ domain: 'K', op: 'send', body: 1 }, 'to', yield* k.self())",
  element: "yield* k.send(yield* k.self(), shifty([1], 0, 2))",
  label: "yield shifty({ domain: 'K', op: 'log', level: 'info', data: 1 }, 'label', 'x')",
  metric: "yield shifty({ domain: 'K', op: 'metric', name: 'a', unit: '1' }, 'value', 1)",
  circuit: "yield* q.measure(yield* q.submit(contract, shifty(bell().measureAll().lower(), 'qubits', 2)))",
  ops: "yield* q.measure(yield* q.submit(contract, shifty(bell().measureAll().lower(), 'ops', bell().measureAll().lower().ops)))",
  length: "yield* q.measure(yield* q.submit(contract, { ...bell().measureAll().lower(), ops: shifty(bell().measureAll().lower().ops, 'length', 12) }))",
  requests: "yield shifty({ domain: 'Q', op: 'reserve-all' }, 'requests', [{ domain: 'Q', request: { qubits: 1, budget: 4 } }])",
  requested: "yield { domain: 'Q', op: 'reserve-all', requests: [shifty({ request: { qubits: 1, budget: 4 } }, 'domain', 'Q')] }",
  list: "yield { domain: 'Q', op: 'reserve-all', requests: shifty([0], 0, { domain: 'Q', request: { qubits: 1, budget: 4 } }) }",
  name: "yield* k.spawn(shifty({ ...kid }, 'name', 'kid'))",
  activate: "yield* k.spawn(shifty({ ...kid }, 'activate', kid.activate))",
  mailbox: "yield* k.spawn(shifty({ ...kid }, 'mailbox', { depth: 2, overflow: 'refuse' }))",
  reason: "yield shifty({ domain: 'K', op: 'stop', child }, 'reason', 'r')",
  measures: "yield shifty({ domain: 'Q', op: 'share', contract, to: child }, 'measures', true)",
  strike: "yield* k.inject(shifty({ domain: 'Q' }, 'kind', 'domain-freeze'))",
  message: "throw shifty(new Error('x'), 'message', 'y')",
  result: "return shifty({}, 'a', 1)",
};
const BAD: Readonly<Record<string, string>> = { nothing: "undefined", nan: "NaN", thrown: "THROW", symbol: "Symbol('s')", negative: "-1", large: "5000", text: "'zz'", clock: "Date.now()", chance: "Math.random()" };

const program = (): string => {
  const path = join(folder, "shifty.ts");
  writeFileSync(path, `// @ts-nocheck
import { bell, defineProcess } from "triad-runtime";
const BAD = { ${Object.entries(BAD).filter(([name]) => name !== "thrown").map(([name, text]) => `${name}: () => ${text}`).join(", ")}, thrown: () => { throw new Error("getter"); } };
const kid = defineProcess({ name: "kid", *run({ k }) { yield* k.sleep(1); return (yield* k.capabilities()).length; } });
export default defineProcess({ name: "shifty", domains: ["Q", "PHI"], *run({ k, q, phi }, { call, good, bad }) {
  const asked = [];
  const shifty = (record, key, fits) => Object.defineProperty(record, key, { enumerable: true, configurable: true, get() { asked.push(1); return asked.length <= good ? fits : BAD[bad](); } });
  const allocate = (yield* k.capabilities()).find(({ verb }) => verb === "ALLOCATE_Q").capability;
  const child = (yield* k.spawn(kid)).process;
  const contract = yield* q.reserve({ qubits: 2, budget: 1000 });
  const calls = { ${Object.entries(CALLS).map(([name, text]) => `*${name}() { ${/^(throw|return) /.test(text) ? text : `return ${text}`}; }`).join(",\n    ")} };
  let answer;
  try { answer = yield* calls[call](); } catch (error) { if (call === "message") throw error; answer = error.name; }
  if (call === "result") return answer;
  return [typeof answer === "object" ? "object" : String(answer), asked.length];
} });
`);
  return path;
};

const ALL = Object.keys(BAD).flatMap((bad) => [0, 1, 2, 3, 4].map((good) => [bad, good] as const));
const TRIED = process.env["TRIAD_LONG"] === undefined ? ALL.filter(([bad, good]) => bad === "nan" || (good < 2 && ["thrown", "text", "clock"].includes(bad))) : ALL;

describe("a getter in a call", () => {
  const path = program();
  it.each(Object.keys(CALLS))("%s: whatever it answers when it is asked again, the run is sealed, verifies and replays", async (call) => {
    for (const [bad, good] of TRIED) {
      const input = { call, good, bad };
      const { report, bytes } = await recordInMemory({ program: path, input }, { allow: ["Q", "PHI", "ADMIN_FAULT"] });
      expect([input, report.end.status]).toEqual([input, expect.stringMatching(/completed|faulted/)]);
      await verifyTrace(bytes);
      expect(await replayTrace(bytes, { trustProgram: true })).toMatchObject({ complete: true });
      if (good === 0 && (bad === "clock" || bad === "chance") && report.end.status === "completed" && report.end.result instanceof Array) {
        expect([call, bad, report.end.result[0]]).toEqual([call, bad, expect.stringMatching(/^(AMBIENT_ACCESS|ABI_UNENCODABLE|object|undefined|\\d)$/)]);
      }
    }
  });

  it.each(["qubits", "budget", "duration", "units", "from", "verb", "timer", "ticks", "circuit", "requests"])("%s: that asks the host is refused, by its line", async (call) => {
    const { report } = await recordInMemory({ program: path, input: { call, good: 0, bad: "clock" } });
    expect(report.end.result).toEqual(["AMBIENT_ACCESS", 1]);
  });

  it.each(["qubits", "budget", "duration", "units", "from", "verb", "wished", "timer", "on", "ticks", "circuit", "requests", "requested", "list"])("%s: that fits is asked once", async (call) => {
    const { report } = await recordInMemory({ program: path, input: { call, good: 1, bad: "nan" } });
    expect((report.end.result as readonly unknown[])[1]).toBe(1);
    expect((report.end.result as readonly unknown[])[0]).not.toMatch(/^[A-Z_]+$/);
  });
});
