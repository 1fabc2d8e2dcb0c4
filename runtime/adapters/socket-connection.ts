// One connection of the kernel's socket: bytes in, values to the dispatcher, replies out. Owns the socket and what is in flight on it.
//   U4  Each request that is read whole is answered as long as the peer reads, also when it has closed its own half.
//   U5  A peer that does not read, does not finish what it began, or says nothing, costs a bounded amount for a bounded time: reading
//       stops while replies wait or too much is in flight, and `sweep` ends what has stood still.
//       A reply that would not fit is a typed error instead (R11).
//   U6  After bytes that are no JSON nothing more is read. What still comes is taken and dropped for a while, so that the reply arrives.
import { setMaxListeners } from "node:events";
import type { Socket } from "node:net";
import { errorText } from "../../kernel-abi/rpc/encode.ts";
import { inPlaceOfReply, rpcError, type Dispatch } from "../../kernel-abi/rpc/dispatch.ts";
import type { CallContext } from "../../kernel-abi/rpc/handlers.ts";
import type { CodeName } from "../../kernel-abi/rpc/codes.ts";
import { Scanner, type Scanned } from "../../kernel-abi/rpc/scanner.ts";

export interface ServerLimits {
  /** Connections served at once; beyond them each is told SERVER_BUSY. */
  readonly connections: number;
  /** Bytes of one request, and arrays and objects around each other in it. */
  readonly requestBytes: number;
  readonly depth: number;
  /** Bytes of all requests together that have begun and not ended. */
  readonly pendingBytes: number;
  /** Requests of one connection that wait for their replies; beyond them nothing more is read. */
  readonly inFlight: number;
  /** Bytes of replies one peer has not read: above the first nothing more is read, above the second the connection ends. */
  readonly unreadPause: number;
  readonly unreadMost: number;
  /** Milliseconds without a byte in either direction while nothing is in flight, or with replies nobody reads. */
  readonly idleMs: number;
  /** Milliseconds from the first byte of a request to its last. */
  readonly requestMs: number;
  /** Milliseconds what still comes is dropped after the last reply. */
  readonly lingerMs: number;
}

export const SERVER_LIMITS: ServerLimits = Object.freeze({
  connections: 2_048, requestBytes: 16 * 1024 * 1024, depth: 128, pendingBytes: 256 * 1024 * 1024, inFlight: 256,
  unreadPause: 1024 * 1024, unreadMost: 64 * 1024 * 1024, idleMs: 300_000, requestMs: 30_000, lingerMs: 2_000,
});

/** Of what a peer may leave unread: more than this is not answered but with errors. */
const REPLY_SHARE = 0.75;

/** What connections share. */
export interface Serving {
  readonly dispatch: Dispatch;
  readonly limits: ServerLimits;
  readonly now: () => number;
  /** Bytes of requests that have begun, of all connections. */
  pending: number;
  closed(connection: Connection): void;
}

export class Connection implements CallContext {
  readonly connection: number;
  readonly #socket: Socket;
  readonly #serving: Serving;
  readonly #scanner: Scanner;
  #gone: AbortController | undefined;
  /** Read and not yet asked for, from `#asked` on: of one piece of bytes at most. */
  #queue: Scanned[] = [];
  #asked = 0;
  #inFlight = 0;
  #pending = 0;
  /** Nothing more is read: the peer has ended, was refused, or the server stops. */
  #over = false;
  #peerEnded = false;
  #ending = false;
  /** Whether what the peer still sends is taken after the last reply. */
  #lingers = true;
  #moved: number;
  #began: number | undefined;

