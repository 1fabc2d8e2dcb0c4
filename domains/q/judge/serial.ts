// Serial: whether single shots follow one another as independent ones do. A histogram has lost its order; jobs of one shot have theirs.
//   S1  Jobs are taken by their number, the order they were submitted in: whether there is a next one, and what it reads on an honest
//       run, hangs on those before it alone through the program, and its outcome on none.
//   S2  A game bets, at each job, that it reads what the job `lag` before it read, or that it does not: fair, as the probability of
//       what that one read is known. Alternation wins at lag 1 by betting against it, a period of k at lag k, a long run at any.
//   S3  A game may begin at any job (a share 1/(t(t+1)) of the stake waits for job t) and end at any: the mean of all games is one
//       fair game, so the most it ever holds exceeds 1/α with probability at most α (Ville 1939).
// What is read is looked at as a whole, by bins, and by the most even cut of them: many distinct outcomes rarely repeat as a whole.
import type { Tally } from "./tally.ts";

const LAGS = 16;
const ODDS: readonly number[] = [2, 16, 1_000].flatMap((odds) => [odds, 1 / odds]);
/** What a game holds at most; enough for any threshold, and its square is finite. */
const HELD_MAX = 1e150;

/** Outcomes put together: the cell of each target, and each cell's probability. */
export interface Cells {
  readonly of: (target: number) => number;
  readonly chance: (cell: number) => number;
}

/** What each job of one shot read, by job. */
function singles({ shots, records, starts, job }: Tally): readonly number[] {
  const read = new Map<number, number>();
  records.forEach((_, target) => {
    for (let row = starts[target] ?? 0; row < (starts[target + 1] ?? 0); row++) {
      const by = job[row] ?? 0;
      if (shots[by] === 1) read.set(by, target);
    }
  });
  return [...read].sort(([a], [b]) => a - b).map(([, target]) => target);
}

/** All lags and odds over one view of the outcomes. */
class Games {
  readonly #cells: Cells;
  readonly #held = new Float64Array(LAGS * ODDS.length);
  readonly #past: number[] = [];
  constructor(cells: Cells) { this.#cells = cells; }

  /** One more job; gives what all its games hold together, without what waits. */
  read(target: number, begins: number): number {
    const cell = this.#cells.of(target);
    let total = 0;
    for (let lag = 1; lag <= LAGS; lag++) {
      const before = this.#past[this.#past.length - lag];
      const chance = before === undefined ? undefined : Math.min(1, this.#cells.chance(before));
      ODDS.forEach((odds, at) => {
        const game = (lag - 1) * ODDS.length + at;
        const factor = chance === undefined ? 1 : (before === cell ? odds : 1) / (1 - chance + chance * odds);
        const held = Math.min(HELD_MAX, ((this.#held[game] ?? 0) + begins) * factor);
        this.#held[game] = held;
        total += held;
      });
    }
    this.#past.push(cell);
    if (this.#past.length > LAGS) this.#past.shift();
    return total / this.#held.length;
  }
}

/** p-value of the order of single shots; null for fewer than two. */
export function serial(tally: Tally, views: readonly Cells[]): number | null {
  const read = singles(tally);
  if (read.length < 2 || views.length === 0) return null;
  const games = views.map((cells) => new Games(cells));
  let most = 1;
  read.forEach((target, at) => {
    const begins = 1 / ((at + 1) * (at + 2));
    const held = games.reduce((sum, view) => sum + view.read(target, begins), 0) / games.length;
    most = Math.max(most, held + 1 / (at + 2));
  });
  return 1 / most;
}
