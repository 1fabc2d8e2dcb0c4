// Envelopes: what messages, reports and telemetry are packed in. MessagePack, canonical JSON, base64, conformance reports and signed
// streams; signed again, so that what stands behind the signature is reached. Other signed statements have a target of their own.
import { canonicalJson, fromBase64, fromHex, parseCanonicalJson, sameBytes, toBase64, toHex } from "../../kernel-abi/canonical.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import { plainBody } from "../../replay/entry/body.ts";
import { openReport, signReport } from "../../runtime/app/conformance-report.ts";
import { shippedConformance } from "../../runtime/app/conformance.ts";
import { exportFrames } from "../../telemetry/exporter.ts";
import { jsonLines } from "../../telemetry/json-lines.ts";
import type { StreamStart, TelemetryLine } from "../../telemetry/schema.ts";
import { signedStart, streamSigner, verifyStream } from "../../telemetry/signing.ts";
import { HOST } from "../support/recordings.ts";
import { smallRun } from "../support/runs.ts";
import type { Dice } from "./dice.ts";
import { altered, alteredText, alteredValue } from "./mutate.ts";
import { alteredStatement, signer } from "./signed.ts";
import { demand, verdict, type Target } from "./target.ts";

const VALUES: readonly unknown[] = [
  null, 0, -1, 1.5, 255, 65_536, 2 ** 40, "", "text", "naïve 𝛗", [1, [2, [3]]], { a: { b: [null, true] } }, Uint8Array.of(1, 2, 3), Float64Array.of(1.5, -0), Int32Array.of(-1, 2),
  BigInt64Array.of(5n), new Set([1, 2]), { holder: 3, parent: 0, verb: "EXECUTE_K", scope: { from: 0, until: null, uses: null, units: null, target: null } },
  { "__proto_": 1, constructor: 2 }, "x".repeat(70_000), Array.from({ length: 40 }, (_, at) => ({ at })),
];
const packed = VALUES.map(pack);
const CANARY = { bytes: pack([64, { a: 64 }, "b", 0x41]), json: '[64,{"a":64},"b",65]' };
const FACTS = { digest: "a".repeat(64), merkleRoot: "b".repeat(64), blocks: 1, frames: 2, events: 3, bytes: 4, format: 1, status: "completed", durability: "process", host: HOST } as const;
const shipped = shippedConformance();
/** Of the first rows only: what a longer one is more is more of the same. */
const report = signReport({ shipped: { ...shipped, table: { ...shipped.table, rows: shipped.table.rows.slice(0, 2) } }, host: HOST }, signer);
const stream = firstLines(6);

/** The first lines of a signed stream of telemetry. */
function firstLines(count: number): readonly TelemetryLine[] {
  let text = "";
  exportFrames(smallRun().filter((frame) => frame !== null), [jsonLines({ write: (more) => { text += more; }, signer })]);
  return text.split("\n").slice(0, count).map((line) => JSON.parse(line) as TelemetryLine);
}

/** Decoding leaves the decoder as it was, and what was decoded and can be sent is the same when it has been sent. */
function message(dice: Dice): string {
  const bytes = altered(dice, dice.pick(packed), packed);
  const before = toHex(bytes);
  const said = verdict(() => {
    const value = unpack(bytes);
    let again: Uint8Array;
    try {
      again = pack(value);
    } catch (error) {
      if (error instanceof Fault) return;
      throw error;
    }
    demand(sameBytes(pack(unpack(again)), again), "packed again, it is another value");
  });
  JSON.stringify(plainBody(bytes));
  demand(toHex(bytes) === before, "decoding wrote to its input");
  demand(JSON.stringify(unpack(CANARY.bytes)) === CANARY.json, "the decoder remembers what it read before");
  return `message ${said}`;
}

function json(dice: Dice): string {
  const text = canonicalJson(alteredJson(dice));
  const bytes = dice.once(2) ? altered(dice, text) : text;
  return `json ${verdict(() => {
    const value = parseCanonicalJson(bytes);
    demand(sameBytes(canonicalJson(value), bytes), "canonical JSON has two forms");
  })}`;
}

function alteredJson(dice: Dice): unknown {
  const value = alteredValue(dice, dice.pick([{ a: 1, b: [true, null, "x"] }, FACTS, HOST, [], "text", 12]));
  try {
    canonicalJson(value);
    return value;
  } catch (error) {
    if (error instanceof Fault) return null; // half a surrogate pair and the like
    throw error;
  }
}

function text(dice: Dice): string {
  const hex = dice.once(2);
  const given = alteredText(dice, hex ? toHex(dice.bytes(40)) : toBase64(dice.bytes(40)));
  return `text ${verdict(() => {
    const bytes = hex ? fromHex(given) : fromBase64(given);
    demand((hex ? toHex(bytes) : toBase64(bytes)) === given, "text of bytes has two forms");
  })}`;
}

function reported(dice: Dice): string {
  const { bytes } = alteredStatement(dice, report);
  return `report ${verdict(() => { demand(openReport(bytes).keyId === signer.keyId, "signed by somebody else"); })}`;
}

const jsonOr = (value: unknown, otherwise: string): string => {
  try {
    return new TextDecoder().decode(canonicalJson(value));
  } catch (error) {
    if (error instanceof Fault) return otherwise;
    throw error;
  }
};

/** A line altered, and what follows signed again or not; or the text altered. */
function streamed(dice: Dice): string {
  const at = dice.below(stream.length);
  const changed = stream.map((line, other) => (other === at ? alteredValue(dice, line) : line));
  if (dice.once(4)) changed.splice(dice.below(changed.length), 1, dice.pick(stream));
  let lines: readonly string[] = changed.map((line) => jsonOr(line, "{}"));
  if (dice.once(2)) lines = signedAgain(changed) ?? lines;
  const text = `${lines.join("\n")}\n`;
  const said = verifyStream(dice.once(4) ? alteredText(dice, text) : text);
  if (said.ok) demand(said.keyId === signer.keyId, "signed by somebody else");
  return `stream ${said.ok ? "ok" : said.why}`;
}

/** As whoever holds the key would sign them; undefined where they cannot be signed at all. */
function signedAgain([start, ...rest]: readonly unknown[]): readonly string[] | undefined {
  try {
    const first = signedStart(start as StreamStart, signer);
    const signed = streamSigner(first, signer);
    return [first, ...rest.map((line) => signed(line as TelemetryLine))].map((line) => new TextDecoder().decode(canonicalJson(line)));
  } catch {
    return undefined;
  }
}

export const envelope: Target = {
  name: "envelope",
  once(dice) {
    switch (dice.below(8)) {
      case 0: return json(dice);
      case 1: return text(dice);
      case 2: return reported(dice);
      case 3: return streamed(dice);
      default: return message(dice);
    }
  },
};
