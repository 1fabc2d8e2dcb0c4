// Whether what an experiment counted is what its circuit gives. Uses the detector error model, no key and no sampling.
//   1  Impossible: a body no provider writes, sums that do not add up, an event of a detector that no error reaches.
//   2  Implausible: detection events in all, whose mean and variance the model gives exactly (each pair of detectors by the errors they share).
//   3  The number of logical errors has no closed form: it is for `reproduce`, and the verdict says so.
//   4  A circuit without an exact error model (errors that exclude one another, detectors that are random without noise) can be sampled all the
//      same: its outcomes are unjudged, with the reason, unless they are impossible whatever the circuit.
import { sameBytes } from "../../../kernel-abi/canonical.ts";
import { Fault, faultByCode } from "../../../kernel-abi/fault.ts";
import type { JobVerdict, JudgedJob } from "../../../kernel-abi/judgement.ts";
import { pack, unpack } from "../../../kernel-abi/packer.ts";
import { analyze } from "../dem/analyze.ts";
import { chiSquaredTail } from "../judge/gamma.ts";
import type { QecJob } from "./call.ts";
import { eventMoments, type EventMoments } from "./moments.ts";
import type { Experiment } from "./experiment.ts";
import { knownExperiment, Latest } from "./known.ts";
import { bytesOfRow, parseQecResult, type DetectionEvents, type LogicalCounts, type QecResult } from "./outcome.ts";
import type { CircuitSize } from "./size.ts";

/** Expected events below which their number is not near enough to normal to be tested. */
const EVENTS_LEAST = 30;
const NOTE = "logical errors are for reproduce: they have no closed form";

/** Why a circuit has no error model, in words. */
function reasonOf({ fault, detail: { line, what } }: Fault): string {
  const said = typeof what === "string" ? what : fault;
  const place = `line ${String(line)}`;
  return `no exact error model: ${said}${line === undefined || said.includes(place) ? "" : `, on ${place}`}`;
}

/** Or why there are none. */
const moments = new Latest<Experiment, EventMoments | string>((experiment) => {
  const { circuit } = knownExperiment(experiment);
  try {
    return eventMoments(analyze(circuit));
  } catch (cause) {
    if (cause instanceof Fault) return reasonOf(cause);
    throw cause;
  }
});

function resultIn(body: Uint8Array): QecResult | undefined {
  try {
    const result = parseQecResult(unpack(body));
    return result !== undefined && sameBytes(pack(result), body) ? result : undefined;
  } catch (cause) {
    if (cause instanceof Fault) return undefined;
    throw cause;
  }
}

/** What is wrong with the counts whatever the circuit; undefined when nothing is. */
function wrongCounts({ shots, errors, flips, events, unsolved }: LogicalCounts, observables: number, detectors: number): string | undefined {
  if (flips.length !== observables) return `${flips.length} observables of ${observables}`;
  if (errors > shots || unsolved > shots || flips.some((flipped) => flipped > errors)) return `${errors} errors, ${Math.max(0, ...flips)} of one observable, ${unsolved} unsolved, in ${shots} shots`;
  if (errors > flips.reduce((sum, flipped) => sum + flipped, 0)) return `${errors} errors with ${flips.join(", ")} wrong predictions`;
  return events > shots * detectors ? `${events} events of ${detectors} detectors in ${shots} shots` : undefined;
}

/** What is wrong with the rows whatever the circuit; undefined when nothing is. */
function wrongRows({ rows, shots, detectors, observables }: DetectionEvents, size: CircuitSize): string | undefined {
  if (detectors !== size.detectors || observables !== size.observables) return `${detectors} detectors of ${size.detectors}, ${observables} observables of ${size.observables}`;
  const width = bytesOfRow({ detectors, observables });
  return rows.length === shots * width ? undefined : `${rows.length} bytes for ${shots} rows of ${width}`;
}

interface Counted {
  readonly events: number;
  /** The first detector with an event that no error reaches. */
  readonly unreached: number | undefined;
}

function countedRows({ rows, detectors, observables }: DetectionEvents, { reached }: EventMoments): Counted {
  const width = bytesOfRow({ detectors, observables });
  let events = 0;
  let unreached: number | undefined;
  for (let at = 0; at < rows.length; at += width) {
    for (let detector = 0; detector < detectors; detector++) {
      if ((((rows[at + (detector >> 3)] ?? 0) >> (detector & 7)) & 1) === 0) continue;
      events += 1;
      if (reached[detector] !== 1) unreached ??= detector;
    }
  }
  return { events, unreached };
}

/** Two-sided, by the normal approximation; null where it would not be one. */
function plausibility(events: number, shots: number, { mean, variance }: EventMoments): number | null {
  if (shots * mean < EVENTS_LEAST || variance === 0) return null;
  const away = events - shots * mean;
  return chiSquaredTail((away * away) / (shots * variance), 1);
}

const impossible = (what: string, outcome: string): Pick<JobVerdict, "standing" | "impossible"> => ({ standing: "impossible", impossible: { what, outcome: outcome.slice(0, 120), probability: 0 } });

/** @throws Fault of the parser or the generator */
export function judgedQec({ job, outcome: { verdict, body } }: JudgedJob, work: QecJob): JobVerdict {
  const { size } = knownExperiment(work.experiment);
  const told = (rest: Pick<JobVerdict, "standing"> & Partial<JobVerdict>): JobVerdict =>
    ({ job, domain: "Q", kind: work.mode, units: size.qubits, shots: work.shots, logLikelihood: null, p: null, test: null, note: "", ...rest });
  if (verdict !== 0) return told({ standing: "failed", note: faultByCode(verdict) ?? `#${verdict}` });
  const result = resultIn(body);
  if (result?.kind !== work.mode || result.shots !== work.shots) return told(impossible("the body is no outcome of such a job", `${body.length} bytes`));
  const wrong = result.kind === "logical" ? wrongCounts(result, size.observables, size.detectors) : wrongRows(result, size);
  if (wrong !== undefined) return told(impossible(result.kind === "logical" ? "the counts do not add up" : "the body is no outcome of such a job", wrong));
  const expected = moments.of(work.experiment);
  if (typeof expected === "string") return told({ standing: "unjudged", note: expected });
  if (result.kind === "logical") {
    if (expected.mean === 0 && result.events > 0) return told(impossible("no error reaches a detector", `${result.events} events`));
    const p = plausibility(result.events, work.shots, expected);
    return told({ standing: "possible", p, test: p === null ? null : "events", note: NOTE });
  }
  const { events, unreached } = countedRows(result, expected);
  if (unreached !== undefined) return told(impossible("no error reaches this detector", `an event of detector ${unreached}`));
  const p = plausibility(events, work.shots, expected);
  return told({ standing: "possible", p, test: p === null ? null : "events" });
}
