// All targets, by name; those that need a folder of their own are made when they are used.
import { asm } from "./asm.target.ts";
import { bundle } from "./bundle.target.ts";
import { calls } from "./call.target.ts";
import { commandLine } from "./command-line.target.ts";
import { configuration } from "./configuration.target.ts";
import { envelope } from "./envelope.target.ts";
import { graph } from "./graph.target.ts";
import { kernel } from "./kernel.target.ts";
import { rpc } from "./rpc.target.ts";
import { statement } from "./statement.target.ts";
import { dem, stim } from "./stim.target.ts";
import type { Target } from "./target.ts";
import { trace } from "./trace.target.ts";

export const TARGETS: ReadonlyMap<string, () => Target> = new Map<string, () => Target>([
  ["trace", () => trace], ["bundle", () => bundle], ["envelope", () => envelope], ["command-line", commandLine], ["configuration", () => configuration], ["asm", () => asm],
  ["graph", () => graph], ["rpc", () => rpc], ["statement", () => statement], ["stim", () => stim], ["dem", () => dem],
  ["kernel", () => kernel], ["call", () => calls],
]);
