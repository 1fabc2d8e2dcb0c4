// Any workload, cut at any byte, resumed, cut again, on and on: always the uninterrupted digest. TRIAD_LONG=1 tries more.
import process from "node:process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Behaviour } from "../../../../kernel-abi/operation.ts";
import { loadTrapped } from "../../../../runtime/app/record.ts";
import { cutAfter, descriptionOf, resumed, uninterrupted, WORKLOADS, type Uninterrupted } from "../../../support/workloads.ts";

const RUNS = process.env["TRIAD_LONG"] === "1" ? 500 : 12;

interface Known extends Uninterrupted {
  readonly program: Behaviour;
}
const known = new Map<string, Promise<Known>>();
async function knownRun(at: number): Promise<Known> {
  const workload = WORKLOADS[at % WORKLOADS.length] as (typeof WORKLOADS)[number];
  const fresh = async (): Promise<Known> => {
    const run = await uninterrupted(workload);
    return { ...run, program: loadTrapped(run.report.recording.program) };
  };
  const run = known.get(workload.name) ?? fresh();
  known.set(workload.name, run);
  return run;
}

/** How a process dies: at a byte of what it wrote, or between two frames by an interruption. Both as a share of the whole. */
const death = fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), interrupted: fc.boolean() });

function die(file: Uint8Array, frames: number, { share, interrupted }: { readonly share: number; readonly interrupted: boolean }): Uint8Array {
  if (interrupted) return cutAfter(file, Math.floor(share * frames));
  const description = descriptionOf(file).length;
  return file.slice(0, description + Math.floor(share * (file.length - 1 - description)));
}

describe("a run that dies again and again", () => {
  it("comes to the uninterrupted digest", async () => {
    await fc.assert(fc.asyncProperty(fc.nat(WORKLOADS.length - 1), fc.array(death, { minLength: 1, maxLength: 4 }), async (at, deaths) => {
      const { report, file, program } = await knownRun(at);
      let journal = file;
      for (const one of deaths) {
        journal = die(journal, report.sealed.frames, one);
        const again = await resumed(journal, { program });
        expect(again.report.digest).toBe(report.digest);
        journal = again.file;
      }
    }), { numRuns: RUNS });
  });
});
