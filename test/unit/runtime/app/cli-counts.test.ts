// Counts of a job and of a run: the same table, of a job no longer than a screen.
import { describe, expect, it } from "vitest";
import { printJob } from "../../../../runtime/app/cli/job-text.ts";
import { METHODS, type JobObject } from "../../../../kernel-abi/rpc/methods.ts";
import { terminal } from "../../../../runtime/app/cli/terminal.ts";
import { capture } from "../../../support/cli.ts";

/** What is printed of a job with these counts. */
function shown(counts: Readonly<Record<string, number>>): readonly string[] {
  const [out, err] = [capture(), capture()];
  const io = { out: terminal(out.stream, false), err: terminal(err.stream, false), settings: { debug: false, colour: false } };
  printJob(io, { ...METHODS.q_status.example.result as JobObject, counts }, false);
  return out.text().split("\n");
}

describe("the counts of a job", () => {
  it("are shots, shares and bars, above its facts", () => {
    const lines = shown({ "a=0": 1, "a=1": 3 });
    expect(lines.slice(0, 3)).toEqual(["events  shots    share", `a=0         1  25.00 %  ${"█".repeat(10)}`, `a=1         3  75.00 %  ${"█".repeat(30)}`]);
    expect(lines[3]).toMatch(/^session +/);
  });

  it("are the most frequent ones where there are many, and how many more", () => {
    const lines = shown(Object.fromEntries(Array.from({ length: 23 }, (_, at) => [`k${at}`, at + 1])));
    expect(lines.slice(1, 21).map((line) => line.split(" ")[0])).toEqual(Array.from({ length: 20 }, (_, at) => `k${at + 3}`));
    expect(lines[21]).toBe("… 3 more");
  });
});
