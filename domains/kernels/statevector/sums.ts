// The value of a Pauli sum in a state: all words in one pass over it, as far as scratch has room for their sums.
//   E4  Words that share a row of block sums (assembly/expect.ts, E3) are one row of one part; every word is folded from its row by itself. Values
//       have the bits of words evaluated one by one, whatever shares rows, parts or passes, and whoever takes which share.
//   E5  Scratch holds 127 rows of diagonal words or twice as many of others. There are 256 rows of diagonal words, and 512 of any other x mask, at
//       most: however many words have one x mask, three passes serve them all, and one those of any common observable.
import { SIGNS, sharesOf, tableOf, type Part } from "./passes.ts";
import type { Register } from "./register.ts";
import { lettersY, type Word } from "./words.ts";

/** Visited indices of one block sum at most. */
const BLOCK = 256;
const WIDE = 1;
const CROSS = 2;

/** One word read from a row: its place in the sum, the bits of z above a block, and what the fold is multiplied with. */
interface Reader {
  readonly term: number;
  readonly high: number;
  readonly factor: number;
}

/** Sums of blocks of visited indices, under the signs of the low bits of z. */
interface Row {
  readonly x: number;
  readonly low: number;
  readonly cross: boolean;
  /** Indices of a block, and how many of them there are. */
  readonly count: number;
  readonly blocks: number;
  readonly readers: Reader[];
}

interface Placed {
  readonly row: Row;
  /** Byte address. */
  readonly at: number;
}

interface SumPass {
  readonly placed: readonly Placed[];
  readonly table: Uint32Array;
}

/** What the words of one observable are, on registers of their qubits; kept as long as they are. */
const PASSES = new WeakMap<readonly Word[], readonly SumPass[]>();

function rowsOf(words: readonly Word[], qubits: number): readonly Row[] {
  const rows = new Map<string, Row>();
  words.forEach((word, term) => {
    const { x, z } = word;
    const visited = x === 0 ? 1 << qubits : 1 << (qubits - 1);
    const count = Math.min(BLOCK, visited);
    const below = x === 0 ? -1 : (1 << (31 - Math.clz32(x))) - 1;
    const signs = (z & below) | ((z >>> 1) & ~below);
    const letters = lettersY(word) & 3;
    const cross = (letters & 1) === 1;
    const low = signs & (count - 1);
    const key = `${x} ${cross} ${low}`;
    const row = rows.get(key) ?? { x, low, cross, count, blocks: visited / count, readers: [] };
    row.readers.push({ term, high: (signs - low) / count, factor: (x === 0 ? 1 : 2) * (letters === 1 || letters === 2 ? -1 : 1) });
    rows.set(key, row);
  });
  return [...rows.values()].sort((a, b) => a.x - b.x || Number(a.cross) - Number(b.cross));
}

/** Bytes kept for folding beside the rows: half a row of a diagonal word. */
const asideBytes = (qubits: number): number => 8 * ((1 << qubits) / BLOCK >> 1);

/** Up to four rows of one x mask a part; a part of three has its last twice. */
function partsOf(placed: readonly Placed[], shares: number): readonly Part[] {
  const parts: Part[] = [];
  for (let from = 0; from < placed.length;) {
    const first = (placed[from] as Placed).row;
    const alike = placed.slice(from, from + 4).filter(({ row }) => row.x === first.x && row.cross === first.cross);
    const four = Array.from({ length: 4 }, (_, at) => alike[Math.min(at, alike.length - 1)] as Placed);
    const wide = alike.length > 2 || first.blocks === 1;
    parts.push({ what: "sums", words: [
      first.x, (wide ? WIDE : 0) | (first.cross ? CROSS : 0), first.blocks / shares, first.count, SIGNS, 0, ...four.flatMap(({ row, at }) => [row.low, at]),
    ] });
    from += alike.length;
  }
  return parts;
}

function passesOf(words: readonly Word[], { qubits, scratch, scratchBytes }: Register): readonly SumPass[] {
  const end = scratch + scratchBytes - asideBytes(qubits);
  const passes: Placed[][] = [];
  let free = end;
  for (const row of rowsOf(words, qubits)) {
    if (passes.length === 0 || free + 8 * row.blocks > end) {
      passes.push([]);
      free = scratch;
    }
    passes.at(-1)?.push({ row, at: free });
    free += 8 * row.blocks;
  }
  const shares = sharesOf(qubits);
  return passes.map((placed) => ({ placed, table: tableOf(partsOf(placed, shares), shares) }));
}

/** Σ coefficient · ⟨ψ|P|ψ⟩ of the register's state, terms in order. */
export function expectationIn(register: Register, words: readonly Word[]): number {
  const { wasm, qubits, scratch, scratchBytes, state } = register;
  const aside = scratch + scratchBytes - asideBytes(qubits);
  const passes = PASSES.get(words) ?? passesOf(words, register);
  PASSES.set(words, passes);
  register.passes.writeSigns();
  const values = new Float64Array(words.length);
  for (const { placed, table } of passes) {
    register.passes.share(table, state);
    for (const { row: { blocks, readers }, at } of placed) {
      for (const { term, high, factor } of readers) values[term] = factor * wasm.foldedRow(at, blocks, high, aside);
    }
  }
  return words.reduce((sum, { coefficient }, at) => sum + coefficient * (values[at] ?? 0), 0);
}
