// Requests of the kernel's socket: bytes that are nearly one, in pieces of any size, to the scanner and to the dispatcher over a kernel
// that computes nothing. What the scanner gives is what JSON.parse makes of the whole; every reply is one that JSON-RPC 2.0 knows.
import { codeName } from "../../kernel-abi/rpc/codes.ts";
import { BATCH_MAX, dispatch } from "../../kernel-abi/rpc/dispatch.ts";
import { METHOD_NAMES, METHODS } from "../../kernel-abi/rpc/methods.ts";
import { Scanner, type Scanned } from "../../kernel-abi/rpc/scanner.ts";
import { kernelStub, type Stub } from "../support/kernel-stub.ts";
import { plainStream } from "../support/json-stream.ts";
import type { Dice } from "./dice.ts";
import { altered, alteredText, alteredValue } from "./mutate.ts";
import { demand, Finding, type Target } from "./target.ts";

const utf8 = new TextEncoder();
const LIMITS = { bytes: 4_096, depth: 24 };
/** One input in sixteen is read by a scanner that takes less than most requests. */
const NARROW = { bytes: 160, depth: 3 };
const SESSION = "sess_0000000000000001";
const context = { connection: 1, signal: new AbortController().signal };
/** Calls that wait for something would be waited for. */
const CALLS = METHOD_NAMES.filter((name) => !METHODS[name].waits).map((method, id) => ({ jsonrpc: "2.0", method, params: { ...METHODS[method].example.params, ...("session_id" in METHODS[method].params ? { session_id: SESSION } : {}) }, id }));
const VALUES: readonly unknown[] = [...CALLS, { jsonrpc: "2.0", method: "rpc.nothing" }, [CALLS[0], { ...CALLS[1], id: undefined }], [], { jsonrpc: "2.0", method: "q_status", params: [], id: "\u00e9" }];
const WHOLE = VALUES.map((value) => utf8.encode(JSON.stringify(value)));
const TEXTS = ["{\"a\":1,\"a\":2}", "{\"__proto__\":{\"x\":1}}", "1e400", "-0", "\"\\ud800\"", "{", "[1,]", "nul", "\"\\x\"", "{\"id\":9007199254740993,\"jsonrpc\":\"2.0\",\"method\":\"q_status\"}", " ", "\n", "[[[[[[[[[[[[[[[[[[[[[[[[[", "0123", "1.5e", "\u0001", `[${"1,".repeat(BATCH_MAX)}1]`];

function bytesOf(dice: Dice): Uint8Array {
  switch (dice.below(5)) {
    case 0: return altered(dice, dice.pick(WHOLE), WHOLE);
    case 1: return utf8.encode(dice.pick(TEXTS) + alteredText(dice, dice.pick(TEXTS)));
    case 2: return Uint8Array.from([...dice.pick(WHOLE), ...altered(dice, dice.pick(WHOLE))]);
    default: return utf8.encode(JSON.stringify(alteredValue(dice, dice.pick(VALUES))) ?? "null");
  }
}

function scanned(dice: Dice, bytes: Uint8Array): readonly Scanned[] {
  const scanner = new Scanner(dice.once(16) ? NARROW : LIMITS);
  const found: Scanned[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = 1 + dice.below(dice.once(2) ? 3 : bytes.length);
    found.push(...scanner.push(bytes.subarray(at, at + size)));
    at += size;
  }
  const last = scanner.end();
  demand(scanner.pending === 0, "something is held after the end");
  return last === undefined ? found : [...found, last];
}

/** Equal, or beyond a limit, which a plain reader does not have. */
function compared(bytes: Uint8Array, found: readonly Scanned[]): void {
  if (found.some((one) => !one.ok && /^(?:more than|nested)/.test(one.what))) return;
  const plain = plainStream(bytes);
  const values = found.flatMap((one) => (one.ok ? [one.value] : []));
  demand(JSON.stringify(values) === JSON.stringify(plain.values), "other values than JSON.parse has");
  demand(found.some(({ ok }) => !ok) === plain.rest, "refused where JSON.parse is content, or the other way");
}

function replied(text: string | undefined): string {
  if (text === undefined) return "none";
  demand(/^[\u0020-\u007e]*$/.test(text), "a reply that is not ASCII");
  const value = JSON.parse(text) as unknown;
  const replies = (Array.isArray(value) ? value : [value]) as readonly Readonly<Record<string, unknown>>[];
  demand(replies.length > 0, "an empty batch of replies");
  for (const reply of replies) {
    demand(reply["jsonrpc"] === "2.0" && "id" in reply && ("error" in reply) !== ("result" in reply), "no reply of JSON-RPC 2.0");
    if (!("error" in reply)) continue;
    const { code } = reply["error"] as { readonly code: number };
    demand(codeName(code) !== undefined && codeName(code) !== "INTERNAL_ERROR", `answered with ${code}`);
  }
  const first = replies[0]?.["error"] as { readonly code: number } | undefined;
  return Array.isArray(value) ? "batch" : first === undefined ? "result" : codeName(first.code) ?? "";
}

async function fresh(dice: Dice): Promise<Stub> {
  const stub = kernelStub();
  await stub.handlers.q_negotiate_caps({ requested: dice.once(8) ? [] : ["CAP_COMPUTE", "CAP_MEASURE"] }, context);
  return stub;
}

export const rpc: Target = {
  name: "rpc",
  async once(dice) {
    const bytes = bytesOf(dice);
    const found = scanned(dice, bytes);
    compared(bytes, found);
    const { handlers } = await fresh(dice);
    const answer = dispatch(handlers, { defect: (error) => { throw new Finding("a handler failed", { cause: error }); } });
    const said: string[] = [];
    for (const one of found.slice(0, 4)) said.push(one.ok ? replied(await answer(one.value, context)) : one.what.replace(/\d+/g, "N"));
    demand(!("x" in {}), "a prototype was changed");
    return said.length > 2 ? `${said.length} values` : said.join(", ");
  },
};
