import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { serveSocket } from "../../../../runtime/adapters/socket-server.ts";

it("many calls that wait on one connection are no leak: nobody is warned of them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "triad-waits-"));
  const warned: string[] = [];
  const warn = ({ name }: Error): void => { warned.push(name); };
  process.on("warning", warn);
  let waiting = 0;
  const server = await serveSocket({
    path: join(folder, "k.sock"),
    dispatch: (_, { signal }) => new Promise((resolve) => {
      waiting++;
      signal.addEventListener("abort", () => { resolve("\"left\""); });
    }),
  });
  const client = createConnection(server.path);
  client.write("{}\n".repeat(40));
  while (waiting < 40) await new Promise((resolve) => { setImmediate(resolve); });
  const replies = client.setEncoding("utf8").toArray();
  await Promise.all([server.stop(), once(client, "close")]);
  process.off("warning", warn);
  rmSync(folder, { recursive: true });
  expect([warned, (await replies).join("").match(/"left"/g)?.length]).toEqual([[], 40]);
});
