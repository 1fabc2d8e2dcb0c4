#!/usr/bin/env node
// A second reader of sealed traces, written from FORMAT.md alone: Node built-ins, nothing of the runtime. It checks framing,
// chain, Merkle root, seal and signature, walks every frame, and prints {digest, frames, events, blocks, status, keyId}.
//   node replay/independent-reader.mjs FILE       exit code 0, or 4 when the file is not an intact sealed trace
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

const MAGIC = "8954524941440d0a";
const END_MARK = "5452494144454e44";
const FORMAT = 1;
const LIMIT = { H: 1 << 20, P: 1 << 26, I: 1 << 28, B: 1 << 28, S: 1 << 20 };
const RUN_END = 190;
const TYPE = "application/vnd.in-toto+json";
const BATCH_TYPE = "application/vnd.triad-runtime.seal-batch+json";

export class NotIntact extends Error {}

const sha256 = (...pieces) => pieces.reduce((hash, piece) => hash.update(piece), createHash("sha256")).digest();
const hex = (bytes) => Buffer.from(bytes).toString("hex");

// RFC 8785: members sorted by UTF-16 code units, numbers and strings as ECMAScript writes them.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

function json(bytes, check) {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const value = JSON.parse(text);
  check(canonical(value) === text, "JSON is not canonical");
  return value;
}

function base64(text, check) {
  const bytes = Buffer.from(text, "base64");
  check(bytes.toString("base64") === text, "base64 is not strict");
  return bytes;
}

// RFC 6962 root from leaf hashes that arrive one by one.
class Tree {
  peaks = [];
  size = 0;
  add(leaf) {
    let node = leaf;
    for (let rest = this.size; rest % 2 === 1; rest = (rest - 1) / 2) node = sha256(Uint8Array.of(1), this.peaks.pop(), node);
    this.peaks.push(node);
    this.size += 1;
  }
  root() {
    if (this.size === 0) return sha256();
    return this.peaks.reduceRight((right, left) => sha256(Uint8Array.of(1), left, right));
  }
}

// The frames of one block: FORMAT.md, section 5.
class Frames {
  at = 0;
  constructor(bytes, check, ends) {
    Object.assign(this, { bytes, check, ends });
  }
  byte(max = 255) {
    this.check(this.at < this.bytes.length && this.bytes[this.at] <= max, "byte missing or out of range");
    return this.bytes[this.at++];
  }
  integer() {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 127) << shift;
      this.check(value < 1n << 53n && shift < 56n, "integer too large");
      if (byte < 128) {
        this.check(byte !== 0 || shift === 0n, "integer is not minimal");
        return Number(value);
      }
    }
  }
  body() {
    const size = this.integer();
    this.check(size <= this.bytes.length - this.at, "body too long");
    return this.bytes.subarray(this.at, this.at += size);
  }
  /** How many events the next frame has; `ends` takes the status of a RUN_END among its entries. */
  next() {
    const kind = this.byte();
    this.check(kind === 1 || kind === 2, "unknown kind of frame");
    for (let field = 0; field < (kind === 1 ? 3 : 2); field++) this.integer(); // tick, actor, and of a turn: ready
    if (kind === 1) this.byte(6); // delivery: kind
    if (kind === 1) for (let field = 0; field < 2; field++) this.integer(); // sender, sequence number
    const entries = this.integer();
    this.check(kind === 1 || entries > 0, "kernel frame without entries");
    for (let left = entries; left > 0; left--) this.entry();
    if (kind === 1) this.end();
    return entries + (kind === 1 ? 2 : 0);
  }
  end() {
    this.byte(2); // how the turn ended
    this.byte(7); // what it waits for
    this.integer();
    this.body();
  }
  entry() {
    const code = this.byte();
    this.integer(); // verdict
    this.byte(2); // domain
    for (let field = 0; field < 3; field++) this.integer(); // capability, contract, subject
    const body = this.body();
    if (code === RUN_END) this.ends.push(statusOf(body));
  }
}

// The body of RUN_END is a MessagePack map; its first member is "status", a text of less than 32 bytes.
function statusOf(body) {
  const at = body[0] === 0xde ? 3 : 1;
  return body.latin1Slice(at, at + 7) === "\xa6status" ? body.utf8Slice(at + 8, at + 8 + (body[at + 7] & 31)) : "";
}

const preAuthentication = (type, payload) => Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);

