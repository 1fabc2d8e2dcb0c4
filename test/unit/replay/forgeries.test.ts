// What verify holds, and what it does not: one thing at a time is altered in what kept runs say, and all that is accepted stands in a
// list with its reason, as all that is listed is accepted somewhere. Replay answers for the rest: it runs the program again.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Frame } from "../../../kernel-abi/frame.ts";
import type { Header } from "../../../kernel-abi/header.ts";
import { openBundle, walk } from "../../../replay/bundle.ts";
import { Consistency } from "../../../replay/consistency/consistency.ts";
import { encodeFrame } from "../../../replay/entry/writer.ts";
import { memorySource } from "../../../runtime/adapters/memory.ts";
import { MANIFEST, traceFile, type Manifest } from "../../golden/catalogue.ts";
import { atMost, forgeries } from "../../support/forgeries.ts";

/** Of each class in each trace, until one was accepted. */
const OFTEN = process.env["TRIAD_LONG"] === undefined ? 1 : Infinity;
const VERSION = "0.2.0";
/** Too large to be gone through again and again. */
const LARGE = new Set(["h2", "resumed-loud"]);
const manifest = JSON.parse(readFileSync(MANIFEST, "utf8")) as Manifest;
const names = Object.keys(manifest[VERSION] ?? {}).filter((name) => !LARGE.has(name) && !name.endsWith("-before") && name !== "undeclared");

/** Reasons why a trace so altered could have happened too, each with the fields it explains. */
const NOT_HELD: readonly (readonly [what: RegExp, why: string])[] = [
  [/^\w+ tried: /, "an aborted turn changed nothing: its entries say what was tried, and only the program knows that"],
  [/^[A-Z_]+ refused: (left out|twice|domain|capability|contract|subject|verdict|body.*)$/, "a refused call changed nothing: what it asked for, how often and why it was refused is the program's, or was free to be"],
  [/^(LOG|METRIC_EMIT): (left out|twice|verdict|body.*)$/, "what a program says to the outside is its own"],
  [/^(IPC_SEND|PROC_CONTINUE): body/, "payloads are the program's"],
  [/^JOB_INTENT: body\.descriptor|^JOB_OUTCOME: body|^JOB_OUTCOME: verdict/, "physics is for the judge, and for those who reproduce"],
  [/^CONTRACT_ISSUED: body\.terms\.|^CONTRACT_REQUEST: (domain|left out|body\.)|^CONTRACT_SHARE: body\.measures$/, "terms, and how many at once, are what was asked for, within what the capability and the providers allow"],
  [/^CAPABILITY_ISSUED handed on: body\.scope\./, "a grant may shrink to anything smaller"],
  [/^PROC_SPAWN: body\.(definition|domains|input|name)$|^PROCESS_DECLARED: body\.(definition|domains|input)$/, "who is spawned under which name, to do what with which input, is the program's"],
  [/^(CAP_REQUEST|CONTRACT_ATTACH|CONTRACT_QUERY|TRACE_READ|TELEMETRY_READ|SELECT|MEASURE|PROJECT|PROC_JOIN): (left out|twice|subject)$/, "who looks, or takes what is there already, leaves nothing behind"],
  [/^(PROC_LINK|PROC_UNLINK|PROC_MONITOR|PROC_STOP|JOB_CANCEL|TIMER_CANCEL): (left out|twice|subject|verdict)$/, "a tie or a farewell that nothing came of, before or after"],
  [/^(IPC_SEND|TIMER_SET): subject$|^TIMER_SET: twice$|^turn: end\.on$/, "what nobody was there to hear might have been for another, or for later, or waited for otherwise"],
  [/^EXIT_NOTICED: (left out|twice|subject)$|^MESSAGE_DROPPED: (twice|body\.seq)$|^MESSAGE_PARKED: left out$|^frame of MESSAGE_DROPPED: actor$/, "a notice that its receiver never came to"],
  [/^PROC_EXIT: body\.(cause|reason)$|^(DOMAIN_FROZEN|PROCESS_HALTED): body\.why$|^RUN_END: body\.(failures|waits|fault\..*)$/, "reasons in words, for those who read them"],
  [/^FAULT_INJECT(ED)?: (domain|verdict|body\.)|^FAULT_CONTAINED: (domain|body\.)|^CALIBRATION_EXPIRED: left out$/, "what a strike says of itself, where nothing was hit"],
  [/^turn: ready$/, "how many others were ready is the scheduler's to know: k-fairness is measured, replay compares it"],
];

interface Trace { readonly header: Header; readonly frames: readonly Frame[] }
function read(name: string): Trace {
  const source = memorySource(readFileSync(traceFile(VERSION, name)));
  return { header: openBundle(source).recording.header, frames: Array.from(walk(source), ({ frame }) => frame) };
}

/** Why the frames could not have happened, to an end; undefined when they could. @throws what is no fault: a rule that broke down */
function refusal(header: Header, frames: readonly Frame[]): string | undefined {
  const consistency = new Consistency(header);
  try {
    for (const [index, frame] of frames.entries()) {
      encodeFrame(frame);
      consistency.frame(frame, { offset: 0, unit: "block", index });
    }
  } catch (error) {
    if (error instanceof Fault) return error.fault;
    throw error;
  }
  return consistency.status === null ? "no end" : undefined;
}

describe("a run with one thing altered", () => {
  const traces = names.map((name) => ({ name, ...read(name) }));
  const accepted = new Map<string, string>();
  const reasons = new Set<string>();
  let altered = 0;
  for (const { name, header, frames } of traces) {
    const rare = atMost(OFTEN);
    for (const { what, frames: forged } of forgeries(frames, (one) => !accepted.has(one) && rare(one))) {
      altered += 1;
      const why = refusal(header, forged());
      if (why === undefined) accepted.set(what, name);
      else reasons.add(why);
    }
  }

  it("could have happened before that", () => {
    expect(traces.filter(({ header, frames }) => refusal(header, frames) !== undefined).map(({ name }) => name)).toEqual([]);
    expect(altered).toBeGreaterThan(3_000);
  });

  it("is refused, unless the list says why not", () => {
    expect([...accepted].filter(([what]) => !NOT_HELD.some(([listed]) => listed.test(what)))).toEqual([]);
  });

  it("contradicts itself, says nothing that can be written, or never ends", () => {
    expect([...reasons].filter((why) => !["ABI_UNENCODABLE", "TRACE_INCONSISTENT", "no end"].includes(why))).toEqual([]);
    expect(reasons).toContain("TRACE_INCONSISTENT");
  });

  it.each(NOT_HELD)("is accepted somewhere for each reason on the list: %s", (listed) => {
    expect([...accepted.keys()].filter((what) => listed.test(what))).not.toEqual([]);
  });
});
