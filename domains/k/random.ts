// Named randomness for K programs: seedrandom behind D2. The key is always a non-empty hex string and never global.
import seedrandom from "seedrandom";
import type { RandomSource } from "../../kernel-abi/ports.ts";

export const seededRandom: RandomSource = Object.freeze({
  stream(keyHex: string) {
    const generator = seedrandom(keyHex);
    return Object.freeze({ uniform: () => generator.double(), uint32: () => generator.int32() >>> 0 });
  },
});
