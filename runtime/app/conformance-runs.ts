// Reference runs: small programs with fixed seeds whose digests stand in conformance.json, and what is checked of them live, on this
// machine. Nothing is written to disk; the seals are made by a key that is thrown away.
import { generateKeyPairSync, sign } from "node:crypto";
import { circuit } from "../../domains/q/api/circuit.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import type { Signer } from "../../kernel-abi/ports.ts";
import { keyIdOf } from "../../replay/seal.ts";
import { createMemorySink } from "../adapters/memory.ts";
import type { ReferenceRun } from "./conformance.ts";
import { defineProcess } from "./define.ts";
import { record } from "./record.ts";
import { replayTrace, reproduceTrace, verifyTrace } from "./trace.ts";

const echo = defineProcess({
  name: "echo",
  *run({ k }) {
    const { from, body } = yield* k.receive();
    yield* k.send(from, body);
  },
});

const mail = defineProcess({
  name: "mail",
  *run({ k }) {
    const children = [];
    for (let at = 0; at < 4; at++) children.push(yield* k.spawn(echo));
    for (const child of children) yield* k.send(child, { drawn: yield* k.random("order") });
    const heard = [];
    for (const _ of children) heard.push((yield* k.receive()).body);
    return heard;
  },
});

const measured = defineProcess({
  name: "measured",
  domains: ["Q"],
  *run({ q }) {
    const contract = yield* q.reserve({ qubits: 3, budget: 4_000 });
    const clifford = yield* q.measure(yield* q.sample(contract, circuit(3).h(0).cx(0, 1).cx(1, 2).measureAll(), 64));
    const turned = yield* q.measure(yield* q.submit(contract, circuit(2).ry(0.7, 0).cx(0, 1).measureAll()));
    return { clifford, turned: [...turned] };
  },
});

const coherent = defineProcess({
  name: "coherent",
  domains: ["PHI"],
  *run({ phi }) {
    const window = yield* phi.reserve({ components: 8, duration: 10_000, tolerance: { error: 1, noise: 0.5 } });
    const [a, b] = [yield* phi.open(window, [0.1, 0.4, 0.2, 0.3]), yield* phi.open(window, [0.5, 0.2, 0.9, 0.1])];
    yield* phi.shift(a, 0.25);
    yield* phi.align(b, 0.5);
    const merged = yield* phi.merge(a, b);
    return [merged, yield* phi.evaluate(a)];
  },
});

const refused = defineProcess({
  name: "refused",
  domains: ["Q"],
  *run({ k, q }) {
    for (const { verb, capability } of yield* k.capabilities()) if (verb === "ALLOCATE_Q") yield* k.revoke(capability);
    try {
      yield* q.reserve({ qubits: 1, budget: 10 });
      return "allowed";
    } catch (fault) {
      return fault instanceof Fault ? fault.fault : "other";
    }
  },
});

const RUNS: readonly Behaviour[] = [mail, measured, coherent, refused];
const SEED = "conformance";

/** A key of this process alone. */
function passingSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(-32));
  return { publicKey: raw, keyId: keyIdOf(raw), sign: (bytes) => new Uint8Array(sign(null, bytes, privateKey)) };
}

async function recorded(program: Behaviour, signer: Signer): Promise<{ readonly digest: string; readonly bytes: Uint8Array }> {
  const sink = createMemorySink();
  const { digest } = await record({ program, seed: SEED, workers: 0, out: sink, signer });
  return { digest, bytes: sink.bytes() };
}

/** The digests of the reference runs, computed here and now. */
export async function referenceRuns(): Promise<readonly ReferenceRun[]> {
  const signer = passingSigner();
  const runs: ReferenceRun[] = [];
  for (const program of RUNS) runs.push({ name: program.name, seed: SEED, digest: (await recorded(program, signer)).digest });
  return runs;
}

export interface SelfCheck {
  readonly run: string;
  readonly check: "reference" | "repeated" | "verified" | "replayed" | "reproduced" | "tampering refused";
  readonly holds: boolean;
  /** What was found instead; empty where it holds. */
  readonly found: string;
}

/** Bits are turned at so many places, evenly spread over the file. */
const FLIPS = 16;

/** Whether every altered copy is refused, and where not. */
async function tampering(bytes: Uint8Array): Promise<string> {
  for (let flip = 0; flip < FLIPS; flip++) {
    const at = Math.floor(((flip + 0.5) * bytes.length) / FLIPS);
    const altered = bytes.slice();
    altered[at] = (altered[at] ?? 0) ^ (1 << (flip % 8));
    const fault = await foundBy(async () => { await verifyTrace(altered, { trusted: [] }); return ""; });
    if (!fault.startsWith("TRACE_")) return `a bit turned at ${at}: ${fault === "" ? "accepted" : fault}`;
  }
  return "";
}

/** The name of what was thrown, or what was returned. */
async function foundBy(act: () => Promise<string>): Promise<string> {
  try {
    return await act();
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

async function checksOf(program: Behaviour, expected: string, signer: Signer): Promise<readonly SelfCheck[]> {
  const [first, second] = [await recorded(program, signer), await recorded(program, signer)];
  const same = (digest: string, as: string): string => (digest === as ? "" : digest);
  const checks: readonly (readonly [SelfCheck["check"], () => Promise<string>])[] = [
    ["reference", () => Promise.resolve(same(first.digest, expected))],
    ["repeated", () => Promise.resolve(same(second.digest, first.digest))],
    ["verified", async () => same((await verifyTrace(first.bytes, { trusted: [] })).digest, first.digest)],
    ["replayed", async () => same((await replayTrace(first.bytes, { program })).digest, first.digest)],
    ["reproduced", async () => same((await reproduceTrace(first.bytes, { program, workers: 0 })).digest, first.digest)],
    ["tampering refused", () => tampering(first.bytes)],
  ];
  const made: SelfCheck[] = [];
  for (const [check, act] of checks) {
    const found = await foundBy(act);
    made.push({ run: program.name, check, holds: found === "", found });
  }
  return made;
}

/** Runs, replays, reproduces and alters each reference run on this machine. Never throws for what does not hold. */
export async function selfTest(reference: readonly ReferenceRun[]): Promise<readonly SelfCheck[]> {
  const signer = passingSigner();
  const all: SelfCheck[] = [];
  for (const program of RUNS) {
    const expected = reference.find(({ name, seed }) => name === program.name && seed === SEED)?.digest ?? "not in the table";
    all.push(...await checksOf(program, expected, signer));
  }
  return all;
}
