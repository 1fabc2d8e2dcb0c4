// The syscall that asks for contracts, and the arbitration of requests that wait for one. Stages of A2 up to the contract itself:
// descriptor shape → capability → attestation → terms → units.
import type { Terms } from "../../kernel-abi/contract.ts";
import { DOMAIN_RANK, type BoundDomain } from "../../kernel-abi/domain.ts";
import { DELIVERY, type Envelope } from "../../kernel-abi/envelope.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import { makeContract, type Contract } from "../../kernel-abi/handle.ts";
import { KERNEL, tick, type CapabilityId, type ProcessId, type Tick } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { BoundOperation, ReserveAllOperation } from "../../kernel-abi/operation.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import type { Admission } from "../../kernel-abi/ports.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { FlagName } from "../../kernel-abi/version.ts";
import { PlaceAnswer, type Process } from "../process/process.ts";
import { waitFor } from "../process/wait.ts";
import { admissionOf, authoriseIn, checkAttestation, isList, VERBS_OF } from "./calls-domain.ts";
import { mayHold, take } from "./calls-place.ts";
import { appoint, enterContract } from "./contracts.ts";
import type { Deferral, Units } from "./deferral-queue.ts";
import { value, waiting, type Reply } from "./replies.ts";
import { serviceOf } from "./services.ts";
import { knownProcess, type KernelState } from "./state.ts";
import { emptyRow, judged, Transaction, type Row } from "./transaction.ts";

/** Contracts one call may ask for together. */
const REQUESTS_MAX = 64;

type Requests = readonly { readonly domain: BoundDomain; readonly request: unknown }[];
interface Asked { readonly of: BoundDomain; readonly requests: Requests; readonly single: boolean; readonly within: number | undefined; readonly place: boolean }
interface Wanted { readonly terms: Terms; readonly capability: CapabilityId }

function checkTerms(terms: Terms, now: number): void {
  const { calibration, start, end } = terms;
  invariant(Number.isSafeInteger(start) && end > start && terms.units >= 1, "C2");
  if (end <= now) throw new Fault(terms.domain === "Q" ? "CONTRACT_INVALID" : "PHI_ERR_COHERENCE_TIMEOUT", { start, end, now });
  if (start < calibration.from || start >= calibration.until + calibration.grace) {
    throw new Fault(terms.domain === "Q" ? "Q_ERR_CALIBRATION_INVALID" : "PHI_ERR_COHERENCE_TIMEOUT", { start, from: calibration.from, until: calibration.until });
  }
}

function checkAsked({ requests, within }: Asked): void {
  if (!isList(requests) || requests.length === 0 || requests.length > REQUESTS_MAX) throw new Fault("ABI_MALFORMED", { argument: "requests", allowed: `1 to ${REQUESTS_MAX} of { domain, request }` });
  if (within !== undefined && !(Number.isSafeInteger(within) && within >= 1 && within <= WITHIN_MAX)) throw new Fault("ABI_MALFORMED", { argument: "within", value: String(within), allowed: `ticks, 1 to ${WITHIN_MAX}` });
}
const WITHIN_MAX = 1e12;

/** Every stage but the last, for what is asked now. */
function judgeRequests(state: KernelState, caller: Process, requests: Requests, tx: Transaction): readonly Wanted[] {
  const parsed = requests.map((wanted): { admission: Admission; terms: Terms } => ({ admission: admissionOf(state, wanted.domain), terms: admissionOf(state, wanted.domain).request(wanted.request, state.clock.now) }));
  const wanted = parsed.map(({ terms }) => ({ terms, capability: authoriseIn(state, caller, terms.domain, VERBS_OF[terms.domain].allocate, tx, terms.units) }));
  for (const { admission, terms } of parsed) {
    checkAttestation(caller, admission);
    checkTerms(terms, state.clock.now);
  }
  return wanted;
}

