import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, fromBase64, fromHex, parseCanonicalJson, toBase64, toHex } from "../../../kernel-abi/canonical.ts";
import { EXIT, Fault, faultByCode, FAULTS, type FaultName } from "../../../kernel-abi/fault.ts";
import { EVENT, entryName } from "../../../kernel-abi/frame.ts";
import { makeCapability, makeContract, makeJob } from "../../../kernel-abi/handle.ts";
import { parseHeader, parseInputs, parseProgram } from "../../../kernel-abi/header.ts";
import { digest, label, processId, processName, tick } from "../../../kernel-abi/ids.ts";
import { DEFAULT_BOUNDS, LIMITS } from "../../../kernel-abi/limits.ts";
import { pack, unpack } from "../../../kernel-abi/packer.ts";
import { kernelKey, lengthPrefixed, streamKey } from "../../../kernel-abi/streams.ts";
import { CHECK_ORDER, SYSCALL, syscallName } from "../../../kernel-abi/syscall.ts";
import { ABI_VERSION, CURRENT_OFFER, negotiate } from "../../../kernel-abi/version.ts";
import { sha256 } from "../../../runtime/adapters/sha256.ts";

const nameOf = (run: () => unknown): string => {
  try { run(); return "OK"; } catch (error) { return error instanceof Fault ? error.fault : `not a fault: ${String(error)}`; }
};

describe("the fault registry", () => {
  const rows = Object.entries(FAULTS) as [FaultName, (typeof FAULTS)[FaultName]][];
  it("has unique codes, an exit code and a next step for every row", () => {
    expect(new Set(rows.map(([, row]) => row.code)).size).toBe(rows.length);
    for (const [name, row] of rows) {
      expect(faultByCode(row.code)).toBe(name);
      expect(EXIT[row.exit]).toBeGreaterThan(0);
      expect(row.next).toMatch(/\.$/);
      expect(row.says).toMatch(/\.$/);
    }
  });
  it("keeps XDV-052's six and the provider codes with their mapping (hybrid-runtime section 9, row 21)", () => {
    expect(rows.filter(([, { code }]) => code <= 6).map(([name]) => name)).toEqual(
      ["DOMAIN_UNAUTHORIZED", "CONTRACT_INVALID", "RESOURCE_EXHAUSTED", "DECOHERENCE_EXCEEDED", "COHERENCE_VIOLATION", "DOMAIN_PANIC"]);
    const mapping = Object.fromEntries(rows.filter(([, { code }]) => code >= 1001 && code <= 2005).map(([, { code, abi }]) => [code, abi]));
    expect(mapping).toEqual({ 1001: 4, 1002: 2, 1003: 3, 1004: 2, 1005: 2, 1006: 2, 1007: 1, 2001: 5, 2002: 5, 2003: 2, 2004: 2, 2005: 2 });
  });
  it("faults carry code, cause and next step as JSON", () => {
    const cause = new Error("why");
    const fault = new Fault("MAILBOX_FULL", { process: 4 }, { cause });
    expect(fault.cause).toBe(cause);
    expect(JSON.parse(JSON.stringify(fault))).toMatchObject({ code: 3101, name: "MAILBOX_FULL", abi: 3, detail: { process: 4 }, next: FAULTS.MAILBOX_FULL.next });
  });
});

describe("syscalls", () => {
  it("have the numbers of the ABI, none twice, apart from events", () => {
    expect(SYSCALL).toMatchObject({ ABI_QUERY: 0, LOG: 1, PROC_SPAWN: 16, CAP_REQUEST: 32, CONTRACT_REQUEST: 48, BIND: 64, IPC_SEND: 80, XDV_CALL: 96, MEASURE: 97, PROJECT: 98, METRIC_EMIT: 112, TRACE_READ: 113 });
    const codes = [...Object.values(SYSCALL), ...Object.values(EVENT)];
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of Object.values(SYSCALL)) expect(code).toBeLessThan(128);
    for (const code of Object.values(EVENT)) expect(code).toBeGreaterThanOrEqual(128);
    expect(syscallName(96)).toBe("XDV_CALL");
    expect(entryName(161)).toBe("JOB_OUTCOME");
    expect(nameOf(() => syscallName(7))).toBe("ABI_UNKNOWN_SYSCALL");
  });
  it("are checked in one fixed order", () => {
    expect(CHECK_ORDER).toEqual(["shape", "capability", "attestation", "contract", "calibration", "capacity", "support", "budget", "policy", "isolation"]);
  });
});

