// The workload most suites share: memory Z of the rotated surface code, as many rounds as the distance, all four noise knobs at p.
import { generateCircuit } from "../../domains/q/codes/generate.ts";
import type { StimCircuit } from "../../domains/q/stim/circuit.ts";

export const memoryCircuit = (code: string, distance: number, p: number): StimCircuit => generateCircuit(code, {
  distance, rounds: distance, afterCliffordDepolarization: p, beforeRoundDataDepolarization: p, beforeMeasureFlipProbability: p, afterResetFlipProbability: p,
});
export const surfaceCircuit = (distance: number, p: number): StimCircuit => memoryCircuit("surface_code:rotated_memory_z", distance, p);

/** Best seconds of processor time of so many runs of `work`: what others do on the machine weighs less than in wall clock. */
export function processorSeconds(work: () => void, runs: number): number {
  return Math.min(...Array.from({ length: runs }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  }));
}
