import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fromBase64, parseCanonicalJson } from "../../../kernel-abi/canonical.ts";
import { keyIdOf, preAuthentication } from "../../../replay/seal.ts";
import { READER_PATH } from "../../support/independent-reader.ts";
import { HOST, record } from "../../support/recordings.ts";
import { unitOffsets } from "../../support/refusals.ts";
import { runRecording, smallRun } from "../../support/runs.ts";
import { testSigner } from "../../support/signer.ts";

const { file, digest, merkleRoot, keyId } = record(smallRun(), { recording: runRecording(), durability: "power" });
const [seal] = unitOffsets(file).slice(-2);
const envelope = parseCanonicalJson(file.subarray((seal as number) + 5, -8)) as { payload: string; payloadType: string; signatures: unknown[] };

describe("the seal", () => {
  it("encodes as DSSE says it does", () => {
    const text = new TextDecoder().decode(preAuthentication("http://example.com/HelloWorld", new TextEncoder().encode("hello world")));
    expect(text).toBe("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    expect(new TextDecoder().decode(preAuthentication("Φ", new TextEncoder().encode("φ")))).toBe("DSSEv1 2 Φ 2 φ");
  });

  it("names keys by the fingerprint of their 32 bytes", () => {
    // RFC 8032, section 7.1, test 1.
    const key = Buffer.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "hex");
    expect(keyIdOf(key)).toBe("21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9");
  });

  it("states the run, the host and the key inside what is signed", () => {
    expect(envelope.payloadType).toBe("application/vnd.in-toto+json");
    const statement = parseCanonicalJson(fromBase64(envelope.payload));
    expect(statement).toEqual({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: "run", digest: { sha256: digest } }],
      predicateType: "urn:triad-runtime:seal:v1",
      predicate: {
        format: 1, merkleRoot, blocks: 3, frames: 10, events: 54, bytes: seal, status: "completed", durability: "power", host: HOST,
        key: { algorithm: "Ed25519", id: keyId, public: Buffer.from(testSigner().publicKey).toString("base64") },
      },
    });
  });

  it("is read by a program that shares no code with this one, run by itself", () => {
    const folder = mkdtempSync(join(tmpdir(), "triad-"));
    try {
      const path = join(folder, "run.triad");
      writeFileSync(path, file);
      const said: unknown = JSON.parse(execFileSync(process.execPath, [READER_PATH, path], { encoding: "utf8" }));
      expect(said).toEqual({ digest, frames: 10, events: 54, blocks: 3, status: "completed", keyId });
      file[100] = (file[100] as number) ^ 1;
      writeFileSync(path, file);
      expect(spawnSync(process.execPath, [READER_PATH, path]).status).toBe(4);
      expect(spawnSync(process.execPath, [READER_PATH, join(folder, "absent")]).status).toBe(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
