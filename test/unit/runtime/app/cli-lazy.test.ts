import { describe, expect, it, vi } from "vitest";
import { program, scratch, triad } from "../../../support/cli.ts";

scratch();
const loaded: string[] = [];
/** Stands for a command whose loading would be noticed. */
const noticed = vi.hoisted(() => (name: string) => () => {
  loaded.push(name);
  return { configure: () => undefined };
});
vi.mock("../../../../runtime/app/cli/commands/run.ts", noticed("run"));
vi.mock("../../../../runtime/app/cli/commands/replay.ts", noticed("replay"));
vi.mock("../../../../runtime/app/cli/commands/reproduce.ts", noticed("reproduce"));
vi.mock("../../../../runtime/app/cli/commands/doctor.ts", noticed("doctor"));

describe("a command", () => {
  it("is loaded when it is chosen and not before", async () => {
    await triad("--version");
    await triad("help");
    expect((await triad("verify", program("bell"))).code).toBe(4);
    expect(loaded).toEqual([]);
    await triad("replay");
    expect(loaded).toEqual(["replay"]);
  });
});