// The root that an audit path leads to, as RFC 9162, section 2.1.3.2 walks it; undefined when the path is of another length.
function rootOf(leaf, index, count, path) {
  let [node, at, last] = [leaf, index, count - 1];
  for (const sibling of path) {
    if (last === 0) return undefined;
    const right = at % 2 === 1 || at === last;
    node = right ? sha256(Uint8Array.of(1), sibling, node) : sha256(Uint8Array.of(1), node, sibling);
    for (; right && at % 2 === 0 && at !== 0; at /= 2) last = Math.floor(last / 2);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? node : undefined;
}

// What the signature is over: the statement, or the root of the batch of statements it is one of.
function signedBy(statementBytes, batch, path, check) {
  const alone = preAuthentication(TYPE, statementBytes);
  check((batch === undefined) === (path === undefined), "an audit path without a batch, or a batch without one");
  if (batch === undefined) return alone;
  const { count, index, salt } = batch;
  check(Number.isInteger(count) && count >= 2 && count <= 65536 && Number.isInteger(index) && index >= 0 && index < count, "no place in a batch");
  check(/^[0-9a-f]{32}$/.test(salt) && Object.keys(batch).length === 3 && path.every((sibling) => /^[0-9a-f]{64}$/.test(sibling)), "salt or audit path is not hex");
  const root = rootOf(sha256(Uint8Array.of(0), alone), index, count, path.map((sibling) => Buffer.from(sibling, "hex")));
  check(root !== undefined, "audit path does not fit the place in the batch");
  return preAuthentication(BATCH_TYPE, Buffer.from(canonical({ count, root: hex(root) })));
}

function openSeal(bytes, check) {
  const { payload, path, signatures: [{ keyid, sig }] } = json(bytes, check);
  const members = { payload, payloadType: TYPE, signatures: [{ keyid, sig }], ...(path === undefined ? {} : { path }) };
  check(canonical(members) === bytes.toString(), "envelope has more than one signature, its payload and an audit path");
  const statementBytes = base64(payload, check);
  const statement = json(statementBytes, check);
  const { key, batch } = statement.predicate;
  const publicKey = base64(key.public, check);
  check(publicKey.length === 32, "an Ed25519 key has 32 bytes");
  const keyId = hex(sha256(publicKey));
  check(keyId === key.id && keyId === keyid, "key id is not the key's fingerprint");
  const signed = signedBy(statementBytes, batch, path, check);
  const spki = createPublicKey({ key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), publicKey]), format: "der", type: "spki" });
  check(verify(null, signed, spki, base64(sig, check)), "signature does not hold");
  return { keyId, statement };
}

/** @throws NotIntact, or another error when JSON, base64 or the key cannot be read at all */
export function readTrace(input) {
  const file = Buffer.from(input.buffer, input.byteOffset, input.length);
  const size = file.length;
  let offset = 0;
  const check = (holds, what) => { if (!holds) throw new NotIntact(`${what} (offset ${offset})`); };
  const take = (at, length) => { check(at + length <= size, "file ends too early"); return file.subarray(at, at + length); };
  const start = take(0, 44);
  check(hex(start.subarray(0, 8)) === MAGIC, "not a trace");
  let head = sha256(start.subarray(0, 12));
  check(head.equals(start.subarray(12)), "preamble hash does not hold");
  check(start.readUInt32BE(8) === FORMAT, "unknown format version");
  const tree = new Tree();
  const total = { frames: 0, events: 0, ends: [] };
  let stage = "";
  let program;
  for (offset = 44; ;) {
    const unit = take(offset, 5);
    const tag = String.fromCharCode(unit[0]);
    const length = unit.readUInt32BE(1);
    const expected = { "": "H", H: "P", P: "I" }[stage] ?? (tag === "S" ? "S" : "B");
    check(tag === expected && length > 0 && length <= LIMIT[tag], "unexpected unit");
    if (tag === "S") break;
    const bytes = take(offset, 5 + length + 32);
    const leaf = sha256(Uint8Array.of(0), bytes.subarray(0, 5 + length));
    head = sha256(Uint8Array.of(2), head, leaf);
    check(head.equals(bytes.subarray(5 + length)), "hash does not hold");
    const payload = bytes.subarray(5, 5 + length);
    if (tag === "B") tree.add(leaf);
    const value = (tag === "B" ? readBlock : json)(payload, check, total);
    if (tag === "H") program = value.program.digest;
    if (tag === "P") check(hex(sha256(payload)) === program, "the header names another program");
    stage = tag;
    offset += bytes.length;
  }
  check(offset + 5 + file.readUInt32BE(offset + 1) + 8 === size && hex(take(size - 8, 8)) === END_MARK, "seal does not end the file");
  const { keyId, statement } = openSeal(file.subarray(offset + 5, -8), check);
  const said = statement.predicate;
  const found = { digest: hex(head), root: hex(tree.root()), blocks: tree.size, frames: total.frames, events: total.events, bytes: offset };
  const sealed = { digest: statement.subject[0].digest.sha256, root: said.merkleRoot, blocks: said.blocks, frames: said.frames, events: said.events, bytes: said.bytes };
  check(canonical(found) === canonical(sealed), "the seal is not this run's");
  check(total.ends.length === 1 && total.ends[0] === said.status, "RUN_END does not stand once, at the end, with the sealed status");
  return { digest: found.digest, frames: found.frames, events: found.events, blocks: found.blocks, status: said.status, keyId };
}

function readBlock(payload, check, total) {
  const frames = new Frames(payload, check, total.ends);
  let count = 0;
  for (; frames.at < payload.length; count++) {
    check(total.ends.length === 0, "a frame follows RUN_END");
    total.events += frames.next();
  }
  total.frames += count;
  check(count <= 1024 && (count === 1 || payload.length <= 65536), "block larger than allowed");
}

export const readTraceFile = (path) => readTrace(readFileSync(path));

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(`${JSON.stringify(readTraceFile(process.argv[2] ?? ""))}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.code === "ENOENT" ? 2 : 4;
  }
}
