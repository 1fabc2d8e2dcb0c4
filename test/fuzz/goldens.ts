// Runs that happened: golden traces, small ones with much in them, as bases beside those written by hand.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Frame } from "../../kernel-abi/frame.ts";
import type { Recording } from "../../kernel-abi/ports.ts";
import { openBundle, walk } from "../../replay/bundle.ts";
import { memorySource } from "../support/memory.ts";

export interface Golden {
  readonly file: Uint8Array;
  readonly recording: Recording;
  readonly frames: readonly Frame[];
}

/** The checkout's `test`, from source and from `dist/test/fuzz` alike. */
function testFolder(): string {
  const [source, compiled] = [resolve(import.meta.dirname, ".."), resolve(import.meta.dirname, "../../../test")];
  return existsSync(join(source, "golden")) ? source : compiled;
}

export function golden(name: string): Golden {
  const file = Uint8Array.from(readFileSync(join(testFolder(), `golden/0.1.0/${name}.triad`)));
  const { recording } = openBundle(memorySource(file));
  return { file, recording, frames: [...walk(memorySource(file))].map(({ frame }) => frame) };
}
