// SHA-256 (FIPS 180-4) in plain TypeScript: kernels have no host to ask for one, and what they digest is short beside what they compute.

const ROUNDS = 64;
const BLOCK = 64;

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes, and of the square roots of the first eight. */
const { K, START } = constants();

function constants(): { readonly K: Int32Array; readonly START: Int32Array } {
  const primes: number[] = [];
  for (let n = 2; primes.length < ROUNDS; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return { K: Int32Array.from(primes, (prime) => fraction(prime, 3)), START: Int32Array.from(primes.slice(0, 8), (prime) => fraction(prime, 2)) };
}

/** ⌊2³²·root⌋ mod 2³² of a prime's root of that degree, found in whole numbers bit by bit. */
function fraction(prime: number, degree: 2 | 3): number {
  const wanted = BigInt(prime) << BigInt(32 * degree);
  const power = (root: bigint): bigint => (degree === 2 ? root * root : root * root * root);
  let root = 0n;
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) if (power(root + bit) <= wanted) root += bit;
  return Number(BigInt.asIntN(32, root));
}

const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/** The message with its padding: a one, zeros, and its length in bits. */
function padded(bytes: Uint8Array): DataView {
  const whole = new Uint8Array(BLOCK * (Math.floor((bytes.length + 8) / BLOCK) + 1));
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setUint32(whole.length - 8, Math.floor(bytes.length / 0x2000_0000));
  view.setUint32(whole.length - 4, (bytes.length << 3) >>> 0);
  return view;
}

function schedule(message: DataView, at: number, words: Int32Array): void {
  for (let t = 0; t < 16; t++) words[t] = message.getInt32(at + 4 * t);
  for (let t = 16; t < ROUNDS; t++) {
    const [w2 = 0, w15 = 0] = [words[t - 2], words[t - 15]];
    const s0 = turned(w15, 7) ^ turned(w15, 18) ^ (w15 >>> 3);
    const s1 = turned(w2, 17) ^ turned(w2, 19) ^ (w2 >>> 10);
    words[t] = (words[t - 16] ?? 0) + s0 + (words[t - 7] ?? 0) + s1;
  }
}

function compress(state: Int32Array, words: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let t = 0; t < ROUNDS; t++) {
    const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K[t] ?? 0) + (words[t] ?? 0)) | 0;
    const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, at) => { state[at] = (state[at] ?? 0) + word; });
}

/** 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const message = padded(bytes);
  const state = START.slice();
  const words = new Int32Array(ROUNDS);
  for (let at = 0; at < message.byteLength; at += BLOCK) {
    schedule(message, at, words);
    compress(state, words);
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, at) => { digest.setInt32(4 * at, word); });
  return new Uint8Array(digest.buffer);
}
