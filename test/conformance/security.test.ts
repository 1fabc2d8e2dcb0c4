// Rows of 015, 030, 031, 034, 062 and what of 084 is about authority: capabilities, signatures, records, boot.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { k } from "../../domains/k/api/operations.ts";
import { FAULTS } from "../../kernel-abi/fault.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import { ROOT } from "../../kernel-abi/ids.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { defineProcess, replayTrace } from "../../runtime/app/index.ts";
import { POLICY_NAMES } from "../../runtime/scheduler/policies.ts";
import { deny } from "../support/denied.ts";
import { entry, record } from "../support/recordings.ts";
import { joined, refusalOf, unitOffsets, verified } from "../support/refusals.ts";
import { CAP, PROVIDER, runRecording, smallRun } from "../support/runs.ts";
import { allVerbs, run } from "../support/run.ts";
import { codeOf, reserve, submit, toy, type Body } from "../support/toy.ts";
import { testSigner } from "../support/signer.ts";
import { bodyOf, codesOf, entriesOf, PHASES, rawIn, theWhole, trying, turnsOf, whole, witness, withCode } from "./witness.ts";

const nothing = function* (): Generator<never, undefined, unknown> { yield* []; return undefined; };
const logs = { what: "log", verb: "EXECUTE_K", prepare: nothing, spent: 0, withheld: true, call: () => k.log("line") } as const;
/** A root that wants Q, under these verbs. */
const wanting = (allow: typeof allVerbs) => run(toy("root", ["Q"], function* () { return yield* codeOf(reserve("Q")); }), { allow });
/** A child is denied a domain call, and says so. */
const denied = toy("root", ["Q"], function* () {
  const child = yield* k.spawn(toy("child", ["Q"], function* () {
    const contract = yield* reserve("Q");
    for (const { verb, capability } of yield* k.capabilities()) if (verb === "EXECUTE_Q") yield* k.revoke(capability);
    return yield* codeOf(submit("Q", contract));
  }));
  return [yield* k.join(child), yield* codeOf(submit("Q", yield* reserve("Q")))];
});
const edited = (at: number, change: object): Uint8Array =>
  record(smallRun().map((frame, index) => (frame !== null && index === at ? { ...frame, ...change } : frame)), { recording: runRecording() }).file;

describe("authority", () => {
  it("084/4.2 withheld, revoked, expired, used up: refused, recorded, and nothing else is different", async () => {
    for (const way of ["withheld", "revoked", "expired", "used up"] as const) {
      const { answer, refused, without, control } = await deny("LOG", logs, way);
      expect([answer, refused.map(({ verdict }) => verdict)], way).toEqual(["DOMAIN_UNAUTHORIZED", [FAULTS.DOMAIN_UNAUTHORIZED.code]]);
      expect(unpack(refused[0]!.body)).toMatchObject({ verb: "EXECUTE_K", why: way === "withheld" ? "not held" : way });
      expect(without).toEqual(control);
    }
  });
  it("015/C1 a capability that was copied or made up is none", async () => {
    const { end } = await run(toy("root", [], function* () {
      const [held] = yield* k.capabilities();
      const said = [];
      for (const forged of [{ ...held!.capability }, Object.create(held!.capability) as object, { handle: "capability" }, 1]) said.push(yield* codeOf(k.attenuate(forged as never, {})));
      return [said.includes("OK"), yield* codeOf(k.attenuate(held!.capability, {}))];
    }));
    expect(end.result).toEqual([false, "OK"]);
  });
  it("031/C6 a token that is no handle of the kernel's permits nothing, by any name", async () => {
    const { end } = await run(toy("root", [], function* () {
      const said = [];
      for (const forged of [null, "1", { handle: "capability", toJSON: null }, Symbol("capability")]) said.push(yield* codeOf(k.grant(forged as never, yield* k.self())));
      return said.filter((code) => code === "OK");
    }));
    expect(end.result).toEqual([]);
  });
  it("015/C2 a provider that is not the one the header names is refused", () => {
    expect(verified(record(smallRun(), { recording: runRecording() }).file).ok).toBe(true);
    expect(refusalOf(record(smallRun(), { recording: runRecording({ providers: [{ ...PROVIDER, version: 2 }] }) }).file).fault).toBe("TRACE_INCONSISTENT");
  });
  it("015/C4 a Φ state that leaves its tolerance is noticed and gone", async () => {
    const { end } = await witness(defineProcess({ name: "strained", domains: ["PHI"], *run({ phi }) {
      const envelope = yield* phi.open(yield* phi.reserve({ components: 4, duration: 1_000, tolerance: { error: 0 } }), PHASES);
      return [yield* trying(phi.shift(envelope, 0.5)), (yield* trying(phi.evaluate(envelope))) === "OK"];
    } }));
    expect(end.result).toEqual(["PHI_ERR_STABILITY_BREACH", false]);
  });
  it("015/C5 the same calls are refused at the same places, every time", async () => {
    const [first, again] = [await run(denied), await run(denied)];
    expect([first.end.result, again.trace === first.trace]).toEqual([["DOMAIN_UNAUTHORIZED", "OK"], true]);
  });
  it("030/C1 the root itself has what it was allowed and nothing more", async () => {
    const { end, frames } = await wanting(["EXECUTE_K"]);
    expect([end.status, end.fault?.name, turnsOf(frames).length]).toEqual(["enforced", "DOMAIN_UNAUTHORIZED", 0]);
    expect((await wanting(allVerbs)).end.status).toBe("completed");
  });
  it("030/C2 a trace in which a process uses another's capability is refused", () => {
    const heard = smallRun()[5]!;
    expect(refusalOf(edited(5, { entries: [entry(SYSCALL.LOG, { capability: CAP.EXECUTE_K, body: pack({ level: "info", label: "hello" }) })] })).detail["rule"]).toBe("a capability is used by its holder");
    expect(heard.kind).toBe("turn");
  });
  it("030/C3 a process that is refused and ends leaves its parent running", async () => {
    const { end } = await run(toy("root", ["Q"], function* () {
      const child = yield* k.spawn(toy("child", ["Q"], function* (): Body {
        for (const { verb, capability } of yield* k.capabilities()) if (verb === "ALLOCATE_Q") yield* k.revoke(capability);
        return yield* reserve("Q");
      }));
      return [yield* codeOf(k.join(child)), yield* codeOf(reserve("Q"))];
    }));
    expect([end.status, end.result]).toEqual(["completed", [expect.not.stringMatching(/^OK$/), "OK"]]);
  });
  it("030/C4 what was delegated dies with what it was derived from", async () => {
    const { end } = await run(toy("root", [], function* () {
      const me = yield* k.self();
      const child = yield* k.spawn(toy("child", [], function* () { yield* k.sleep(3); return yield* codeOf(k.send(me, 1)); }));
      yield* k.sleep(1);
      for (const { verb, capability } of yield* k.capabilities()) if (verb === "IPC_SEND") yield* k.revoke(capability);
      return yield* k.join(child);
    }));
    expect(end.result).toBe("DOMAIN_UNAUTHORIZED");
  });
  it("030/C5 no policy and no lateness changes what is permitted", async () => {
    for (const policy of POLICY_NAMES) expect((await run(denied, { policy })).end.result, policy).toEqual(["DOMAIN_UNAUTHORIZED", "OK"]);
  });
});

