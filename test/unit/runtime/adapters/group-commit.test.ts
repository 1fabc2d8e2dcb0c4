import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { groupCommit } from "../../../../runtime/adapters/group-commit.ts";

describe("a group commit", () => {
  it("acts once for all who ask in one turn, after each of them asked, and again for whoever asks later", async () => {
    let wanted = 0;
    const seen: number[] = [];
    const committed = groupCommit(() => { seen.push(wanted); });
    const ask = (): Promise<void> => {
      wanted++;
      return committed();
    };
    const asked = [ask(), ask(), ask()];
    expect(seen).toEqual([]);
    await Promise.all(asked);
    expect(seen).toEqual([3]);
    await turn();
    expect(seen).toEqual([3]);
    await ask();
    expect(seen).toEqual([3, 4]);
  });

  it("acts anew for who asks while it acts", async () => {
    const acts: string[] = [];
    let inside: Promise<void> | undefined;
    const committed: () => Promise<void> = groupCommit(() => {
      acts.push("begun");
      inside ??= committed();
    });
    await committed();
    expect(acts).toEqual(["begun"]);
    await inside;
    expect(acts).toEqual(["begun", "begun"]);
  });

  it("tells all who wait what it threw, and is tried again for the next", async () => {
    let full = true;
    let acts = 0;
    const committed = groupCommit(() => {
      acts++;
      if (full) throw new Error("no room");
    });
    expect(await Promise.allSettled([committed(), committed()])).toMatchObject([{ reason: { message: "no room" } }, { reason: { message: "no room" } }]);
    full = false;
    await committed();
    expect(acts).toBe(2);
  });
});