  constructor(socket: Socket, number: number, serving: Serving) {
    this.connection = number;
    this.#socket = socket;
    this.#serving = serving;
    this.#scanner = new Scanner({ bytes: serving.limits.requestBytes, depth: serving.limits.depth });
    this.#moved = serving.now();
    socket.on("data", (chunk: Buffer) => { this.#read(chunk); });
    socket.on("end", () => { this.#ended(); });
    socket.on("drain", () => { this.#moved = this.#serving.now(); this.#flow(); });
    socket.on("error", () => undefined); // a peer that goes away is nobody's error; `close` follows
    socket.on("close", () => { this.#closed(); });
  }

  /** Made when it is asked for: most calls wait for nothing. As many listen to it as calls are in flight, which are bounded. */
  get signal(): AbortSignal {
    if (this.#gone === undefined) setMaxListeners(0, (this.#gone = new AbortController()).signal);
    return this.#gone.signal;
  }
  /** Less than what ends the connection: errors in place of what does not fit still do. */
  get replyMost(): number { return Math.max(0, this.#serving.limits.unreadMost * REPLY_SHARE - this.#socket.writableLength); }
  get busy(): boolean { return this.#inFlight > 0; }

  /** Answers with an error that belongs to no request, and serves no more. */
  refuse(name: CodeName, data: Readonly<Record<string, unknown>> = {}): void {
    this.#over = true;
    this.#write(errorText(null, rpcError(name, data)));
    this.#close();
  }

  /** Reads nothing more; who waits is told so; ends when what is in flight has been answered. */
  drain(): void {
    this.#over = true;
    [this.#queue, this.#asked] = [[], 0];
    this.#lingers = false;
    this.#gone?.abort("stopping");
    this.#close();
  }

  destroy(): void { this.#socket.destroy(); }

  /** Ends what has stood still (U5). */
  sweep(): void {
    const { idleMs, requestMs, lingerMs } = this.#serving.limits;
    const now = this.#serving.now();
    const still = now - this.#moved;
    if (this.#ending && this.#socket.writableFinished) return still > lingerMs ? this.destroy() : undefined;
    if (this.#socket.writableLength > 0) return still > idleMs ? this.destroy() : undefined;
    if (this.#peerEnded && this.busy) this.#socket.write("\n"); // whether anybody is still there; white space before a reply means nothing
    if (this.#over || this.busy) return;
    if (this.#began !== undefined && now - this.#began > requestMs) return this.refuse("PARSE_ERROR", { what: `not whole within ${requestMs} ms`, byte: this.#scanner.pending });
    if (still <= idleMs) return;
    if (this.#began !== undefined) this.refuse("PARSE_ERROR", { what: "the value is cut off", byte: this.#scanner.pending });
    else this.drain();
  }

  #read(chunk: Buffer): void {
    if (this.#over) return; // dropped (U6)
    this.#moved = this.#serving.now();
    this.#queue.push(...this.#scanner.push(chunk));
    this.#account();
    if (this.#serving.pending > this.#serving.limits.pendingBytes && this.#pending > 0 && !this.#over) {
      this.refuse("SERVER_BUSY", { limit: "bytes of requests that have begun", most: this.#serving.limits.pendingBytes });
    }
    this.#flow();
  }

  /** Asks for what has been read, as far as there is room, and reads on or not (U5). */
  #flow(): void {
    this.#socket.cork(); // replies made at once leave together
    while (this.#queue.length > this.#asked && !this.#full && !this.#socket.destroyed) {
      const scanned = this.#queue[this.#asked++];
      if (scanned?.ok === true) this.#ask(scanned.value);
      else if (scanned !== undefined) this.refuse("PARSE_ERROR", { what: scanned.what, byte: scanned.byte });
    }
    this.#socket.uncork();
    if (this.#asked === this.#queue.length) [this.#queue, this.#asked] = [[], 0];
    if (this.#full && !this.#ending) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  get #full(): boolean {
    const { inFlight, unreadPause } = this.#serving.limits;
    return this.#inFlight >= inFlight || this.#socket.writableLength > unreadPause;
  }

  #account(): void {
    const pending = this.#over ? 0 : this.#scanner.pending;
    this.#serving.pending += pending - this.#pending;
    this.#pending = pending;
    this.#began = pending === 0 ? undefined : this.#began ?? this.#moved;
  }

  #ended(): void {
    this.#peerEnded = true;
    if (!this.#over) {
      const last = this.#scanner.end();
      if (last?.ok === true) this.#ask(last.value);
      else if (last !== undefined) this.refuse("PARSE_ERROR", { what: last.what, byte: last.byte });
    }
    this.#over = true;
    this.#close();
  }

  #ask(value: unknown): void {
    const reply = this.#serving.dispatch(value, this);
    if (typeof reply === "string") return this.#reply(reply, value);
    if (reply === undefined) return;
    this.#inFlight += 1;
    void reply.then((text) => {
      this.#inFlight -= 1;
      if (text !== undefined) this.#reply(text, value);
      this.#flow();
      if (this.#over) this.#close();
    });
  }

  /** Never larger than what the connection takes (R11). */
  #reply(text: string, value: unknown): void {
    this.#write(text.length > this.replyMost ? inPlaceOfReply(value, text.length, this.replyMost) : text);
  }

  #write(text: string): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    this.#moved = this.#serving.now();
    this.#socket.write(`${text}\n`, "latin1"); // ASCII by R8
    if (this.#socket.writableLength > this.#serving.limits.unreadMost) this.destroy();
  }

  /** Ends our half once everything has been answered. */
  #close(): void {
    this.#account();
    if (this.#ending || this.#inFlight > 0 || this.#queue.length > this.#asked) return;
    this.#ending = true;
    this.#moved = this.#serving.now();
    this.#socket.resume();
    this.#socket.end(() => { if (!this.#lingers) this.destroy(); });
  }

  #closed(): void {
    this.#over = true;
    this.#account();
    this.#gone?.abort("gone");
    this.#serving.closed(this);
  }
}