describe("ids", () => {
  it("are parsed once, at the border", () => {
    expect([tick(0), processId(3), processName("root/solver#2"), label("a.b-c_1")]).toEqual([0, 3, "root/solver#2", "a.b-c_1"]);
    for (const bad of [() => tick(-1), () => tick(0.5), () => tick(2 ** 53), () => processName("root//x"), () => processName("root/solver#0"), () => label("1a"), () => label(""), () => digest("AB")]) {
      expect(nameOf(bad)).toBe("ABI_MALFORMED");
    }
  });
});

describe("versions", () => {
  it("accepts its own offer and refuses another major, a newer minor and an unknown flag, always alike", () => {
    expect(nameOf(() => negotiate(CURRENT_OFFER))).toBe("OK");
    for (const offer of [{ ...CURRENT_OFFER, major: 2 }, { ...CURRENT_OFFER, minor: ABI_VERSION.minor + 1 }, { ...CURRENT_OFFER, flags: ["tomorrow"] }]) {
      expect([nameOf(() => negotiate(offer)), nameOf(() => negotiate(offer))]).toEqual(["ABI_INCOMPATIBLE", "ABI_INCOMPATIBLE"]);
    }
  });
});

describe("limits", () => {
  it("are safe integers, and the default bounds allow the largest single job", () => {
    for (const limit of [...Object.values(LIMITS), ...Object.values(DEFAULT_BOUNDS)]) expect(Number.isSafeInteger(limit)).toBe(true);
    expect(DEFAULT_BOUNDS.shots).toBeGreaterThanOrEqual(LIMITS.shots_max);
  });
});

describe("canonical encodings", () => {
  it("JSON round-trips, and any other form of the same value is refused", () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      let bytes: Uint8Array;
      try { bytes = canonicalJson(value); } catch (error) { expect((error as Fault).fault).toBe("ABI_UNENCODABLE"); return; }
      expect(canonicalJson(parseCanonicalJson(bytes))).toEqual(bytes);
      expect(nameOf(() => parseCanonicalJson(Uint8Array.of(0x20, ...bytes)))).toBe("ABI_UNDECODABLE");
    }));
    for (const text of ['{"b":1,"a":2}', '{"a":1.0}', '"\\u0041"', '[1, 2]', '{"a":1,"a":1}', "", "nul", "1e1000"]) {
      expect(nameOf(() => parseCanonicalJson(new TextEncoder().encode(text))), text).toBe("ABI_UNDECODABLE");
    }
    expect(nameOf(() => parseCanonicalJson(Uint8Array.of(0x22, 0xff, 0x22)))).toBe("ABI_UNDECODABLE");
  });
  it("refuses what JSON would lose", () => {
    for (const lost of ["\ud800", -0, NaN, Infinity, undefined, () => 1, 1n, { a: undefined }, [Symbol.iterator]]) expect(nameOf(() => canonicalJson(lost))).toBe("ABI_UNENCODABLE");
  });
  it("base64 and hex have one form", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      expect(fromHex(toHex(bytes))).toEqual(bytes);
    }));
    for (const length of [0, 63, 64, 65, 300]) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 37) & 255);
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
    }
    for (const text of ["QQ", "QR==", "QQ== ", "Q Q==", "_-8=", "QQ==QQ=="]) expect(nameOf(() => fromBase64(text)), text).toBe("ABI_UNDECODABLE");
    for (const text of ["0", "AB", "0g"]) expect(nameOf(() => fromHex(text)), text).toBe("ABI_UNDECODABLE");
  });
});

