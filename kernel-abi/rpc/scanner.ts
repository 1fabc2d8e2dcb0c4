// Scanner: JSON values out of a stream of bytes, however it is cut. Owns the bytes of the value that has begun.
//   R5  A value is given as soon as its last byte is there, and the first byte that cannot belong to one is refused at once: nobody
//       waits for what will not come. Each byte is looked at once, whatever the pieces it comes in.
//   R6  What is given is what JSON.parse makes of those bytes as UTF-8, and what JSON.parse refuses is refused. So the last of two
//       members of one name counts, and `__proto__` is a member like any other, never a prototype.
//   R7  After a refusal nothing more is read: where the next value would begin is not known.
// Of a number at the top, which has no end of its own, the end is the next byte that is none of its own, or the end of the stream.

export interface ScanLimits {
  /** Most bytes of one value. */
  readonly bytes: number;
  /** Most arrays and objects around each other. */
  readonly depth: number;
}
export const SCAN_LIMITS: ScanLimits = Object.freeze({ bytes: 16 * 1024 * 1024, depth: 128 });

export type Scanned = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly what: string; readonly byte: number };

// What may come next. From LITERAL on, a state is a place in LITERALS; the numbers' states stand between NUMBER and LITERAL.
const TOP = 0, VALUE = 1, FIRST = 2, KEY_OR_END = 3, KEY = 4, COLON = 5, AFTER = 6, STRING = 7, ESCAPE = 8, HEX = 9;
const MINUS = 16, ZERO = 17, INTEGER = 18, POINT = 19, FRACTION = 20, EXPONENT = 21, SIGNED = 22, POWER = 23, LITERAL = 32;
const LITERALS = "true false null ";
const REFUSED = 255;

const QUOTE = 0x22, BACKSLASH = 0x5c, COMMA = 0x2c, OPEN_ARRAY = 0x5b, CLOSE_ARRAY = 0x5d, OPEN_OBJECT = 0x7b, CLOSE_OBJECT = 0x7d, SPACE = 0x20;
const isSpace = (byte: number): boolean => byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isHex = (byte: number): boolean => isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
const ESCAPED: ReadonlySet<number> = new Set([...`"\\/bfnrt`].map((letter) => letter.charCodeAt(0)));
/** 1 for what a string goes on with: neither its end, nor a backslash, a control character or more than ASCII. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= SPACE && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0));
const EMPTY = new Uint8Array(0);
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The state after one more byte of a number; AFTER when the number had ended before it, REFUSED when it could not end there. */
function numberStep(state: number, byte: number): number {
  switch (state) {
    case MINUS: return byte === 0x30 ? ZERO : isDigit(byte) ? INTEGER : REFUSED;
    case POINT: return isDigit(byte) ? FRACTION : REFUSED;
    case EXPONENT: return byte === 0x2b || byte === 0x2d ? SIGNED : isDigit(byte) ? POWER : REFUSED;
    case SIGNED: return isDigit(byte) ? POWER : REFUSED;
    case POWER: return isDigit(byte) ? POWER : AFTER;
    default:
      if (isDigit(byte)) return state === ZERO ? REFUSED : state;
      if (byte === 0x2e && state !== FRACTION) return POINT;
      return byte === 0x65 || byte === 0x45 ? EXPONENT : AFTER;
  }
}

export class Scanner {
  readonly #limits: ScanLimits;
  #state = TOP;
  /** Of each open array or object: 1 for an object. */
  readonly #stack: Uint8Array;
  #depth = 0;
  /** The string being read is a member's name. */
  #name = false;
  #ascii = true;
  /** Bytes of the value that came in earlier pieces. */
  #held = EMPTY;
  #heldBytes = 0;

  constructor(limits: ScanLimits = SCAN_LIMITS) {
    this.#limits = limits;
    this.#stack = new Uint8Array(limits.depth);
  }

