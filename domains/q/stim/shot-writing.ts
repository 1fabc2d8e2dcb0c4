// Shots into the formats of shots.ts. Whole files, made in pieces: neither a string nor a list grows with the shots.
import { bitsOf, countRows, refuse, rowBytes, sections, type ShotFormat, type Shots, type ShotShape } from "./shots.ts";

/**
 * Shots as a file. ptb64 holds groups of 64 shots.
 * @throws Fault SHOTS_MALFORMED when the rows are not those of the shape, or ptb64 is asked for another number of shots
 */
export function writeShots({ shots, rows }: Shots, format: ShotFormat, shape: ShotShape): Uint8Array {
  const width = rowBytes(shape);
  if (rows.length !== shots * width) refuse(format, rows.length, `${shots} shots of ${width} bytes are ${shots * width}`);
  countRows(rows, shape);
  switch (format) {
    case "b8": return rows; // as they stand: nobody writes into a file's bytes
    case "ptb64": return writePtb64(rows, shots, width, bitsOf(shape));
    case "r8": return writeR8(rows, shots, width, bitsOf(shape));
    case "01": return text(rows, shots, width, (set) => { const line = new Array<string>(bitsOf(shape)).fill("0"); set((bit) => { line[bit] = "1"; }); return line.join(""); });
    case "hits": return text(rows, shots, width, (set) => { const hits: number[] = []; set((bit) => { hits.push(bit); }); return hits.join(","); });
    case "dets": {
      const parts = sections(shape);
      return text(rows, shots, width, (set) => {
        const line = ["shot"];
        set((bit) => { for (const [letter, from, count] of parts) if (bit >= from && bit < from + count) line.push(`${letter}${bit - from}`); });
        return line.join(" ");
      });
    }
  }
}

/** The bits that are set in one row, rising. */
function eachBit(rows: Uint8Array, from: number, width: number, each: (bit: number) => void): void {
  for (let byte = 0; byte < width; byte++) {
    for (let left = rows[from + byte] ?? 0; left !== 0; left &= left - 1) each(8 * byte + 31 - Math.clz32(left & -left));
  }
}

/** Lines that are made at once. */
const TEXT_SHOTS = 4_096;

/** One line a shot. */
function text(rows: Uint8Array, shots: number, width: number, line: (set: (each: (bit: number) => void) => void) => string): Uint8Array {
  const encoder = new TextEncoder();
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < shots; from += TEXT_SHOTS) { // a string has a longest length, and lines take more than their bytes
    const lines: string[] = [];
    for (let shot = from; shot < Math.min(shots, from + TEXT_SHOTS); shot++) lines.push(line((each) => { eachBit(rows, shot * width, width, each); }), "\n");
    pieces.push(encoder.encode(lines.join("")));
  }
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  pieces.reduce((at, piece) => {
    bytes.set(piece, at);
    return at + piece.length;
  }, 0);
  return bytes;
}

function writeR8(rows: Uint8Array, shots: number, width: number, bits: number): Uint8Array {
  let bytes = 0;
  eachRun(rows, shots, width, bits, (run) => { bytes += 1 + Math.floor(run / 0xff); });
  const runs = new Uint8Array(bytes);
  let at = 0;
  eachRun(rows, shots, width, bits, (run) => {
    for (let left = run; left >= 0xff; left -= 0xff) runs[at++] = 0xff;
    runs[at++] = run % 0xff;
  });
  return runs;
}

/** How many zeros stand before each one, and before each shot's end. */
function eachRun(rows: Uint8Array, shots: number, width: number, bits: number, each: (run: number) => void): void {
  for (let shot = 0; shot < shots; shot++) {
    let after = 0;
    const hit = (bit: number): void => {
      each(bit - after);
      after = bit + 1;
    };
    eachBit(rows, shot * width, width, hit);
    hit(bits);
  }
}

function writePtb64(rows: Uint8Array, shots: number, width: number, bits: number): Uint8Array {
  if (shots % 64 !== 0) refuse("ptb64", rows.length, `${shots} shots; ptb64 holds a multiple of 64`);
  const bytes = new Uint8Array(shots / 8 * bits);
  for (let shot = 0; shot < shots; shot++) {
    eachBit(rows, shot * width, width, (bit) => {
      const at = Math.floor(shot / 64) * 8 * bits + 8 * bit + Math.floor((shot % 64) / 8);
      bytes[at] = (bytes[at] ?? 0) | (1 << (shot % 8));
    });
  }
  return bytes;
}
