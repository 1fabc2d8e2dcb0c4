// Signatures on records (XDV-070, "Signature"; row 19: signed on export) and their check.
//   Q1  Signed are the canonical bytes of the record without its signature, under a type that names its schema and its stream:
//       a record moved to another run's stream, or to another schema, no longer holds.
//   Q2  A stream is whole when its start, every sequence number from 0 and its end are there, each signed by one key.
import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";
import { compiled } from "../kernel-abi/schema.ts";
import { preAuthentication } from "../kernel-abi/dsse.ts";
import { canonicalJson, fromBase64, parseCanonicalJson, toBase64 } from "../kernel-abi/canonical.ts";
import type { Signer } from "../kernel-abi/ports.ts";
import { LineSchema, SCHEMA, type Signature, type StreamStart, type TelemetryLine } from "./schema.ts";

const utf8 = new TextEncoder();
const sha256Hex = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** What is signed of a line; `stream` is empty for the first. */
function signedBytes({ signature: _, ...line }: TelemetryLine, stream: string): Uint8Array {
  return preAuthentication(`application/vnd.${line.schema}+json${stream === "" ? "" : `;stream=${stream}`}`, canonicalJson(line));
}

/** Names a stream: the digest of its first line as it is written. */
const streamId = (start: StreamStart): string => sha256Hex(canonicalJson(start));

const signatureBy = (signer: Signer, bytes: Uint8Array): Signature => ({ keyId: signer.keyId, sig: toBase64(signer.sign(bytes)) });

/** The first line with the key in it, signed. */
export function signedStart(start: StreamStart, signer: Signer): StreamStart {
  const line = { ...start, signer: { keyId: signer.keyId, public: toBase64(signer.publicKey) } };
  return { ...line, signature: signatureBy(signer, signedBytes(line, "")) };
}

export type StreamSigner = <L extends TelemetryLine>(line: L) => L;

/** Signs the lines behind a signed start. */
export function streamSigner(start: StreamStart, signer: Signer): StreamSigner {
  const stream = streamId(start);
  return (line) => ({ ...line, signature: signatureBy(signer, signedBytes(line, stream)) });
}

/** What checking a stream of lines found. */
export type StreamVerdict =
  | { readonly ok: true; readonly keyId: string; readonly records: number; /** Whether its end is there. */ readonly complete: boolean }
  | { readonly ok: false; /** From 1. */ readonly line: number; readonly why: "malformed" | "no-start" | "unsigned" | "signer" | "signature" | "sequence" | "after-end" };

export interface VerifyStreamOptions {
  /** The only key ids accepted; any key that fits its id unless given. */
  readonly signers?: readonly string[];
}

const lineCheck = compiled(LineSchema);

function parseLine(text: string): TelemetryLine | undefined {
  try {
    const value = parseCanonicalJson(utf8.encode(text));
    return lineCheck().Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The key a start names, if it is the key it says it is. */
function keyOf({ signer }: StreamStart): { readonly keyId: string; readonly raw: Uint8Array } | undefined {
  if (signer === undefined) return undefined;
  try {
    const raw = fromBase64(signer.public);
    return raw.length === 32 && sha256Hex(raw) === signer.keyId ? { keyId: signer.keyId, raw } : undefined;
  } catch {
    return undefined;
  }
}

function holds(raw: Uint8Array, bytes: Uint8Array, sig: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(raw).toString("base64url") }, format: "jwk" });
    return verifySignature(null, bytes, key, fromBase64(sig));
  } catch {
    return false;
  }
}

type Refusal = Extract<StreamVerdict, { readonly ok: false }>["why"];

class StreamCheck {
  readonly #accepted: readonly string[] | undefined;
  #key: { readonly keyId: string; readonly raw: Uint8Array } | undefined;
  #stream = "";
  records = 0;
  complete = false;
  constructor(accepted: readonly string[] | undefined) { this.#accepted = accepted; }

  get keyId(): string { return this.#key?.keyId ?? ""; }

  line(text: string): Refusal | undefined {
    const line = parseLine(text);
    if (line === undefined) return "malformed";
    if (this.complete) return "after-end";
    return this.#key === undefined ? this.#start(line) : this.#next(line, this.#key);
  }

  #start(line: TelemetryLine): Refusal | undefined {
    if (line.schema !== SCHEMA.start) return "no-start";
    if (line.signature === undefined) return "unsigned";
    const key = keyOf(line);
    if (key === undefined || (this.#accepted !== undefined && !this.#accepted.includes(key.keyId))) return "signer";
    const refusal = this.#signature(line, key);
    this.#key = key;
    this.#stream = streamId(line);
    return refusal;
  }

  #next(line: TelemetryLine, key: { readonly keyId: string; readonly raw: Uint8Array }): Refusal | undefined {
    if (line.schema === SCHEMA.start) return "sequence";
    const expected = line.schema === SCHEMA.end ? line.records : line.sequence;
    if (expected !== this.records) return "sequence";
    if (line.schema === SCHEMA.end) this.complete = true;
    else this.records += 1;
    return this.#signature(line, key);
  }

  #signature(line: TelemetryLine, { keyId, raw }: { readonly keyId: string; readonly raw: Uint8Array }): Refusal | undefined {
    if (line.signature === undefined) return "unsigned";
    if (line.signature.keyId !== keyId) return "signer";
    return holds(raw, signedBytes(line, this.#stream), line.signature.sig) ? undefined : "signature";
  }
}

/** Checks a signed stream line by line. Never throws. */
export function verifyStream(text: string, { signers }: VerifyStreamOptions = {}): StreamVerdict {
  const check = new StreamCheck(signers);
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const [at, line] of lines.entries()) {
    const why = check.line(line);
    if (why !== undefined) return { ok: false, line: at + 1, why };
  }
  if (check.keyId === "") return { ok: false, line: 1, why: "no-start" };
  return { ok: true, keyId: check.keyId, records: check.records, complete: check.complete };
}
