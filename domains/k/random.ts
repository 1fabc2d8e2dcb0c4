// Named randomness for K programs: seedrandom behind D2. The key is always a non-empty hex string and never global.
import seedrandom from "seedrandom";
import type { RandomSource } from "../../kernel-abi/ports.ts";

const ARC4_BYTES = 256;

export const seededRandom: RandomSource = Object.freeze({
  stream(keyHex: string, position?: Uint8Array) {
    const generator = seedrandom(keyHex, { state: position === undefined ? true : stateOf(position) });
    return Object.freeze({ uniform: () => generator.double(), uint32: () => generator.int32() >>> 0, position: () => positionOf(generator.state()) });
  },
});

/** i, j and the permutation. */
const positionOf = ({ i, j, S }: seedrandom.State.Arc4): Uint8Array => Uint8Array.of(i, j, ...S);
const stateOf = (position: Uint8Array): seedrandom.State.Arc4 => ({ i: position[0] ?? 0, j: position[1] ?? 0, S: [...position.subarray(2, 2 + ARC4_BYTES)] });
