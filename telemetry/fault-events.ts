// FaultEvents of XDV-070, read from frames: every refusal, failed outcome and aborted turn of a run, with its place in it.
import { DOMAINS } from "../kernel-abi/domain.ts";
import { entryName, TURN_END, type Entry, type Frame } from "../kernel-abi/frame.ts";
import { FAULTS, faultByCode, type FaultName, type FaultRow } from "../kernel-abi/fault.ts";
import { fieldsOf, numberIn } from "./body.ts";
import { createProcessNames } from "./process-names.ts";

export interface FaultEvent {
  /** Number of the event in the run, from 0, as `triad trace` counts. */
  readonly event: number;
  readonly tick: number;
  readonly domain: (typeof DOMAINS)[number];
  /** Spawn path. */
  readonly process: string;
  readonly contract: number;
  readonly code: number;
  readonly name: FaultName | "UNKNOWN";
  /** 1 to 5: the caller's own 2, a provider's 3, the runtime's 4, of evidence 5. */
  readonly severity: number;
  readonly description: string;
}

const SEVERITY: Readonly<Record<FaultRow["blame"], number>> = Object.freeze({ caller: 2, operator: 2, provider: 3, runtime: 4, evidence: 5 });

interface Place { readonly event: number; readonly tick: number; readonly process: string }

function describe(code: number, during: string): Pick<FaultEvent, "code" | "name" | "severity" | "description"> {
  const name = faultByCode(code);
  if (name === undefined) return { code, name: "UNKNOWN", severity: 4, description: `${during}: code ${code}` };
  const row: FaultRow = FAULTS[name];
  return { code, name, severity: SEVERITY[row.blame], description: `${during}: ${row.says}` };
}

const ofEntry = ({ code, verdict, domain, contract }: Entry, place: Place): FaultEvent =>
  ({ ...place, domain: DOMAINS[domain] ?? "K", contract, ...describe(verdict, entryName(code) ?? String(code)) });

/** A collector: give it every frame in order, and it answers the faults of that one. */
export function createFaultCollector(): (frame: Frame) => readonly FaultEvent[] {
  const names = createProcessNames();
  let event = 0;
  return (frame) => {
    names.learn(frame);
    const faults: FaultEvent[] = [];
    const place = (): Place => ({ event, tick: frame.tick, process: names.of(frame.actor) });
    if (frame.kind === "turn") event += 1; // the delivery
    for (const entry of frame.entries) {
      if (entry.verdict !== 0) faults.push(ofEntry(entry, place()));
      event += 1;
    }
    if (frame.kind !== "turn") return faults;
    if (frame.end.kind === TURN_END.ABORTED) {
      faults.push({ ...place(), domain: "K", contract: 0, ...describe(numberIn(fieldsOf(frame.end.body), "code"), "turn aborted") });
    }
    event += 1; // the completion
    return faults;
  };
}

export function faultsOf(frames: Iterable<Frame>): readonly FaultEvent[] {
  const collect = createFaultCollector();
  return [...frames].flatMap((frame) => collect(frame));
}