describe("cryptography and records", () => {
  it("031/C1 a key is named by the SHA-256 of an Ed25519 key, a run by a SHA-256", async () => {
    const { keyId, publicKey } = testSigner();
    const { bytes, digest } = await theWhole();
    expect(verified(bytes)).toMatchObject({ keyId: createHash("sha256").update(publicKey).digest("hex"), digest });
    expect([publicKey.length, keyId.length, digest.length]).toEqual([32, 64, 64]);
  });
  it("031/C4 a seal by another key than the one required is refused", async () => {
    const { bytes } = await theWhole();
    expect(verified(bytes, { signer: testSigner().keyId })).toMatchObject({ trusted: true });
    expect(refusalOf(bytes, { signer: testSigner(8).keyId }).fault).toBe("SIGNER_MISMATCH");
  });
  it("031/C5 who signs is not part of what is replayed", async () => {
    const [mine, theirs] = [await theWhole(), await witness(whole, { signer: testSigner(9) })];
    expect(theirs.digest).toBe(mine.digest);
    expect(verified(theirs.bytes).keyId).not.toBe(verified(mine.bytes).keyId);
  });
  it("034/C1 calls and refusals both stand in the record", async () => {
    const { entries, end } = await theWhole();
    const { refused } = end.result as { refused: readonly string[] };
    const recorded = entries.filter(({ code, verdict }) => code < 128 && verdict !== 0).map(({ verdict }) => verdict);
    expect(refused.every((name) => name !== "OK")).toBe(true);
    expect(recorded).toEqual(refused.map((name) => FAULTS[name as keyof typeof FAULTS].code));
    expect(codesOf(entries, SYSCALL.PROC_SPAWN, SYSCALL.IPC_SEND, SYSCALL.XDV_CALL, SYSCALL.MEASURE, SYSCALL.PROJECT).length).toBeGreaterThan(8);
  });
  it("034/C2 a block taken out of the chain, or two that change places, are noticed", async () => {
    const { bytes } = await theWhole();
    const at = unitOffsets(bytes);
    const [start, middle, end] = [at.at(-5)!, at.at(-4)!, at.at(-3)!];
    expect(at.length).toBeGreaterThan(8);
    expect(refusalOf(joined(bytes.subarray(0, start), bytes.subarray(middle))).fault).toMatch(/^TRACE_/);
    expect(refusalOf(joined(bytes.subarray(0, start), bytes.subarray(middle, end), bytes.subarray(start, middle), bytes.subarray(end))).fault).toMatch(/^TRACE_/);
  });
  it("034/C3 each provider is attested at boot, and says it is simulated", async () => {
    const { entries, recording } = await theWhole();
    const attested = withCode(entries, EVENT.PROVIDER_ATTESTED).map(bodyOf);
    expect(attested.map(({ provider }) => provider)).toEqual(recording.header.providers.map(({ provider }) => provider));
    for (const { attestation, kernels } of attested) expect([attestation, (kernels as unknown[]).length > 0]).toEqual(["simulated", true]);
  });
  it("034/C4 of bits turned all over the file none passes", async () => {
    const { bytes } = await theWhole();
    for (let n = 0; n < 200; n++) {
      const altered = bytes.slice();
      const at = Math.floor((n + 0.5) * bytes.length / 200);
      altered[at] = altered[at]! ^ (1 << n % 8);
      expect(refusalOf(altered).fault, String(at)).toMatch(/^TRACE_/);
    }
  });
  it("034/C5 what was verified replays to the same digest", async () => {
    const { bytes } = await theWhole();
    expect((await replayTrace(bytes, { program: whole })).digest).toBe(verified(bytes).digest);
  });
  it("034/C6 no outcome on record holds an amplitude or the phase of a component", async () => {
    const { entries } = await theWhole();
    expect(withCode(entries, EVENT.JOB_OUTCOME).length).toBeGreaterThan(3);
    expect(rawIn(entries)).toEqual([]);
  });
  it("REQ/030-034 who was refused what, and who signed, can be read from the file alone", async () => {
    const { bytes, entries } = await theWhole();
    const refusals = entries.filter(({ code, verdict }) => code < 128 && verdict !== 0);
    expect(refusals.map((one) => Object.keys(bodyOf(one)).length > 0)).toEqual([true, true, true]);
    expect(verified(bytes)).toMatchObject({ sealed: true, status: "completed", keyId: testSigner().keyId });
  });
});