describe("the packer", () => {
  it("keeps typed arrays bit for bit, NaN and -0 included", () => {
    const floats = Float64Array.of(1.5, -0, NaN, Infinity, 5e-324);
    const back = unpack(pack({ floats })) as { floats: Float64Array };
    expect(Buffer.from(back.floats.buffer, back.floats.byteOffset, 40)).toEqual(Buffer.from(floats.buffer));
  });
  it("round-trips plain data", () => {
    fc.assert(fc.property(fc.anything({ withTypedArray: true, withMap: true, withSet: true, maxDepth: 3 }), (value) => {
      let bytes: Uint8Array;
      try { bytes = pack(value); } catch (error) { expect(error).toBeInstanceOf(Fault); return; }
      expect(pack(unpack(bytes))).toEqual(bytes);
    }), { numRuns: 500 });
  });
  it("decodes arbitrary bytes to a value or to a typed fault", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => { expect(["OK", "ABI_UNDECODABLE"]).toContain(nameOf(() => unpack(bytes))); }), { numRuns: 3_000 });
  });

  it("does not blame the bytes for a host without memory", () => {
    const bytes = pack(Uint8Array.of(1, 2, 3));
    const slice = Object.getOwnPropertyDescriptor(Uint8Array.prototype, "slice");
    Object.defineProperty(Uint8Array.prototype, "slice", { configurable: true, value: () => { throw new RangeError("Array buffer allocation failed"); } });
    try {
      expect(() => unpack(bytes)).toThrow(RangeError);
    } finally {
      if (slice === undefined) Reflect.deleteProperty(Uint8Array.prototype, "slice");
      else Object.defineProperty(Uint8Array.prototype, "slice", slice);
    }
    expect(unpack(bytes)).toEqual(Uint8Array.of(1, 2, 3));
  });
  it("refuses functions, symbols, instances, cycles and handles", () => {
    class Thing { readonly a = 1; }
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    for (const bad of [() => 1, new Map([[1, 2]]), Symbol("s"), new Thing(), { deep: [new Thing()] }, cyclic, new Date(0), /x/, new Error("e"), Promise.resolve()]) expect(nameOf(() => pack(bad))).toBe("ABI_UNENCODABLE");
    for (const handle of [makeCapability(), makeContract("Q"), makeJob("PHI")]) {
      expect(nameOf(() => pack({ handle }))).toBe("Q_ERR_NO_CLONE_VIOLATION");
      expect(nameOf(() => JSON.stringify({ handle }))).toBe("Q_ERR_NO_CLONE_VIOLATION");
      expect(() => structuredClone(handle)).toThrow();
      expect(Object.isFrozen(handle)).toBe(true);
    }
  });
});

describe("streams (D2)", () => {
  const utf8 = new TextEncoder();
  it("no two tuples collide: parts are length-prefixed", () => {
    fc.assert(fc.property(fc.array(fc.string(), { maxLength: 4 }), fc.array(fc.string(), { maxLength: 4 }), (a, b) => {
      const same = a.length === b.length && a.every((part, at) => toHex(utf8.encode(part)) === toHex(utf8.encode(b[at] ?? "")));
      expect(toHex(lengthPrefixed(a)) === toHex(lengthPrefixed(b))).toBe(same);
    }));
  });
  it("a key depends on root, actor and purpose, and gives two 32-bit words", () => {
    const root = sha256(utf8.encode("7"));
    const key = streamKey(sha256, root, processName("root"), "job/1");
    expect(toHex(streamKey(sha256, root, processName("root"), "job/1"))).toBe(toHex(key));
    expect(toHex(streamKey(sha256, root, processName("root"), "job/2"))).not.toBe(toHex(key));
    expect(toHex(streamKey(sha256, root, processName("root/a#1"), "job/1"))).not.toBe(toHex(key));
    expect([...kernelKey(Uint8Array.from({ length: 32 }, (_, at) => at))]).toEqual([0x00010203, 0x04050607]);
  });
});

describe("sections of a bundle", () => {
  it("are refused when a field is missing, extra or of another type", () => {
    expect(nameOf(() => parseHeader({}))).toBe("ABI_MALFORMED");
    expect(nameOf(() => parseProgram({ kind: "closure", entry: "a", modules: [], executed: "", map: "", more: 1 }))).toBe("ABI_MALFORMED");
    expect(nameOf(() => parseInputs({ input: 1, files: { a: 1 } }))).toBe("ABI_MALFORMED");
    expect(nameOf(() => parseInputs({ input: null, files: {} }))).toBe("OK");
  });
});
