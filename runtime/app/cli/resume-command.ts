// What to type to go on with a journal: the authority the run began with has to be said again, so it is spelled out.
import { openBundle } from "../../../replay/bundle.ts";
import type { ByteSource } from "../../../kernel-abi/ports.ts";
import { allowedAuthority, authority } from "../resume.ts";
import { shellWord } from "./values.ts";

/** @throws Fault TRACE_* when the journal stops before its blocks begin */
export function resumeCommand(journal: string, source: ByteSource, code = "--trust-program"): string {
  return `triad resume ${shellWord(journal)} --allow ${authority(allowedAuthority(openBundle(source).recording.header))} ${code}`;
}
