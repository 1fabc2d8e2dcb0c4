// Package entry `triad-runtime/replay`. Used alone it verifies, lists and diffs; to replay it is given a machine.
export * from "./bundle.ts";
export * from "./divergence.ts";
export * from "./entry/body.ts";
export * from "./entry/events.ts";
export * from "./entry/names.ts";
export * from "./entry/reader.ts";
export * from "./entry/writer.ts";
export * from "./list.ts";
export * from "./merkle.ts";
export * from "./recorder.ts";
export * from "./replayer.ts";
export * from "./reproduce.ts";
export * from "./resumer.ts";
export * from "./seal.ts";
export * from "./units.ts";
export * from "./verify.ts";
