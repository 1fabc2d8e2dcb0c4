import { chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { callOnce } from "../../../support/raw-socket.ts";
import { faultNameLater } from "../../../support/refusals.ts";
import { socketGround } from "../../../support/socket-ground.ts";

const ground = socketGround();
const NEGOTIATE = { jsonrpc: "2.0", method: "q_negotiate_caps", params: { requested: [] }, id: 1 };

/** A socket nobody listens on, as a killed server leaves it. */
async function stale(path: string): Promise<void> {
  const kept = `${path}.kept`;
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(path, resolve); });
  renameSync(path, kept); // closing takes away the name it was made with
  await new Promise((resolve) => { server.close(resolve); });
  renameSync(kept, path);
}

describe("the name of a socket", () => {
  it("is its owner's alone, whatever the mask, and the mask is what it was (U2)", async () => {
    for (const mask of [0o000, 0o022, 0o077]) {
      const before = process.umask(mask);
      try {
        const { path } = await ground.serve();
        expect(lstatSync(path).mode & 0o777).toBe(0o700);
        expect(process.umask()).toBe(mask);
      } finally {
        process.umask(before);
      }
    }
  });

  it("goes when the server stops", async () => {
    const server = await ground.serve();
    await server.stop();
    expect(lstatSync(server.path, { throwIfNoEntry: false })).toBe(undefined);
  });

  it("a dead socket is taken over, and nothing is left beside it (U1)", async () => {
    const path = ground.path();
    await stale(path);
    await ground.serve({ path });
    expect(await callOnce(path, NEGOTIATE)).toMatchObject({ id: 1 });
    expect(readdirSync(ground.folder).filter((name) => path.endsWith(name.split(".sock")[0] ?? "") && name !== path.split("/").at(-1))).toEqual([]);
  });

  it("a live one is not, and goes on", async () => {
    const { path } = await ground.serve();
    expect(await faultNameLater(ground.serve({ path }))).toBe("SOCKET_IN_USE");
    expect(await callOnce(path, NEGOTIATE)).toMatchObject({ id: 1 });
  });

  it("of several that start at once over a dead one, one serves and the others are told", async () => {
    const path = ground.path();
    await stale(path);
    const faults = await Promise.all(Array.from({ length: 8 }, () => faultNameLater(ground.serve({ path }))));
    expect(faults.sort()).toEqual([...Array.from({ length: 7 }, () => "SOCKET_IN_USE"), "none"]);
    expect(await callOnce(path, NEGOTIATE)).toMatchObject({ id: 1 });
  });

  it("a file, a folder and a link are never removed", async () => {
    const file = ground.path("file");
    writeFileSync(file, "mine");
    const folder = ground.path("folder");
    mkdirSync(folder);
    const link = ground.path("link");
    symlinkSync(file, link);
    for (const path of [file, folder, link]) expect(await faultNameLater(ground.serve({ path }))).toBe("SOCKET_REFUSED");
    expect([readFileSync(file, "utf8"), lstatSync(folder).isDirectory(), lstatSync(link).isSymbolicLink()]).toEqual(["mine", true, true]);
  });

  it("another's socket that stands there by the time we stop is left there", async () => {
    const first = await ground.serve();
    renameSync(first.path, `${first.path}.old`);
    await ground.serve({ path: first.path });
    await first.stop();
    expect(await callOnce(first.path, NEGOTIATE)).toMatchObject({ id: 1 });
  });

  it("a path that is too long, or in a folder where anybody may replace it, is refused; a missing folder is made (U3)", async () => {
    expect(await faultNameLater(ground.serve({ path: ground.path("x".repeat(120)) }))).toBe("SOCKET_REFUSED");
    expect(await faultNameLater(ground.serve({ path: "" }))).toBe("SOCKET_REFUSED");
    const anybody = ground.path("anybody");
    mkdirSync(anybody);
    chmodSync(anybody, 0o777);
    expect(await faultNameLater(ground.serve({ path: join(anybody, "s") }))).toBe("SOCKET_REFUSED");
    chmodSync(anybody, 0o1777);
    expect(await faultNameLater(ground.serve({ path: join(anybody, "s") }))).toBe("none");
    expect(await faultNameLater(ground.serve({ path: ground.path("made/deep/s") }))).toBe("none");
    expect(lstatSync(ground.path("made")).mode & 0o777).toBe(0o700);
    expect(await faultNameLater(ground.serve({ path: join(ground.path("file2"), "s") }))).toBe("none");
  });
});
