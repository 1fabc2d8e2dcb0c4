// What only a process of its own can show: signals, pipes, file descriptors, exit codes.
import { existsSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ending, onlyObject, program, scratch, start, triad } from "../../../support/cli.ts";

const at = scratch();

/** Resolves when the file has grown beyond `bytes`. */
async function grown(path: string, bytes: number): Promise<void> {
  while (!existsSync(path) || statSync(path).size <= bytes) await new Promise((resolve) => { setTimeout(resolve, 50); });
}

describe("the command as a process", () => {
  it("keeps data on stdout, the program's log as JSON lines on stderr, and runs on worker threads", async () => {
    const { code, out, err } = await ending(start(["run", program("bell"), "--seed", "7", "--workers", "1", "--out", at("bell.triad"), "--json", "--log-level", "info"]));
    expect(code).toBe(0);
    expect(onlyObject(out)).toMatchObject({ outcome: "completed", seed: "7" });
    const [line] = err.split("\n").filter((text) => text.startsWith("{")).map((text) => onlyObject(`${text}\n`));
    expect(line).toMatchObject({ level: "info", run: "bell.triad", process: "root", event: "LOG", msg: "bell" });
    expect(onlyObject((await triad("run", program("bell"), "--seed", "7", "--workers", "0", "--out", at("inline.triad"), "--json")).out)["digest"]).toBe(onlyObject(out)["digest"]);
  });

  it("stops at the first interrupt, exits 130 and says how to go on and how to look at the journal", async () => {
    const child = start(["run", program("endless"), "--workers", "0", "--out", at("endless.triad")]);
    const said = ending(child);
    await grown(at("endless.triad.partial"), 65_536);
    child.kill("SIGINT");
    const { code, out, err } = await said;
    expect([code, out]).toEqual([130, ""]);
    expect(err).toMatch(/^error RUN_INTERRUPTED 3203: /);
    expect(err).toContain(`triad verify ${at("endless.triad.partial")} --allow-unsealed`);
    expect(err).toContain(`triad resume ${at("endless.triad.partial")} --allow K --program ${program("endless")}`);
    expect(existsSync(at("endless.triad"))).toBe(false);
    expect((await triad("verify", at("endless.triad.partial"), "--allow-unsealed")).code).toBe(0);
    const piped = start(["trace", at("endless.triad.partial")]);
    const listing = ending(piped);
    piped.stdout?.once("data", () => { piped.stdout?.destroy(); }); // as `head` does
    expect(await listing).toMatchObject({ code: 0, err: "" });
  });

  it("exits as its command did", async () => {
    const { code, out, err } = await ending(start(["verify", program("bell"), "--json"]));
    expect([code, out]).toEqual([4, ""]);
    expect(onlyObject(err)).toMatchObject({ error: { name: "TRACE_UNREADABLE" }, exit: 4 });
  });
});
