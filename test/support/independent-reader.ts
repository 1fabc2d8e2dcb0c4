// Types for the independent reader, which is plain JavaScript on purpose: it is loaded by path and has nothing of ours to import.
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

export interface Reading {
  readonly digest: string;
  readonly frames: number;
  readonly events: number;
  readonly blocks: number;
  readonly status: string;
  readonly keyId: string;
}
interface IndependentReader {
  readonly readTrace: (bytes: Uint8Array) => Reading;
  readonly readTraceFile: (path: string) => Reading;
}

export const READER_PATH: string = resolve(import.meta.dirname, "../../replay/independent-reader.mjs");
// A module without declarations: its two exports are named here.
const loaded = await import(pathToFileURL(READER_PATH).href) as IndependentReader;
export const { readTrace, readTraceFile } = loaded;
