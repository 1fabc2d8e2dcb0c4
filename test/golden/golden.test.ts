// The golden corpus: what every version sealed verifies and replays here, byte for byte, and gives the same digest when recorded again.
// It needs nothing but the traces: each carries its program. The digests stand in manifest.json.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EVENT, entryName, type Frame } from "../../kernel-abi/frame.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { FlagName } from "../../kernel-abi/version.ts";
import { openBundle, walk } from "../../replay/bundle.ts";
import { replayTrace, verifyTrace } from "../../runtime/app/trace.ts";
import { createMemorySink, memorySource } from "../../runtime/adapters/memory.ts";
import { scratch } from "../support/cli.ts";
import { CATALOGUE, FOLDER, MANIFEST, traceFile, type Manifest, type Row } from "./catalogue.ts";
import { behindSnapshot, forkOf } from "./derived.ts";

const FIRST_EVENT = EVENT.PROCESS_DECLARED;
const manifest = JSON.parse(readFileSync(MANIFEST, "utf8")) as Manifest;
const stated = Object.entries(manifest).flatMap(([version, traces]) => Object.entries(traces).map(([name, facts]) => ({ version, name, ...facts })));
const present = readdirSync(FOLDER, { withFileTypes: true }).filter((one) => one.isDirectory() && /^\d/.test(one.name))
  .flatMap(({ name: version }) => readdirSync(join(FOLDER, version)).map((file) => `${version}/${file}`));
const bytesOf = (version: string, name: string): Uint8Array => readFileSync(traceFile(version, name));
/** The chained part: all but the seal, whose signer and host are another's. Its last 32 bytes are the digest. */
const chained = (bytes: Uint8Array, digest: string): Buffer => {
  const whole = Buffer.from(bytes);
  return whole.subarray(0, whole.lastIndexOf(Buffer.from(digest, "hex")) + 32);
};
scratch(); // a home for the key that signs what is recorded again

describe("the set", () => {
  it("is what the manifest says, no trace more and none less", () => {
    expect(present.sort()).toEqual(stated.map(({ version, name }) => `${version}/${name}.triad`).sort());
  });

  it("has, of the first version, every row of the catalogue it was made from", () => {
    expect(Object.keys(manifest["0.1.0"] ?? {}).filter((name) => !CATALOGUE.some((row) => row.name === name))).toEqual([]);
    expect(Object.keys(manifest["0.1.0"] ?? {})).toHaveLength(27);
  });

  it("reaches every syscall and event that the first version writes, every end but `revoked`, and a dozen kinds of refusal", () => {
    const frames: Frame[] = stated.filter(({ version }) => version === "0.1.0")
      .flatMap(({ version, name }) => [...walk(memorySource(bytesOf(version, name)))].map(({ frame }) => frame));
    const entries = frames.flatMap((frame) => frame.entries);
    const reached = new Set(entries.map(({ code }) => entryName(code)));
    const unwritten = ["ABI_QUERY", "IPC_RECEIVE", "TRACE_READ", "CALIBRATION_ISSUED"];
    expect([...Object.keys(SYSCALL), ...Object.keys(EVENT)].filter((name) => FIRST.has(name) && !reached.has(name))).toEqual([]);
    expect(unwritten.some((name) => reached.has(name))).toBe(false);
    expect(new Set(stated.map(({ status }) => status))).toEqual(new Set(["completed", "bounded", "enforced", "faulted", "stuck"]));
    expect(new Set(entries.map(({ verdict }) => verdict)).size).toBeGreaterThan(12);
  });
});

/** Codes that stand in no trace, with the reason. */
const UNWRITTEN: Readonly<Record<string, string>> = {
  ABI_QUERY: "pure reads are never recorded: a replay derives them again",
  IPC_RECEIVE: "no operation makes it: waiting for mail ends the turn, and the delivery is the record",
  CALIBRATION_ISSUED: "reserved: a calibration stands in the terms of the contract that binds it",
};

describe("all versions together", () => {
  const frames = stated.flatMap(({ version, name }) => [...walk(memorySource(bytesOf(version, name)))].map(({ frame }) => frame));
  const accepted = new Set(frames.flatMap(({ entries }) => entries).filter(({ code, verdict }) => code >= FIRST_EVENT || verdict === 0).map(({ code }) => entryName(code)));
  const names = [...Object.keys(SYSCALL), ...Object.keys(EVENT)];

  it("reach every syscall, granted, and every event, but for those that are never written", () => {
    expect(names.filter((name) => !accepted.has(name))).toEqual(Object.keys(UNWRITTEN));
  });

  it("have a run under a policy of its own, carried by its program and digested into its header", () => {
    const { header, program } = openBundle(memorySource(bytesOf("0.2.0", "plugged"))).recording;
    expect(header.policy).toMatchObject({ name: "mostly-lifo", version: 3 });
    expect(program.executed).toContain("mostly-lifo");
    expect(frames.some((frame) => frame.kind === "turn" && frame.ready > 4)).toBe(true);
  });
});

