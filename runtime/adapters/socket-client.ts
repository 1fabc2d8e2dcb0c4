// The client's end of the kernel's socket: one connection for all calls, made when there is a call and made anew when it is lost.
//   U9  Every call that is sent is settled once: by its reply, its deadline, its caller giving up, or the loss of the connection.
import { createConnection, type Socket } from "node:net";
import { Fault } from "../../kernel-abi/fault.ts";
import { KernelError, readReply, type Reply } from "../../kernel-abi/rpc/client.ts";
import { requestText } from "../../kernel-abi/rpc/encode.ts";
import { Scanner } from "../../kernel-abi/rpc/scanner.ts";
import { codeOf, inWords } from "./disk.ts";

/** Replies may be larger than requests: a discover, a bundle. */
const REPLY_LIMITS = { bytes: 256 * 1024 * 1024, depth: 512 };

interface Waiting {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface CallOptions {
  /** Milliseconds for the reply; for ever without. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Nothing is known of what became of the call: the connection was lost on the way, or not made. */
export const isLost = (error: unknown): boolean => error instanceof Fault && error.fault === "KERNEL_UNREACHABLE";

const NOBODY: ReadonlySet<string> = new Set(["ENOENT", "ECONNREFUSED"]);
/** No connection could be made, so the call was never sent. */
export const isUnreached = (error: unknown): boolean => isLost(error) && error instanceof Fault && NOBODY.has(String(error.detail["system"]));

export class SocketClient {
  readonly path: string;
  #socket: Socket | undefined;
  #count = 0;
  readonly #waiting = new Map<number, Waiting>();
  #closed = false;

  constructor(path: string) {
    this.path = path;
  }

  /** @throws KernelError; Fault KERNEL_UNREACHABLE | KERNEL_SILENT | KERNEL_GARBLED */
  call(method: string, params: unknown, { timeoutMs, signal }: CallOptions = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new Fault("KERNEL_UNREACHABLE", { path: this.path, what: "the client is closed" }));
      if (signal?.aborted === true) return reject(givenUp(method, signal));
      const id = ++this.#count;
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        this.#waiting.delete(id);
        if (this.#waiting.size === 0) this.#socket?.unref();
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(() => { settle(); reject(new Fault("KERNEL_SILENT", { path: this.path, method, timeoutMs })); }, timeoutMs);
      const abort = (): void => { settle(); reject(givenUp(method, signal)); };
      signal?.addEventListener("abort", abort, { once: true });
      this.#waiting.set(id, { method, resolve: (result) => { settle(); resolve(result); }, reject: (error) => { settle(); reject(error); } });
      const socket = this.#connected();
      socket.ref();
      socket.write(requestText(id, method, params));
    });
  }

  close(): void {
    this.#closed = true;
    this.#socket?.destroy();
    this.#lost(undefined, "the client was closed");
  }

  #connected(): Socket {
    if (this.#socket !== undefined && !this.#socket.destroyed && this.#socket.writable) return this.#socket;
    const socket = createConnection(this.path);
    const scanner = new Scanner(REPLY_LIMITS);
    let failure: Error | undefined;
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      for (const scanned of scanner.push(chunk)) this.#take(scanned.ok ? readReply(scanned.value) : undefined, socket);
    });
    socket.on("error", (error) => { failure = error; });
    socket.on("close", () => { if (this.#socket === socket) this.#lost(failure, "the connection was closed without a reply"); });
    return socket;
  }

  #take(reply: Reply | undefined, socket: Socket): void {
    if (reply === undefined) {
      this.#fail(new Fault("KERNEL_GARBLED", { path: this.path }));
      return void socket.destroy();
    }
    if (reply.id === null && "error" in reply) return this.#fail((method) => new KernelError(method, reply.error, false)); // said of the connection
    const waiting = typeof reply.id === "number" ? this.#waiting.get(reply.id) : undefined;
    if (waiting === undefined) return; // its caller has given up
    if ("error" in reply) waiting.reject(new KernelError(waiting.method, reply.error));
    else waiting.resolve(reply.result);
  }

  #lost(error: Error | undefined, otherwise: string): void {
    this.#socket = undefined;
    const { what, system } = error === undefined ? { what: otherwise, system: undefined } : inWords(codeOf(error));
    this.#fail(new Fault("KERNEL_UNREACHABLE", { path: this.path, what, ...(system === undefined ? {} : { system }) }, error === undefined ? undefined : { cause: error }));
  }

  #fail(error: Error | ((method: string) => Error)): void {
    for (const waiting of [...this.#waiting.values()]) waiting.reject(typeof error === "function" ? error(waiting.method) : error);
  }
}

const givenUp = (method: string, signal: AbortSignal | undefined): Error =>
  (signal?.reason instanceof Fault ? signal.reason : new Fault("CANCELLED", { what: `the call ${method} was given up` }));
