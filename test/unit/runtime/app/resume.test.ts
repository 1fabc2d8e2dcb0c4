import { describe, expect, it } from "vitest";
import { loadTrapped } from "../../../../runtime/app/record.ts";
import { resumed, uninterrupted, WORKLOADS, blocksOf, cutAfter, descriptionOf } from "../../../support/workloads.ts";

describe("a run that was cut short", () => {
  it.each(WORKLOADS)("$name: ends with the uninterrupted digest wherever it was cut", async (workload) => {
    const { report, file } = await uninterrupted(workload);
    const blocks = blocksOf(file);
    const frames = report.sealed.frames;
    if(0)console.log(workload.name, report.end.status, JSON.stringify(report.end.result), report.end.fault?.name, frames, blocks.length, file.length);
    const t = performance.now();
    let n = 0;
    const root = loadTrapped(report.recording.program);
    for (let cut = 0; cut <= frames; cut += 3) {
      const journal = cutAfter(file, cut);
      const { report: again } = await resumed(journal, { program: root });
      expect([cut, again.digest, again.point.frames]).toEqual([cut, report.digest, cut]);
      n++;
    }
    console.log(workload.name, n, ((performance.now() - t) / n).toFixed(2), "ms each");
  });
});
