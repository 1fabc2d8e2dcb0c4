// `--metrics`: what a run, resumed, replayed or reproduced too, measures, in a file beside it. Loaded only where it is asked for.
import type { Command } from "commander";
import type { RunEnd, RunPause } from "../../../kernel-abi/ports.ts";
import type { KnownEnd } from "../../../telemetry/telemetry.ts";
import { countOption } from "./arguments.ts";
import type { MetricsFile } from "./metrics-file.ts";

export interface MetricsFlags {
  readonly metrics?: string;
  readonly metricsInterval?: number;
  readonly replace?: boolean;
}

export const addMetricsOptions = (command: Command): Command => command
  .option("--metrics <file>", "write what the run measures as it goes: JSON lines, or for a scraper where FILE ends in .prom")
  .addOption(countOption("--metrics-interval <ticks>", "flush metrics every so many ticks (default: at the end only)"));

/** The file metrics go to, if any was asked for; what else the command reads and writes was held against it (apart.ts). @throws Fault FILE_UNREADABLE */
export async function metricsOf({ metrics, metricsInterval, replace }: MetricsFlags): Promise<MetricsFile | undefined> {
  if (metrics === undefined) return undefined;
  const { metricsFile } = await import("./metrics-file.ts");
  return metricsFile(metrics, { replace: replace === true, every: metricsInterval ?? 0 });
}

/** How a run that was followed ended; undefined when it did not. */
export const knownEnd = (end: RunEnd | RunPause | null, digest: string): KnownEnd | undefined =>
  (end === null || end.status === "paused" ? undefined : { status: end.status, fault: end.fault?.code ?? 0, digest });
