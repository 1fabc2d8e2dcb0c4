// The image of a state under a Pauli sum, added to another state: all x masks of a table in one pass over the two.
//   G6  Words of one x mask are summed in their order before an amplitude is read, at most a quarter as many at once as there are amplitudes; x masks
//       follow each other in the order of their first words. Rows of words stand in the first page, in scratch where that has more room.
import { PARTS_MAX, REST, REST_BYTES, sharesOf, tableOf, type Part } from "./passes.ts";
import type { Register } from "./register.ts";
import { lettersY, type Word } from "./words.ts";

/** Bytes of one row (assembly/adjoint.ts). */
const ROW = 48;

/** Words of one x mask in one table. */
interface Group {
  readonly x: number;
  readonly words: readonly Word[];
}

const turnsOf = (word: Word): number => lettersY(word) & 3;

function tablesOf(words: readonly Word[], qubits: number, room: number): readonly (readonly Group[])[] {
  const byMask = new Map<number, Word[]>();
  for (const word of words) {
    const alike = byMask.get(word.x);
    if (alike === undefined) byMask.set(word.x, [word]);
    else alike.push(word);
  }
  const most = Math.min(room, Math.max(1, (1 << qubits) / 4));
  const tables: Group[][] = [];
  let free = 0;
  for (const [x, alike] of byMask) {
    for (let from = 0; from < alike.length; from += most) {
      const some = alike.slice(from, from + most);
      if (some.length > free || tables.at(-1)?.length === PARTS_MAX) {
        tables.push([]);
        free = room;
      }
      tables.at(-1)?.push({ x, words: some });
      free -= some.length;
    }
  }
  return tables;
}

/** z, then what the word multiplies four neighbours with: its coefficient under the signs of the two lowest bits of z. */
function writeRow(table: DataView, row: number, { z, coefficient }: Word, sign: number): void {
  table.setUint32(ROW * row, z, true);
  for (let lane = 0; lane < 4; lane++) {
    const odd = ((lane & z) ^ ((lane & z) >> 1)) & 1;
    table.setFloat64(ROW * row + 16 + 8 * lane, (odd === 1 ? -sign : sign) * coefficient, true);
  }
}

/** Adds Σ coefficient·P|ψ⟩, ψ the register's state, to the state at `image`. */
export function addImage(register: Register, image: number, words: readonly Word[]): void {
  const { passes, qubits, state, scratch, scratchBytes, wasm } = register;
  const shares = sharesOf(qubits);
  const [at, bytes] = scratchBytes > REST_BYTES ? [scratch, scratchBytes] : [REST, REST_BYTES];
  const view = new DataView(wasm.memory.buffer, at, bytes);
  for (const groups of tablesOf(words, qubits, Math.floor(bytes / ROW))) {
    let row = 0;
    const parts = groups.map(({ x, words: some }): Part => {
      const [reals, others] = [some.filter((word) => turnsOf(word) % 2 === 0), some.filter((word) => turnsOf(word) % 2 === 1)];
      const first = row;
      for (const word of reals) writeRow(view, row++, word, turnsOf(word) === 0 ? 1 : -1);
      for (const word of others) writeRow(view, row++, word, turnsOf(word) === 1 ? 1 : -1);
      return { what: "images", words: [image, x, at + ROW * first, reals.length, others.length, (1 << qubits) / shares] };
    });
    passes.share(tableOf(parts, shares), state);
  }
}
