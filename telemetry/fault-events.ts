// FaultEvents of XDV-070, read from frames: every refusal, failed outcome and aborted turn of a run, with its place in it, and
// how the run ended when it did not complete.
import { DOMAINS } from "../kernel-abi/domain.ts";
import { entryName, TURN_END, type Entry, type Frame } from "../kernel-abi/frame.ts";
import { FAULTS, faultByCode, type FaultRow } from "../kernel-abi/fault.ts";
import { countIn, fieldsOf } from "./body.ts";
import { CATEGORY, type Category, type FaultEvent, type Severity } from "./schema.ts";

/** A fault that has no place in a stream yet. `event` is counted as `triad trace` does: from 1, deliveries and ends of turns too. */
export interface FaultDraft extends Pick<FaultEvent, "domain" | "sourceId" | "processId" | "resourceContractId" | "category" | "severity" | "code" | "name" | "description"> {
  readonly event: number;
}

const SEVERITY: Readonly<Record<FaultRow["blame"], Severity>> = Object.freeze({ caller: 2, operator: 2, provider: 3, runtime: 4, evidence: 5 });
/** What is about authority or a tolerance stands beside the metrics of its kind; the rest are faults. */
const categoryOf = (row: FaultRow): Category => (row.abi === 1 ? CATEGORY.security : row.abi === 4 || row.abi === 5 ? CATEGORY.stability : CATEGORY.fault);

/** What a code says of itself, and during what. */
export function describeFault(code: number, during: string): Pick<FaultDraft, "code" | "name" | "severity" | "category" | "description"> {
  const name = faultByCode(code);
  if (name === undefined) return { code, name: "UNKNOWN", severity: 4, category: CATEGORY.fault, description: `${during}: code ${code}` };
  const row: FaultRow = FAULTS[name];
  return { code, name, severity: SEVERITY[row.blame], category: categoryOf(row), description: `${during}: ${row.says}` };
}

/** Which part of the machine an entry's fault was met in. */
const sourceOf = ({ contract }: Entry): string => (contract === 0 ? "kernel" : `contract/${contract}`);

const ofEntry = (entry: Entry, event: number, processId: number): FaultDraft => ({
  event, processId, domain: DOMAINS[entry.domain] ?? "K", sourceId: sourceOf(entry), resourceContractId: entry.contract,
  ...describeFault(entry.verdict, entryName(entry.code) ?? String(entry.code)),
});

/** A collector: give it every frame in order, and it answers the faults of that one. */
export function createFaultCollector(ownerOf: (frame: Frame, entry: Entry) => number): (frame: Frame) => readonly FaultDraft[] {
  let event = 0;
  return (frame) => {
    const faults: FaultDraft[] = [];
    if (frame.kind === "turn") event += 1; // the delivery
    for (const entry of frame.entries) {
      event += 1;
      const owner = ownerOf(frame, entry);
      if (entry.verdict !== 0) faults.push(ofEntry(entry, event, owner));
    }
    if (frame.kind !== "turn") return faults;
    event += 1; // the completion
    if (frame.end.kind === TURN_END.ABORTED) {
      faults.push({ event, processId: frame.actor, domain: "K", sourceId: "program", resourceContractId: 0, ...describeFault(countIn(fieldsOf(frame.end.body), "code"), "turn aborted") });
    }
    return faults;
  };
}
