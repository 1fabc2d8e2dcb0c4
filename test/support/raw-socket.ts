// A client that knows nothing of ours: bytes out, bytes in.
import { createConnection, type Socket } from "node:net";

export interface Raw {
  readonly socket: Socket;
  send(bytes: string | Uint8Array): void;
  /** Everything received so far. */
  text(): string;
  /** Resolves when so many whole lines are there. */
  lines(count: number): Promise<readonly string[]>;
  /** Everything until the server ends the connection. */
  rest(): Promise<string>;
}

export function rawSocket(path: string, options: { readonly reading?: boolean; readonly allowHalfOpen?: boolean } = {}): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path, allowHalfOpen: options.allowHalfOpen ?? false });
    let held = "";
    let [ended, look] = [false, () => undefined as void];
    const until = <T>(ready: () => T | undefined): Promise<T> => new Promise((found, lost) => {
      const before = look;
      look = () => {
        before();
        const value = ready();
        if (value !== undefined) found(value);
        else if (ended) lost(new Error(`the connection ended: ${held.slice(0, 200)}`));
      };
      look();
    });
    const raw: Raw = {
      socket,
      send: (bytes) => { socket.write(bytes); },
      text: () => held,
      lines: (count) => until(() => { const found = held.split("\n").slice(0, -1); return found.length >= count ? found : undefined; }),
      rest: () => until(() => (ended ? held : undefined)),
    };
    if (options.reading !== false) socket.on("data", (chunk) => { held += chunk.toString("latin1"); look(); });
    const over = (): void => { ended = true; look(); };
    socket.on("end", over);
    socket.on("close", over);
    socket.on("error", (error) => { reject(error); });
    socket.on("connect", () => { resolve(raw); });
  });
}

/** As upstream's client calls: one connection, one object without a newline, read until what is there is JSON, close. */
export async function callOnce(path: string, request: unknown): Promise<unknown> {
  const raw = await rawSocket(path);
  raw.send(JSON.stringify(request));
  return new Promise((resolve, reject) => {
    const look = (): void => {
      try {
        resolve(JSON.parse(raw.text()));
        raw.socket.destroy();
      } catch { /* not yet */ }
    };
    raw.socket.on("data", look);
    raw.socket.on("close", () => { reject(new Error(`no reply: ${raw.text().slice(0, 200)}`)); });
    look();
  });
}
