// Revocation, as verify holds it: whatever was handed on to whom, a run that revokes any of it verifies; and the same run, chained and
// signed anew with the event of one descendant left out, is refused.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { k } from "../../../domains/k/api/operations.ts";
import type { VerbName } from "../../../kernel-abi/capability.ts";
import { FLAGS } from "../../../kernel-abi/version.ts";
import { EVENT, type Entry, type Frame } from "../../../kernel-abi/frame.ts";
import type { Capability } from "../../../kernel-abi/handle.ts";
import type { Child } from "../../../kernel-abi/operation.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { record, recording } from "../../support/recordings.ts";
import { faultOf, refusalOf, verified } from "../../support/refusals.ts";
import { allVerbs, checkConsistent, run, toyAdmission, type ToyOptions, type ToyRun } from "../../support/run.ts";
import { toy, type Body } from "../../support/toy.ts";

const LONG = process.env["TRIAD_LONG"] === "1";
const PROVIDERS = [...toyAdmission("Q").providers, ...toyAdmission("PHI").providers];
const BEFORE = Object.keys(FLAGS).filter((flag) => flag !== "authorityAfterFaults");
const sealed = (frames: readonly Frame[], { faults, flags }: ToyOptions): Uint8Array => record(frames, {
  recording: recording({ allow: [...allVerbs], providers: PROVIDERS, ...(faults && { faults: [...faults] }), ...(flags && { abi: { major: 1, minor: 0, flags: [...flags] } }) }), status: "completed",
}).file;

/** What one in the tree does with a capability of its own, or of those it was handed. */
interface Step { readonly on: "cut" | "hand" | "revoke"; readonly which: number; readonly to: number }
const step = fc.record({ on: fc.constantFrom("cut", "cut", "hand", "hand", "hand", "revoke"), which: fc.nat(40), to: fc.nat(3) }) as fc.Arbitrary<Step>;
const VERBS: readonly VerbName[] = ["EXECUTE_K", "IPC_SEND", "ALLOCATE_Q"];

/** Hands what it is given to children of its own, waits, and ends or stays. */
const heir = (depth: number, stays: boolean): ReturnType<typeof toy> => toy("heir", ["Q"], function* () {
  if (depth > 0) yield* k.spawn(heir(depth - 1, !stays) as never);
  if (stays) yield* k.sleep(20);
  return 0;
});

function* acts(steps: readonly Step[], children: readonly Child[]): Body {
  const known = (yield* k.capabilities()).filter(({ verb }) => VERBS.includes(verb)).map(({ capability }) => capability);
  for (const { on, which, to } of steps) {
    const one = known[which % known.length] as Capability;
    try {
      if (on === "revoke") yield* k.revoke(one);
      else if (on === "cut") known.push(yield* k.attenuate(one, { uses: 5 }));
      else known.push(yield* k.grant(one, (children[to % children.length] as Child).process));
    } catch { /* refused: it was revoked, or is another's to cut */ }
  }
  return 0;
}
const family = (steps: readonly Step[], wait: number): ReturnType<typeof toy> => toy("root", ["Q"], function* () {
  const children: Child[] = [];
  for (let at = 0; at < 3; at++) children.push(yield* k.spawn(heir(at, at !== 1) as never));
  if (wait > 0) yield* k.sleep(wait);
  yield* acts(steps.filter(({ on }) => on !== "revoke"), children);
  return yield* acts(steps, children);
});

/** Runs with each revocation of the trace left out in turn, but those a freeze makes. */
function* lacking({ frames }: ToyRun): Generator<readonly Frame[], void, undefined> {
  for (const [at, frame] of frames.entries()) {
    for (const gone of frame.entries) {
      if (gone.code !== EVENT.CAPABILITY_REVOKED) continue;
      const entries = frame.entries.filter((entry: Entry) => entry !== gone);
      yield frames.map((one, place) => (place === at ? { ...one, entries } : one) as Frame);
    }
  }
}
const RULES = ["a capability is revoked with all that descends from it", "a turn revokes what it asks for, with all that descends from it", "a strike revokes what it names", "the kernel revokes what a freeze or a strike takes"];