  /** Bytes of a value that has begun and not ended. */
  get pending(): number { return this.#heldBytes; }
  get refused(): boolean { return this.#state === REFUSED; }

  /** The values that end in these bytes, the last of them possibly a refusal. */
  push(bytes: Uint8Array): readonly Scanned[] {
    const found: Scanned[] = [];
    let start = 0;
    for (let at = 0; at < bytes.length && this.#state !== REFUSED;) {
      if (this.#state === TOP) {
        at = start = this.#skip(bytes, at);
        if (at === bytes.length) break;
        this.#state = VALUE;
      }
      const most = start + this.#limits.bytes - this.#heldBytes;
      const next = this.#scan(bytes, at, Math.min(bytes.length, most));
      if (next < 0) found.push(this.#refuse("not JSON", this.#heldBytes + -next - 1 - start));
      else if (this.#state === TOP) {
        found.push(this.#finish(bytes, start, next));
        start = next;
      } else if (next === most) found.push(this.#refuse(`more than ${this.#limits.bytes} bytes`, this.#limits.bytes));
      else if (this.#state === REFUSED) found.push(this.#refuse(`nested deeper than ${this.#limits.depth}`, this.#heldBytes + next - start));
      at = Math.abs(next);
    }
    if (this.#state !== REFUSED && this.#state !== TOP) this.#hold(bytes, start);
    return found;
  }

  /** The stream has ended: a number that ends with it, or a refusal when something was cut off. */
  end(): Scanned | undefined {
    if (this.#state === TOP || this.#state === REFUSED) return undefined;
    const whole = this.#depth === 0 && (this.#state === ZERO || this.#state === INTEGER || this.#state === FRACTION || this.#state === POWER);
    if (!whole) return this.#refuse("the value is cut off", this.#heldBytes);
    return this.#finish(EMPTY, 0, 0);
  }

  #skip(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length && isSpace(bytes[at] ?? 0)) at++;
    return at;
  }

  /**
   * Goes on until a value has ended (the state is TOP), the bytes have, or it is nested too deeply (REFUSED). Gives the place behind the
   * last byte that was taken; for a byte that cannot be there, -1 minus its place.
   */
  #scan(bytes: Uint8Array, from: number, end: number): number {
    let state = this.#state;
    for (let at = from; at < end; at++) {
      let byte = bytes[at] ?? 0;
      if (state === STRING) {
        while (PLAIN[byte] === 1 && ++at < end) byte = bytes[at] ?? 0;
        if (at === end) break;
        if (byte === QUOTE) state = this.#name ? COLON : this.#closed();
        else if (byte === BACKSLASH) state = ESCAPE;
        else if (byte < SPACE) state = REFUSED;
        else if (byte >= 0x80) this.#ascii = false;
      } else if (state <= AFTER) {
        if (isSpace(byte)) continue;
        state = state <= FIRST ? this.#value(state, byte) : this.#structure(state, byte);
      } else if (state >= LITERAL) {
        state = LITERALS.charCodeAt(state - LITERAL) !== byte ? REFUSED : LITERALS.charCodeAt(state - LITERAL + 1) === SPACE ? this.#closed() : state + 1;
      } else if (state >= MINUS) {
        state = numberStep(state, byte);
        if (state === AFTER) {
          at--; // the byte is not the number's
          state = this.#closed();
        }
      } else if (state === ESCAPE) state = byte === 0x75 ? HEX : ESCAPED.has(byte) ? STRING : REFUSED;
      else state = !isHex(byte) ? REFUSED : state === HEX + 3 ? STRING : state + 1;
      if (state === TOP || state === REFUSED) {
        this.#state = state;
        return state === TOP ? at + 1 : this.#depth > this.#limits.depth ? at : -1 - at;
      }
    }
    this.#state = state;
    return end;
  }

  /** A value has ended. */
  #closed(): number { return this.#depth === 0 ? TOP : AFTER; }

  #opened(object: 0 | 1): number {
    if (this.#depth === this.#limits.depth) {
      this.#depth++;
      return REFUSED;
    }
    this.#stack[this.#depth++] = object;
    return object === 1 ? KEY_OR_END : FIRST;
  }

  /** The first byte of a value; in an array that is empty so far, its end too. */
  #value(state: number, byte: number): number {
    switch (byte) {
      case QUOTE: this.#name = false; return STRING;
      case OPEN_OBJECT: return this.#opened(1);
      case OPEN_ARRAY: return this.#opened(0);
      case CLOSE_ARRAY: return state === FIRST ? this.#close(0) : REFUSED;
      case 0x74: return LITERAL + 1;
      case 0x66: return LITERAL + 6;
      case 0x6e: return LITERAL + 12;
      case 0x2d: return MINUS;
      case 0x30: return ZERO;
      default: return isDigit(byte) ? INTEGER : REFUSED;
    }
  }

  /** What stands between values. */
  #structure(state: number, byte: number): number {
    if (state === COLON) return byte === 0x3a ? VALUE : REFUSED;
    if (state === AFTER) {
      if (byte === COMMA) return this.#stack[this.#depth - 1] === 1 ? KEY : VALUE;
      return byte === CLOSE_ARRAY ? this.#close(0) : byte === CLOSE_OBJECT ? this.#close(1) : REFUSED;
    }
    if (byte === CLOSE_OBJECT && state === KEY_OR_END) return this.#close(1);
    this.#name = true;
    return byte === QUOTE ? STRING : REFUSED;
  }

  #close(object: 0 | 1): number {
    if (this.#depth === 0 || this.#stack[this.#depth - 1] !== object) return REFUSED;
    this.#depth--;
    return this.#closed();
  }

  #hold(bytes: Uint8Array, start: number): void {
    const needed = this.#heldBytes + bytes.length - start;
    if (needed > this.#held.length) {
      const larger = new Uint8Array(Math.max(needed, Math.min(2 * this.#held.length, this.#limits.bytes)));
      larger.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = larger;
    }
    this.#held.set(start === 0 ? bytes : bytes.subarray(start), this.#heldBytes);
    this.#heldBytes = needed;
  }

  #finish(bytes: Uint8Array, start: number, end: number): Scanned {
    let whole = bytes.subarray(start, end);
    if (this.#heldBytes > 0) {
      this.#hold(whole, 0);
      whole = this.#held.subarray(0, this.#heldBytes);
    }
    const ascii = this.#ascii;
    this.#reset(TOP);
    try {
      return { ok: true, value: JSON.parse(ascii ? Buffer.from(whole.buffer, whole.byteOffset, whole.length).toString("latin1") : utf8.decode(whole)) };
    } catch {
      return this.#refuse(ascii ? "not JSON" : "not UTF-8", whole.length);
    }
  }

  #refuse(what: string, byte: number): Scanned {
    this.#reset(REFUSED);
    return { ok: false, what, byte };
  }

  #reset(state: number): void {
    this.#state = state;
    this.#depth = 0;
    this.#ascii = true;
    this.#held = EMPTY;
    this.#heldBytes = 0;
  }
}
