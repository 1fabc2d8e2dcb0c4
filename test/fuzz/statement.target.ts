// Signed statements: seals alone and in batches, certificates of graphs, attestations with their epochs in stretches. What was altered and
// not signed again is refused; what was signed again must not contradict itself, and what is accepted is what its maker would have made.
import { canonicalJson, parseCanonicalJson, sameBytes, toHex } from "../../kernel-abi/canonical.ts";
import { preAuthentication, PAYLOAD_TYPE } from "../../kernel-abi/dsse.ts";
import { attestable, attestationDiffers, epochsTold, makeAttestation, makeAttestations, openAttestation, type Attestation, type AttestedEpoch } from "../../kernel-abi/qvm/attestation.ts";
import { certifyGraph, checkCertificate, graphDigest, openCertificate } from "../../kernel-abi/qvm/certificate.ts";
import type { Graph } from "../../kernel-abi/qvm/graph.ts";
import { stretchesRoot, type Stretches } from "../../kernel-abi/qvm/stretches.ts";
import { verifyGraph } from "../../kernel-abi/qvm/verify.ts";
import { inclusionProof, merkleRoot } from "../../replay/merkle.ts";
import { makeSeals } from "../../replay/seal-batch.ts";
import { BATCH_TYPE, makeSeal, openSeal, SealRefused, signatureHolds } from "../../replay/seal.ts";
import { sha256 } from "../../runtime/adapters/sha256.ts";
import { attestationFacts, epoch, usage } from "../support/attestations.ts";
import { upstreamExamples } from "../support/graphs.ts";
import { HOST } from "../support/recordings.ts";
import type { Dice } from "./dice.ts";
import { alteredValue } from "./mutate.ts";
import { alteredStatement, canonicalOr, signedAround, signer, statementIn, type Altered } from "./signed.ts";
import { demand, verdict, type Target } from "./target.ts";

const PORTS = { sha256, signature: signatureHolds };
const FACTS = { digest: "a".repeat(64), merkleRoot: "b".repeat(64), blocks: 1, frames: 2, events: 3, bytes: 4, format: 1, status: "completed", durability: "process", host: HOST } as const;
const salts = (bytes: number): Uint8Array => Uint8Array.from({ length: bytes }, (_, at) => (at * 37 + 11) & 255);
const BATCHES = [1, 2, 3, 5, 8, 13].map((count) => makeSeals(Array.from({ length: count }, (_, at) => ({ ...FACTS, bytes: at })), signer, salts));
const SEALS: readonly Uint8Array[] = [makeSeal({ ...FACTS, status: "faulted" }, signer), ...BATCHES.flat()];

const GRAPHS: readonly Graph[] = upstreamExamples().flatMap(([, json]) => verifyGraph(json).graph ?? []);
const CERTIFICATES = GRAPHS.map((graph) => certifyGraph({ verdict: verifyGraph(graph) }, signer, sha256));

/** What was accepted without being signed again is what was signed, and nobody else is said to have. */
function untouched(bytes: Uint8Array, keyId: string, made: readonly Uint8Array[], signedAgain: boolean): void {
  demand(keyId === signer.keyId, "signed by somebody else");
  demand(signedAgain || made.some((one) => sameBytes(one, bytes)), "altered, and accepted");
}

const leafOf = (payload: Uint8Array): Uint8Array => sha256(Uint8Array.of(0, ...preAuthentication(PAYLOAD_TYPE, payload)));

/** One statement of a batch altered, and the batch signed again around it; now and then as of another place or with a path that is altered. */
function batchAgain(dice: Dice): Altered {
  const batch = dice.pick(BATCHES.slice(1));
  const payloads = batch.map((bytes) => canonicalJson(statementIn(bytes)));
  const at = dice.below(batch.length);
  const payload = canonicalOr(alteredValue(dice, parseCanonicalJson(payloads[at] ?? new Uint8Array(0))), new Uint8Array(0));
  const leaves = payloads.map((one, other) => leafOf(other === at ? payload : one));
  const path: unknown = inclusionProof(leaves, dice.once(6) ? dice.below(leaves.length) : at).map(toHex);
  const root = toHex(merkleRoot(leaves));
  const signed = preAuthentication(BATCH_TYPE, canonicalJson({ count: dice.once(6) ? leaves.length + 1 : leaves.length, root }));
  return signedAround(dice, payload, signed, { path: dice.once(4) ? alteredPath(dice, path) : path });
}

function alteredPath(dice: Dice, path: unknown): unknown {
  const value = alteredValue(dice, path);
  return canonicalOr(value, new Uint8Array(0)).length === 0 ? [] : value;
}

function seal(dice: Dice): string {
  const batched = dice.once(2);
  const { bytes, signedAgain } = batched ? batchAgain(dice) : alteredStatement(dice, dice.pick(SEALS));
  try {
    const { keyId, batch } = openSeal(bytes);
    untouched(bytes, keyId, SEALS, signedAgain);
    demand(batch === undefined || (batch.count > 1 && batch.index < batch.count), "a place outside of its batch");
    return batch === undefined ? "seal ok" : "seal of a batch ok";
  } catch (error) {
    if (error instanceof SealRefused) return `seal ${error.message}`;
    throw error;
  }
}

