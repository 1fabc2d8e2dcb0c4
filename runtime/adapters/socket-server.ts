// The kernel's Unix socket: accepts connections, bounds them, and stops gracefully. Owns the listening socket and the set of connections.
//   U7  One connection never hurts another: each has its own scanner, limits and end; what is shared (their number, the bytes of
//       requests that have begun) is bounded, and whoever goes beyond is told SERVER_BUSY.
//   U8  `stop` accepts nothing more, answers what is in flight and resolves when every connection has ended; after `graceMs` the rest is cut.
import { createServer, type Socket } from "node:net";
import type { Dispatch } from "../../kernel-abi/rpc/dispatch.ts";
import { Connection, SERVER_LIMITS, type ServerLimits, type Serving } from "./socket-connection.ts";
import { listenAt, socketPath } from "./socket-path.ts";

export { SERVER_LIMITS, type ServerLimits } from "./socket-connection.ts";

export interface SocketServerOptions {
  readonly path: string;
  readonly dispatch: Dispatch;
  readonly limits?: Partial<ServerLimits>;
  /** Milliseconds, never going back: for limits on time alone. */
  readonly now?: () => number;
}

export interface SocketServer {
  /** Absolute. */
  readonly path: string;
  readonly connections: number;
  /** Looks for connections that have stood still; does so by itself too. */
  sweep(): void;
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

const GRACE_MS = 10_000;
/** Connections beyond the limit that are being told so. */
const TURNED_AWAY_MAX = 256;

/** Serves until it is stopped. @throws Fault SOCKET_IN_USE | SOCKET_REFUSED */
export async function serveSocket({ path: given, dispatch, limits: wanted = {}, now = () => performance.now() }: SocketServerOptions): Promise<SocketServer> {
  const limits = { ...SERVER_LIMITS, ...wanted };
  const served = new Set<Connection>();
  const turnedAway = new Set<Connection>();
  let [accepted, stopping] = [0, false];
  let emptied: () => void = () => undefined;
  const serving: Serving = {
    dispatch, limits, now, pending: 0,
    closed: (connection) => {
      served.delete(connection);
      turnedAway.delete(connection);
      if (served.size + turnedAway.size === 0) emptied();
    },
  };
  const accept = (socket: Socket): void => {
    const connection = new Connection(socket, ++accepted, serving);
    if (stopping) {
      turnedAway.add(connection);
      connection.refuse("STOPPING");
    } else if (served.size < limits.connections) served.add(connection);
    else if (turnedAway.size < TURNED_AWAY_MAX) {
      turnedAway.add(connection);
      connection.refuse("SERVER_BUSY", { limit: "connections", most: limits.connections });
    } else connection.destroy();
  };
  const path = socketPath(given);
  const server = createServer({ allowHalfOpen: true }, accept);
  const { leave } = await listenAt(server, path);
  server.on("error", () => undefined); // out of descriptors: those who wait are accepted when some are free again
  const sweep = (): void => { for (const connection of [...served, ...turnedAway]) connection.sweep(); };
  const sweeping = setInterval(sweep, Math.max(10, Math.min(limits.idleMs, limits.requestMs, limits.lingerMs) / 4));
  sweeping.unref();
  const all = (): readonly Connection[] => [...served, ...turnedAway];
  const stopped = async (graceMs: number): Promise<void> => {
    stopping = true;
    leave();
    const empty = new Promise<void>((resolve) => { emptied = resolve; });
    for (const connection of served) connection.drain();
    const cut = setTimeout(() => { for (const connection of all()) connection.destroy(); }, graceMs);
    if (all().length > 0) await empty;
    clearTimeout(cut);
    clearInterval(sweeping);
  };
  let stop: Promise<void> | undefined;
  return {
    path, sweep,
    get connections() { return served.size; },
    stop: ({ graceMs = GRACE_MS } = {}) => (stop ??= stopped(graceMs)),
  };
}