function unitsOf(wanted: readonly Wanted[]): Units {
  const units = { Q: 0, PHI: 0 };
  for (const { terms } of wanted) units[terms.domain] += terms.units;
  return units;
}

const fits = (state: KernelState, units: Units): boolean => units.Q <= state.contracts.free("Q") && units.PHI <= state.contracts.free("PHI");

/** Too little is free of the first domain that lacks it. */
function unavailable(state: KernelState, units: Units, more: Readonly<Record<string, string | number>>): Fault {
  const domain = units.Q > state.contracts.free("Q") || units.PHI === 0 ? "Q" : "PHI";
  return new Fault(domain === "Q" ? "Q_ERR_RESOURCE_UNAVAILABLE" : "RESOURCE_EXHAUSTED", { domain, asked: units[domain], free: state.contracts.free(domain), ...more });
}

function issue(state: KernelState, caller: Process, wanted: readonly Wanted[], single: boolean, tx: Transaction): { readonly first: number; readonly answer: unknown } {
  const records = state.contracts.issue(caller.id, wanted, tx.undo);
  for (const record of records) enterContract(state, record, tx);
  tx.issued.push(...records.map(({ id }) => id));
  const handles = records.map((record): Contract => {
    const handle = makeContract(record.terms.domain, state.copies.refuse);
    caller.keep(handle, { kind: "contract", record });
    return handle;
  });
  return { first: records[0]?.id ?? 0, answer: single ? handles[0] : Object.freeze(handles) };
}

const reserveEach = (state: KernelState, caller: Process, asked: Asked, tx: Transaction): Reply =>
  judged(tx, SYSCALL.CONTRACT_REQUEST, DOMAIN_RANK[asked.of], (row) => {
    checkAsked(asked);
    const uncharged = tx.undo.length;
    const wanted = judgeRequests(state, caller, asked.requests, tx);
    row.capability = wanted[0]?.capability ?? 0;
    if (state.deferrals.has(caller.id)) throw unavailable(state, unitsOf(wanted), { why: "a request of this process waits, and who waits holds no contract: ask for all of them together" });
    if (state.deferrals.length > 0 || asked.within !== undefined) {
      const units = unitsOf(wanted);
      const first = !state.deferrals.hasBefore(unitFor(state, caller, asked.of), units, (request) => isAway(state, request));
      if (!first || (asked.within !== undefined && !fits(state, units))) {
        if (asked.within === undefined) throw unavailable(state, units, { waiting: state.deferrals.length });
        tx.undoTo(uncharged); // it is charged with the contracts it is granted
        return defer(state, caller, asked, units, row, tx);
      }
    }
    const { first, answer } = issue(state, caller, wanted, asked.single, tx);
    row.contract = row.subject = first;
    return value(answer);
  });

export const reserve = (state: KernelState, caller: Process, op: Extract<BoundOperation<BoundDomain>, { readonly op: "reserve" }>, tx: Transaction): Reply =>
  reserveEach(state, caller, { of: op.domain, requests: [op], single: true, within: op.within, place: op.place === true }, tx);

/** All of them or none (C2). */
export const reserveAll = (state: KernelState, caller: Process, op: ReserveAllOperation<BoundDomain>, tx: Transaction): Reply =>
  reserveEach(state, caller, { of: op.domain, requests: op.requests, single: false, within: op.within, place: op.place === true }, tx);

// ---- waiting (Q1-Q3) ----------------------------------------------------------------------------------------------------

const unitFor = ({ clock, deferrals }: KernelState, { id, priority }: Process, of: BoundDomain): { readonly id: number; readonly domain: number; readonly process: ProcessId; readonly priority: number; readonly submission: Tick } =>
  ({ id: deferrals.next, domain: DOMAIN_RANK[of], process: id, priority, submission: clock.now });

