// Package entry `triad-runtime/replay`.
export * from "./bundle.ts";
export * from "./entry/reader.ts";
export * from "./entry/writer.ts";
export * from "./merkle.ts";
export * from "./recorder.ts";
export * from "./seal.ts";
export * from "./verify.ts";