describe("boot", () => {
  const bootOf = async () => (await theWhole()).frames.filter(({ kind, tick }) => kind === "kernel" && tick === 0).flatMap(({ entries }) => entries);
  const first = (codes: readonly number[], code: number): number => codes.indexOf(code);
  it("062/C2 boot has one order, the same every time", async () => {
    const codes = (await bootOf()).map(({ code }) => code);
    const order = [EVENT.PROCESS_DECLARED, EVENT.PROVIDER_ATTESTED, EVENT.CAPABILITY_ISSUED].map((code) => first(codes, code));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[0]).toBe(0);
    expect(order[2]).toBeLessThan((await bootOf()).findIndex((one) => one.code === EVENT.TRANSITION && bodyOf(one)["to"] === "domainBound"));
    expect((await witness(whole)).frames[0]).toEqual((await theWhole()).frames[0]);
  });
  it("062/C3 the root's capabilities are those of the header, and come before its domains are bound", async () => {
    const [boot, { recording }] = [await bootOf(), await theWhole()];
    const issued = withCode(boot, EVENT.CAPABILITY_ISSUED).map(bodyOf);
    expect(issued.map(({ verb }) => verb)).toEqual(recording.header.allow);
    for (const { holder, parent } of issued) expect([holder, parent]).toEqual([ROOT, 0]);
    const bound = boot.findIndex((one) => one.code === EVENT.TRANSITION && bodyOf(one)["to"] === "bound");
    expect(first(boot.map(({ code }) => code), EVENT.CAPABILITY_ISSUED)).toBeLessThan(bound);
  });
  it("062/C4 every provider is attested before anything is bound", async () => {
    const boot = await bootOf();
    const last = boot.findLastIndex(({ code }) => code === EVENT.PROVIDER_ATTESTED);
    expect(last).toBeGreaterThan(0);
    expect(last).toBeLessThan(boot.findIndex((one) => one.code === EVENT.TRANSITION && bodyOf(one)["to"] === "bound"));
  });
  it("062/C5 a root that cannot be bound takes no turn, and the run is sealed as enforced", async () => {
    const { end, frames } = await wanting(["EXECUTE_K", "ALLOCATE_Q"]);
    expect([end.status, turnsOf(frames).length]).toEqual(["enforced", 0]);
    expect(entriesOf(frames).at(-1)?.code).toBe(EVENT.RUN_END);
  });
  it("062/C6 boot stands in the trace, at tick 0, before everything else", async () => {
    const { frames } = await theWhole();
    expect([frames[0]!.kind, Number(frames[0]!.tick)]).toEqual(["kernel", 0]);
    expect(frames[0]!.entries.length).toBeGreaterThan(10);
  });
  it("REQ/060-062 attested, scoped, and refused by the same numbers", async () => {
    const boot = await bootOf();
    expect(withCode(boot, EVENT.PROVIDER_ATTESTED)).not.toEqual([]);
    const scoped = run(toy("root", ["Q"], function* () {
      const contract = yield* reserve("Q", { budget: 1 });
      return [yield* codeOf(submit("Q", contract, { stage: "calibration" })), yield* codeOf(submit("Q", contract, { units: 3, stage: "support" })), yield* codeOf(submit("Q", contract, { charge: 2 }))];
    }));
    expect((await scoped).end.result).toEqual(["Q_ERR_CALIBRATION_INVALID", expect.stringMatching(/^Q_ERR_(GATE_UNSUPPORTED|RESOURCE_UNAVAILABLE)$/), "Q_ERR_DECOHERENCE_EXCEEDED"]);
  });
});
