// A folder for sockets, and servers that are stopped when a test ends.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach } from "vitest";
import { dispatch } from "../../kernel-abi/rpc/dispatch.ts";
import { serveSocket, type SocketServer, type SocketServerOptions } from "../../runtime/adapters/socket-server.ts";
import { kernelStub, type Stub } from "./kernel-stub.ts";

export interface Ground {
  readonly folder: string;
  path(name?: string): string;
  serve(options?: Partial<SocketServerOptions> & { readonly stub?: Stub }): Promise<SocketServer>;
}

export function socketGround(): Ground {
  const folder = mkdtempSync(join(tmpdir(), "triad-socket-"));
  const servers: SocketServer[] = [];
  let count = 0;
  const path = (name = `${++count}.sock`): string => join(folder, name);
  afterEach(async () => { await Promise.all(servers.splice(0).map((server) => server.stop({ graceMs: 0 }))); });
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
  return {
    folder, path,
    async serve({ stub = kernelStub(), ...options } = {}) {
      const server = await serveSocket({ path: path(), dispatch: dispatch(stub.handlers), ...options });
      servers.push(server);
      return server;
    },
  };
}