/** @throws Fault Q_ERR_RESOURCE_UNAVAILABLE | RESOURCE_EXHAUSTED when it could never be granted */
function defer(state: KernelState, caller: Process, { of, requests, single, within = 0, place }: Asked, units: Units, row: Row, tx: Transaction): Reply {
  for (const domain of ["Q", "PHI"] as const) {
    const total = state.contracts.total(domain);
    if (units[domain] > total) throw unavailable(state, units, { total, why: "more than there is: no wait could help" });
  }
  if (state.contracts.ownedBy(caller.id).length > 0) throw unavailable(state, units, { why: "who waits holds no contract: release it, or ask for all of them together" });
  const placed = place && mayHold(state, caller);
  const until = tick(state.clock.now + within);
  const request: Deferral = { ...unitFor(state, caller, of), of, requests: unpack(pack(requests.map(({ domain, request: wanted }) => ({ domain, request: wanted })))) as Requests, single, placed, units, until };
  state.deferrals.add(request, tx.undo);
  row.subject = 0;
  row.body = pack({ deferred: request.id, until, units, priority: request.priority, ...(placed ? { place: true } : {}) });
  if (placed) return take(caller, -request.id, serviceOf(of), tx);
  return waiting(waitFor(DELIVERY.ROOM, serviceOf(of)));
}

const SUSPENDED_WAIT: FlagName = "suspendedRequestsWait";

/** Its process is suspended: it keeps its place in the line, and nobody waits behind it meanwhile (Q4). */
const isAway = (state: KernelState, { process }: Deferral): boolean =>
  state.flags.has(SUSPENDED_WAIT) && state.processes.living(process)?.state === "suspended";

export interface Answered {
  readonly process: ProcessId;
  readonly tx: Transaction;
  readonly envelope: Envelope;
}

/** Behind the turns of a tick: grants what has become possible, in order, and tells those whose time is up. */
export function* arbitrate(state: KernelState): Generator<Answered> {
  const taken = { Q: false, PHI: false };
  for (const request of state.deferrals.waiting()) {
    const { units, until } = request;
    const away = isAway(state, request);
    const behind = (taken.Q && units.Q > 0) || (taken.PHI && units.PHI > 0);
    if (!away && !behind && fits(state, units)) yield grant(state, request);
    else if (until <= state.clock.now) yield lapse(state, request, unavailable(state, units, away ? { until, why: "the process was suspended" } : { until }));
    else if (!away) {
      taken.Q ||= units.Q > 0;
      taken.PHI ||= units.PHI > 0;
    }
  }
}

/** Judged anew: what was permitted when it was asked for may not be any more. */
function grant(state: KernelState, request: Deferral): Answered {
  const process = knownProcess(state, request.process);
  const tx = new Transaction();
  tx.event(EVENT.REQUEST_GRANTED, DOMAIN_RANK[request.of], { subject: request.id, body: pack({ since: request.submission }) });
  try {
    const { answer } = issue(state, process, judgeRequests(state, process, request.requests, tx), request.single, tx);
    for (const id of tx.issued) appoint(state, id);
    state.deferrals.remove(request);
    return { process: process.id, tx, envelope: answering(state, request, answer) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    tx.undoTo(0);
    return lapse(state, request, error);
  }
}

function lapse(state: KernelState, request: Deferral, fault: Fault): Answered {
  const tx = new Transaction();
  state.deferrals.remove(request);
  tx.record(EVENT.REQUEST_LAPSED, fault.code, DOMAIN_RANK[request.of], { ...emptyRow(), subject: request.id, body: pack(fault.detail) });
  return { process: request.process, tx, envelope: answering(state, request, fault) };
}

const answering = (state: KernelState, { id, process, of, placed }: Deferral, answer: unknown): Envelope => ({
  due: tick(state.clock.now + 1), rank: DOMAIN_RANK.K, from: KERNEL, seq: id, to: process, kind: DELIVERY.ROOM, subject: placed ? -id : serviceOf(of),
  value: placed ? new PlaceAnswer(answer instanceof Fault ? { kind: "fault", fault: answer } : { kind: "value", value: answer }) : answer,
});