/** Codes the first version could write. */
const FIRST = new Set([
  "LOG", "TIMER_SET", "PROC_SPAWN", "PROC_TRANSITION", "PROC_EXIT", "PROC_JOIN", "CAP_REQUEST", "CAP_ATTENUATE", "CAP_REVOKE", "CONTRACT_REQUEST", "CONTRACT_RELEASE",
  "CONTRACT_QUERY", "BIND", "UNBIND", "IPC_SEND", "XDV_CALL", "MEASURE", "PROJECT", "METRIC_EMIT", "PROCESS_DECLARED", "TRANSITION", "CAPABILITY_ISSUED", "CAPABILITY_REVOKED",
  "PROVIDER_ATTESTED", "CONTRACT_ISSUED", "CONTRACT_ACTIVATED", "CONTRACT_EXPIRED", "CONTRACT_REVOKED", "CONTRACT_COMPLETED", "CONTRACT_RELEASED", "WINDOW_START", "WINDOW_STOP",
  "JOB_INTENT", "JOB_OUTCOME", "JOB_ABANDONED", "FAULT", "RUN_END",
]);

describe.each(stated)("$version/$name", ({ version, name, digest, status, sha256, bytes }) => {
  it("is the file that was kept, and verifies", async () => {
    const file = bytesOf(version, name);
    expect([file.length, createHash("sha256").update(file).digest("hex")]).toEqual([bytes, sha256]);
    expect(await verifyTrace(traceFile(version, name))).toMatchObject({ ok: true, sealed: true, digest, status });
  });

  it("replays to its digest and is recorded again byte for byte", async () => {
    const out = createMemorySink();
    const report = await replayTrace(traceFile(version, name), { trustProgram: true, out });
    expect([report.complete, report.digest, report.sealed?.digest, report.end?.status]).toEqual([true, digest, digest, status]);
    expect(chained(out.bytes(), digest).equals(chained(bytesOf(version, name), digest))).toBe(true);
    expect((await replayTrace(out.bytes(), { trustProgram: true })).digest).toBe(digest);
  });
});

/** Kept traces of rows that come of another trace, in every version that has them. */
const derivedOf = (kind: "fork" | "behind"): readonly { readonly version: string; readonly row: Row; readonly digest: string }[] =>
  CATALOGUE.filter((row) => row[kind] !== undefined).flatMap((row) => stated.filter(({ name }) => name === row.name).map(({ version, digest }) => ({ version, row, digest })));

describe("a fork", () => {
  it.each(derivedOf("fork"))("$version/$row.name is what forking its parent gives, and goes its own way", async ({ version, row: { name, fork }, digest }) => {
    if (fork === undefined) return;
    const again = await forkOf(bytesOf(version, fork.of), fork);
    expect(chained(again, digest).equals(chained(bytesOf(version, name), digest))).toBe(true);
    const results = [name, fork.of].map((of) => [...walk(memorySource(bytesOf(version, of)))].at(-1)?.frame.entries.at(-1)?.body);
    expect(results[0]).not.toEqual(results[1]);
  });

  it("there is of every kind: another seed behind a position, another input", () => {
    expect(derivedOf("fork").map(({ row: { fork } }) => [fork?.seed !== undefined, fork?.input !== undefined, (fork?.at ?? 0) > 0])).toEqual([[true, false, true], [false, true, false]]);
  });
});

describe("a run that went on from a snapshot", () => {
  it.each(derivedOf("behind"))("$version/$row.name: cut there, it goes on from a snapshot to the same bytes", async ({ version, row: { name, behind }, digest }) => {
    if (behind === undefined) return;
    const again = await behindSnapshot(bytesOf(version, name), behind);
    expect(chained(again, digest).equals(chained(bytesOf(version, name), digest))).toBe(true);
  });
});

/** By flag: a trace recorded under it and one from before, of one program, which part at what the flag decides. */
const PARTED: readonly (readonly [flag: FlagName, under: string, before: string])[] = [
  ["guardsFailAsThrown", "guards", "guards-before"], ["authorityAfterFaults", "bereft", "bereft-before"], ["overuseEndsContracts", "bereft", "bereft-before"],
  ["callsRefusedByForm", "malformed", "malformed-before"], ["eventsAreRefused", "guards", "guards-before"], ["declarationsChecked", "declared", "declared-before"],
  ["ambientByAnyWay", "matches", "matches-before"], ["refusalsInFull", "nonsense", "nonsense-before"], ["exitsHeard", "together", "together-before"], ["callsReadOnce", "shifty", "shifty-before"],
  ["entriesReachInvoked", "entries", "entries-before"], ["unrunRefused", "unrun", "unrun-before"],
];

describe("a flag of the ABI", () => {
  it.each(PARTED)("%s decides in %s and does not in %s", (flag, under, before) => {
    const [on, off] = [under, before].map((name) => openBundle(memorySource(bytesOf("0.2.0", name))).recording);
    expect([on?.header.abi.flags.includes(flag), off?.header.abi.flags.includes(flag)]).toEqual([true, false]);
    expect(off?.program.executed).toBe(on?.program.executed);
    const ends = [under, before].map((name) => [...walk(memorySource(bytesOf("0.2.0", name)))].at(-1)?.frame.entries.at(-1)?.body);
    expect(ends[0]).not.toEqual(ends[1]);
  });
});