/** Every trace of a run that lacks a revocation is refused; the last of them chained and signed anew. @returns how many there are. */
async function held(behaviour: ReturnType<typeof toy>, options: ToyOptions): Promise<number> {
  const ran = await run(behaviour, options); // which holds what was written against the rules
  const { faults, flags } = options;
  const changes = { ...(faults && { faults: [...faults] }), ...(flags && { abi: { major: 1, minor: 0, flags: [...flags] } }) };
  let [count, last] = [0, ran.frames];
  for (const frames of lacking(ran)) {
    count += 1;
    last = frames;
    const { fault, detail } = faultOf(() => { checkConsistent(frames, allVerbs, changes); });
    expect([fault, RULES.includes(String(detail["rule"]))]).toEqual(["TRACE_INCONSISTENT", true]);
  }
  expect(verified(sealed(ran.frames, options)).status).toBe("completed");
  if (count > 0) expect(RULES).toContain(refusalOf(sealed(last, options)).detail["rule"]);
  return count;
}

describe("revocation", () => {
  it("reaches all that descends, in every run; a run that says less is refused", async () => {
    let revocations = 0;
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 30 }), fc.nat(3), fc.boolean(), async (steps, wait, old) => {
      revocations += await held(family(steps, wait), old ? { flags: BEFORE } : {});
    }), LONG ? { numRuns: 1_000 } : { numRuns: 30, seed: 1 }); // the same draws every day: branches are counted
    expect(revocations).toBeGreaterThan(50);
  });

  it("by a strike does so too, whether contracts end with it or not", async () => {
    const faults = [{ at: 3, kind: "capability-revocation" as const, process: "root", verb: "IPC_SEND" }];
    for (const flags of [undefined, BEFORE]) {
      const ran = { faults, ...(flags && { flags }) };
      const { frames } = await run(family([], 9), ran);
      const strike = frames.find(({ entries }) => entries.some(({ code }) => code === EVENT.FAULT_INJECTED)) as Frame;
      expect(strike.entries.filter(({ code }) => code === EVENT.CAPABILITY_REVOKED).length).toBeGreaterThan(4);
      if (flags === undefined) expect(await held(family([], 9), ran)).toBeGreaterThan(4);
      const last = strike.entries.findLastIndex(({ code }) => code === EVENT.CAPABILITY_REVOKED);
      const without = frames.map((frame) => (frame === strike ? { ...frame, entries: frame.entries.toSpliced(last, 1) } : frame) as Frame);
      expect(refusalOf(sealed(without, ran)).detail["rule"]).toBe("a capability is revoked with all that descends from it");
    }
  });

  it("reaches what descends through those that ended, in the record too", async () => {
    const behaviour = toy("root", [], function* () {
      const keeper = yield* k.spawn(toy("keeper", [], function* () { yield* k.sleep(30); return 0; }) as never);
      const middle = yield* k.spawn(toy("middle", [], function* () {
        for (const { verb, capability } of yield* k.capabilities()) if (verb === "IPC_SEND") yield* k.grant(capability, keeper.process);
        return 0;
      }) as never);
      yield* k.join(middle);
      yield* k.sleep(4);
      for (const { verb, capability } of yield* k.capabilities()) if (verb === "IPC_SEND") return yield* k.revoke(capability);
      return 0;
    });
    const { frames } = await run(behaviour);
    const turn = frames.find(({ entries }) => entries.some(({ code }) => code === SYSCALL.CAP_REVOKE)) as Frame;
    expect(turn.entries.filter(({ code }) => code === EVENT.CAPABILITY_REVOKED)).toHaveLength(4);
    expect(await held(behaviour, {})).toBe(4);
  });
});
