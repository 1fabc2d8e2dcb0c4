// Whatever is given to whatever call: the program is answered, or thrown a fault it can catch; the run ends as it would, and replays.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defineProcess, Fault, within } from "../../../runtime/app/program/surface.ts";
import { record } from "../../../runtime/app/record.ts";
import { replayTrace } from "../../../runtime/app/trace.ts";
import { createMemorySink } from "../../../runtime/adapters/memory.ts";
import { CALLS, NONSENSE } from "../../support/nonsense.ts";
import { testSigner } from "../../support/signer.ts";

interface Attempt { readonly call: string; readonly given: readonly string[] }

const named = fc.constantFrom(...Object.keys(NONSENSE));
const attempt: fc.Arbitrary<Attempt> = fc.constantFrom(...Object.entries(CALLS)).chain(([call, { takes }]) => fc.record({ call: fc.constant(call), given: fc.array(named, { minLength: 0, maxLength: takes }) }));

/** A scope's body is the program's own code, and so is what it throws. */
const OWN = ["function", "class", "proxy of a function"];
const isOwn = ({ call, given: [body = ""] }: Attempt): boolean => call === "scope" && OWN.includes(body);

/** What is no fault. */
const told = (error: unknown): string => (error instanceof Fault ? "fault" : `thrown: ${String(Object.prototype.toString.call(error))} ${error instanceof Error ? error.stack ?? "" : ""}`);

const trying = defineProcess({
  name: "trying", domains: ["Q", "PHI"],
  *run(_, input: Attempt) {
    if (!Array.isArray((input as Partial<Attempt> | undefined)?.given)) return "a fresh body";
    try {
      yield* CALLS[input.call]?.call(...input.given.map((name) => NONSENSE[name]?.())) as Generator<never, unknown, unknown>;
      return "answered";
    } catch (error) {
      return told(error);
    }
  },
});

const root = (attempts: readonly Attempt[]) => defineProcess({
  name: "root", domains: ["Q", "PHI"],
  *run({ k }) {
    const found: unknown[] = [];
    for (const one of attempts) {
      const child = yield* k.spawn(trying, one);
      try {
        found.push(yield* within(40, k.join(child)));
      } catch (error) {
        found.push(told(error)); // it still waits
      }
      yield* k.stop(child);
    }
    return found;
  },
});

async function check(attempts: readonly Attempt[]): Promise<void> {
  const program = root(attempts);
  const sink = createMemorySink();
  const report = await record({ program, out: sink, seed: "nonsense", workers: 0, signer: testSigner(), allow: ["Q", "PHI"] });
  expect(report.end.status).toBe("completed");
  const odd = (report.end.result as readonly string[]).flatMap((said, at) => (isOwn(attempts[at] as Attempt) || ["answered", "fault", "a fresh body"].includes(said) ? [] : [[attempts[at], said]]));
  expect(odd).toEqual([]);
  expect((await replayTrace(sink.bytes(), { program })).digest).toBe(report.digest);
}

describe("nonsense", () => {
  it("in any one argument of any call is answered or refused with a fault", async () => {
    for (const [call, { takes }] of Object.entries(CALLS)) {
      const attempts = Array.from({ length: Math.max(1, takes) }).flatMap((_, at) => Object.keys(NONSENSE).map((name): Attempt => ({ call, given: Array.from({ length: takes }, (__, i) => (i === at ? name : "five")) })));
      await check(attempts);
    }
  }, 120_000);

  it("in all arguments of any calls likewise, and the run replays", async () => {
    await fc.assert(fc.asyncProperty(fc.array(attempt, { minLength: 1, maxLength: 12 }), check), { numRuns: Number(process.env["NONSENSE_RUNS"] ?? 60) });
  }, 120_000);
});
