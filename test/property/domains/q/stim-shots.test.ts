// Shots through each format and back, and against readers as plain as the formats' description.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writeShots } from "../../../../domains/q/stim/shot-writing.ts";
import { bitsOf, readShots, rowBytes, SHOT_FORMATS, type ShotFormat, type Shots, type ShotShape } from "../../../../domains/q/stim/shots.ts";
import { faultOf } from "../../../support/refusals.ts";

const numRuns = process.env["TRIAD_LONG"] === undefined ? 25 : 10_000;
const shape = fc.oneof(fc.record({ measurements: fc.nat(40) }), fc.record({ detectors: fc.nat(600), observables: fc.nat(3) }));
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function packed(table: readonly (readonly boolean[])[], of: ShotShape): Shots {
  const rows = new Uint8Array(table.length * rowBytes(of));
  table.forEach((shot, at) => { shot.forEach((bit, k) => { if (bit) rows[at * rowBytes(of) + Math.floor(k / 8)] = (rows[at * rowBytes(of) + Math.floor(k / 8)] ?? 0) + 2 ** (k % 8); }); });
  return { shots: table.length, rows };
}

/** A shape with at least one bit, and shots of it: 0, 1, 64 or a few, dense or sparse. */
const shots = shape.filter((of) => bitsOf(of) > 0).chain((of) => fc.tuple(fc.constant(of), fc.constantFrom(0, 1, 3, 64, 128), fc.constantFrom(2, 30, 400), fc.infiniteStream(fc.nat(1_000_000)))
  .map(([, count, rarity, dice]) => ({ of, table: Array.from({ length: count }, () => Array.from({ length: bitsOf(of) }, () => (dice.next().value ?? 1) % rarity === 0)) })));

const plain: Readonly<Record<"01" | "hits" | "r8", (table: readonly (readonly boolean[])[]) => Uint8Array>> = {
  "01": (table) => bytesOf(table.map((shot) => `${shot.map((bit) => (bit ? 1 : 0)).join("")}\n`).join("")),
  hits: (table) => bytesOf(table.map((shot) => `${shot.flatMap((bit, at) => (bit ? [at] : [])).join(",")}\n`).join("")),
  r8: (table) => Uint8Array.from(table.flatMap((shot) => {
    const out: number[] = [];
    let zeros = 0;
    for (const bit of [...shot, true]) {
      if (bit) out.push(zeros);
      zeros = bit ? 0 : zeros + 1;
      if (zeros === 255) { out.push(255); zeros = 0; }
    }
    return out;
  })),
};

describe("shots", () => {
  it.each(SHOT_FORMATS.map((format) => [format]))("%s: what is written is read as the same rows", (format: ShotFormat) => {
    fc.assert(fc.property(shots, ({ of, table }) => {
      if (format === "ptb64" && table.length % 64 !== 0) return;
      const rows = packed(table, of);
      const bytes = writeShots(rows, format, of);
      expect(readShots(bytes, format, of)).toEqual(rows);
      if (format in plain) expect(bytes).toEqual(plain[format as keyof typeof plain](table));
    }), { numRuns });
  });

  it("are what Stim writes", () => {
    const table = [[0, 1, 0, 0, 1, 1, 0, 0, 0, 1].map(Boolean)];
    const of = { detectors: 8, observables: 2 };
    expect(textOf(writeShots(packed(table, of), "dets", of))).toBe("shot D1 D4 D5 L1\n");
    expect(textOf(writeShots(packed(table, { measurements: 10 }), "dets", { measurements: 10 }))).toBe("shot M1 M4 M5 M9\n");
    expect([...writeShots(packed(table, of), "b8", of)]).toEqual([0b110010, 0b10]);
    expect([...writeShots(packed(table, of), "r8", of)]).toEqual([1, 2, 0, 3, 0]);
    const pair = Array.from({ length: 64 }, () => [false, true]);
    expect([...writeShots(packed(pair, { measurements: 2 }), "ptb64", { measurements: 2 })]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
    expect(readShots(bytesOf("shot\r\n\nshot D7 D7 \n"), "dets", of)).toEqual({ shots: 2, rows: Uint8Array.of(0, 0, 128, 0) });
  });

  it.each<[ShotFormat, Uint8Array, number, string]>([
    ["01", bytesOf("0000\n000\n"), 8, "a line of 3 characters; a shot has 4 bits"], ["01", bytesOf("00x0\n"), 2, "a character that is neither 0 nor 1"], ["b8", Uint8Array.of(1, 31), 1, "a bit beyond the last one of a shot"],
    ["r8", Uint8Array.of(0, 3, 0), 3, "the last shot has no end"], ["r8", Uint8Array.of(2, 4), 1, "a run beyond the 4 bits of a shot"], ["hits", bytesOf("1,4\n"), 2, "an index of 4 or more"], ["hits", bytesOf("1,\n"), 1, "something other than a comma and an index"],
    ["hits", bytesOf(",1\n"), 0, "no index where one belongs"], ["dets", bytesOf("shot D0\nshut D1\n"), 8, "a line that does not begin with `shot`"], ["dets", bytesOf("shot L0\n"), 6, "an index of 0 or more"], ["dets", bytesOf("shot X0\n"), 5, "a value that does not begin with M, D or L"],
    ["ptb64", new Uint8Array(33), 32, "the last group has 1 of 32 bytes"],
  ])("%s: what cannot be is refused at its offset", (format, bytes, offset, what) => {
    expect(faultOf(() => readShots(bytes, format, { detectors: 4 }))).toMatchObject({ fault: "SHOTS_MALFORMED", detail: { format, offset, what } });
  });

  it("are refused when the rows are not of the shape", () => {
    expect(faultOf(() => writeShots({ shots: 2, rows: Uint8Array.of(1) }, "b8", { detectors: 4 })).detail["what"]).toBe("2 shots of 1 bytes are 2");
    expect(faultOf(() => writeShots({ shots: 1, rows: Uint8Array.of(16) }, "01", { detectors: 4 })).detail["offset"]).toBe(0);
    expect(faultOf(() => writeShots({ shots: 1, rows: Uint8Array.of(1) }, "ptb64", { detectors: 4 })).detail["what"]).toBe("1 shots; ptb64 holds a multiple of 64");
  });
});
