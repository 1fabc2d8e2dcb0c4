// Events: which sites each shot meets, found one after the other without looking at those it passes.
//   J1  Event k of a shot draws u(shot, NOISE_DRAWS + 2k) for where it is and the draw behind it for what is done there: a space of their own,
//       so that noise shifts no measurement's draw, and a shot that meets nothing reads what it reads without noise.
//   J2  Along the sum of the rates events are exponentially far apart. Behind a site the process begins anew, so a shot meets each at most once.
import { log } from "../libm/portable.ts";
import { philoxUniform } from "../philox/portable.ts";

/** 2^40: no circuit has so many measurements. */
const NOISE_DRAWS = 1_099_511_627_776;

export class Events {
  readonly #ends: Float64Array;
  readonly #key: Uint32Array;
  /** By shot: the site it meets next, the number of sites when there is none; and how many events it has drawn. */
  readonly next: Int32Array;
  readonly #drawn: Int32Array;

  /** `ends`: sums of the sites' rates, each included. */
  constructor(ends: Float64Array, shots: number, key: Uint32Array) {
    this.#ends = ends;
    this.#key = key;
    this.next = new Int32Array(shots).fill(-1);
    this.#drawn = new Int32Array(shots);
    for (let shot = 0; shot < shots; shot++) this.pass(shot);
  }

  #u(shot: number, draw: number): number {
    return philoxUniform(this.#key[0] ?? 0, this.#key[1] ?? 0, shot, NOISE_DRAWS + draw);
  }

  /** What the shot draws at the site it meets next. */
  choice(shot: number): number {
    return this.#u(shot, 2 * (this.#drawn[shot] ?? 0) - 1);
  }

  /** Goes on to the site behind the one met. */
  pass(shot: number): void {
    const ends = this.#ends;
    const met = this.next[shot] ?? -1;
    const drawn = this.#drawn[shot] ?? 0;
    let [low, high] = [met + 1, ends.length];
    if (low < high) {
      const place = (met < 0 ? 0 : ends[met] ?? 0) - log(1 - this.#u(shot, 2 * drawn));
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((ends[middle] ?? 0) > place) high = middle;
        else low = middle + 1;
      }
    }
    this.next[shot] = low;
    this.#drawn[shot] = drawn + 1;
  }
}