function certificate(dice: Dice): string {
  const at = dice.below(GRAPHS.length);
  const graph = GRAPHS[at];
  if (graph === undefined) return "";
  const { bytes, signedAgain } = alteredStatement(dice, CERTIFICATES[at] ?? new Uint8Array(0));
  const other = dice.pick(GRAPHS);
  return `certificate ${verdict(() => {
    const opened = openCertificate(bytes, PORTS);
    untouched(bytes, opened.keyId, CERTIFICATES, signedAgain);
    const checked = checkCertificate(bytes, { graph: dice.once(8) ? other : graph, keyIds: [signer.keyId], mode: "thread", ...PORTS });
    demand(checked.graph === graphDigest(graph, sha256), "a certificate of another graph");
  })}`;
}

const PLACES = ["m0", "m1"].flatMap((module) => ["q0", "q1", "q2"].map((vq) => ({ vq, profile: "logical:surface_code(d=3)", physicalQubits: 18, module })));

/** Up to eight epochs that follow one another, with qubits that come, go and move. */
function epochs(dice: Dice): readonly AttestedEpoch[] {
  let [from, mapping] = [0, PLACES.slice(0, 1)];
  return Array.from({ length: dice.below(9) }, (_, at) => {
    if (dice.once(2)) mapping = ["q0", "q1", "q2"].flatMap((vq) => (dice.once(3) ? [] : PLACES.filter((place) => place.vq === vq).slice(dice.below(2)).slice(0, 1)));
    const to = from + dice.below(3);
    const made = epoch(at, from, to, { mapping, decisions: [], usage: usage({ logicalQubits: 3, physicalQubits: 54, nodes: to - from }), ...(dice.once(6) ? { undone: { nodes: 1, cost: 2 } } : {}) });
    from = to;
    return made;
  });
}

const RUN = "1a".repeat(32);
const factsOf = (all: readonly AttestedEpoch[]) => {
  const nodes = all.at(-1)?.to ?? 0;
  return attestationFacts({ epochs: all, nodes, usage: all.length === 0 ? usage({}) : usage({ logicalQubits: 3, physicalQubits: 54, nodes }) });
};
/** Alone, and with others. */
const ATTESTATIONS = [1, 2, 5].flatMap((count) => makeAttestations(Array.from({ length: count }, () => attestable(RUN, attestationFacts(), signer, sha256)), { signer, sha256, fresh: salts }));

interface Stated { readonly predicate: Readonly<Record<string, unknown>> & { readonly epochs: Stretches } }

/** The stretches altered under a root that is theirs, or anything else of the statement. */
function alteredStretches(dice: Dice, statement: unknown): unknown {
  if (dice.once(4)) return alteredValue(dice, statement);
  const stated = statement as Stated;
  const told = alteredValue(dice, stated.predicate.epochs.told) as Stretches["told"];
  if (!Array.isArray(told) || told.some((one) => canonicalOr(one, new Uint8Array(0)).length === 0)) return stated;
  return { ...stated, predicate: { ...stated.predicate, epochs: { ...stated.predicate.epochs, told, root: stretchesRoot(told, sha256) } } };
}

/** Of the epochs that are told one by one an attestation can be made again that says the same. */
function madeAgain({ run, keyId: _, audit: { left, ...audit }, epochs: stated, ...facts }: Attestation): void {
  if (stated.left.epochs > 0 || left > 0 || stated.count > 64) return;
  const told = [...epochsTold(stated)];
  demand(told.length === stated.count, "epochs that are told are not as many as it says");
  const again = openAttestation(makeAttestation(run, { ...facts, audit, epochs: told }, signer, sha256), PORTS);
  const shown = (each: AttestedEpoch): string => JSON.stringify({ ...each, mapping: each.mapping.toSorted((a, b) => (a.vq < b.vq ? -1 : 1)) });
  demand(JSON.stringify([...epochsTold(again.epochs)].map(shown)) === JSON.stringify(told.map(shown)), "made again, it says something else");
}

function attestation(dice: Dice): string {
  const base = dice.once(4) ? dice.pick(ATTESTATIONS) : makeAttestation(RUN, factsOf(epochs(dice)), signer, sha256);
  const { bytes, signedAgain } = dice.once(16) ? { bytes: base, signedAgain: false } : alteredStatement(dice, base, (statement) => alteredStretches(dice, statement));
  return `attestation ${verdict(() => {
    const opened = openAttestation(bytes, PORTS);
    untouched(bytes, opened.keyId, [base], signedAgain);
    madeAgain(opened);
    attestationDiffers(opened, { run: RUN, graph: opened.graph, nodes: opened.nodes, shots: 8, units: 3, capabilities: [], epochs: [3, 2] });
  })}`;
}

export const statement: Target = {
  name: "statement",
  once(dice) {
    switch (dice.below(4)) {
      case 0: return seal(dice);
      case 1: return certificate(dice);
      default: return attestation(dice);
    }
  },
};
