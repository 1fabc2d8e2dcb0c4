// Whether a job may be accepted: the checks of one submit, in their order, each a decision. Owns the order and nothing else.
//   A20 caps → policy → firewall → quota → rate, after the session's own; the first that fails decides, and nothing is reserved or used
//       before all hold.
//   A21 What a job needs follows from its ops, by the kernel's own table and by the needs that were computed, whichever asks for more; what
//       a graph or node lists under `caps` grants nothing and is not read. An op that the table does not know is refused.
import { Fault } from "../../../kernel-abi/fault.ts";
import { opRow } from "../../../kernel-abi/qvm/ops.ts";
import type { AdmitRequest, AdmittedGraph, Decision, JobNeeds } from "./authority-terms.ts";
import type { Broker } from "./broker.ts";
import { missingCaps, sortedCaps } from "./caps.ts";
import { graphCrossings, type ChannelUse } from "./graph-firewall.ts";
import { QUEUED } from "./job-holds.ts";
import { refuseRuling, type Policies } from "./policies.ts";
import { refuseShortage, type Amounts, type Holder, type Quotas } from "./quotas.ts";

export interface Applicant {
  readonly tenant: string;
  readonly session: string;
  /** What the session holds now. */
  readonly caps: ReadonlySet<string>;
}

export interface Checked {
  readonly required: readonly string[];
  readonly crossings: readonly ChannelUse[];
}

export interface Judges {
  readonly policies: Policies;
  readonly broker: Broker;
  readonly quotas: Quotas;
  now(): number;
}

/** What the run of a job takes. */
export const runOf = (needs: JobNeeds): Amounts => Object.freeze({
  running: 1, logical_qubits: needs.peakQubits, physical_qubits: needs.physicalQubits ?? 0, channels: needs.channels,
});

/** What the session must hold for the graph; sorted. @throws Fault POLICY_DENIED {rule: unknown-op} */
export function requiredCaps(graph: AdmittedGraph, needs: JobNeeds): readonly string[] {
  const caps = new Set(needs.caps);
  for (const { id, op } of graph.program.nodes) {
    const row = opRow(op);
    if (row === undefined) throw new Fault("POLICY_DENIED", { rule: "unknown-op", node: id, op });
    if (row.cap !== undefined) caps.add(row.cap);
  }
  return sortedCaps(caps);
}

/** @throws Fault INSUFFICIENT_CAPS {required, missing}, each names with commas between */
export function refuseMissing(required: readonly string[], held: ReadonlySet<string>): void {
  const missing = missingCaps(required, held);
  if (missing.length > 0) throw new Fault("INSUFFICIENT_CAPS", { required: required.join(","), missing: missing.join(",") });
}

/**
 * Every check but the session's own, in order; each that was made is pushed to `made`, the failing one last.
 * @throws Fault of the first check that fails
 */
export function checkAdmission(request: AdmitRequest, applicant: Applicant, by: Judges, made: Decision[]): Checked {
  const step = <T>(check: Decision["check"], act: () => T): T => {
    try {
      const result = act();
      made.push({ check, allowed: true, why: "" });
      return result;
    } catch (cause) {
      if (cause instanceof Fault) made.push({ check, allowed: false, why: cause.fault });
      throw cause;
    }
  };
  const { tenant, session, caps } = applicant;
  const holder: Holder = { tenant, session };
  const required = step("caps", () => {
    const needed = requiredCaps(request.graph, request.needs);
    refuseMissing(needed, caps);
    return needed;
  });
  step("policy", () => { refuseRuling(by.policies.judge({ action: "submit", tenant, session, tenant_active: true })); });
  const crossings = step("firewall", () => graphCrossings(request.graph, tenant, by.broker, request.again === true));
  step("quota", () => {
    refuseShortage(by.quotas.impossible(holder, runOf(request.needs)));
    refuseShortage(by.quotas.shortage(holder, QUEUED));
  });
  if (request.again !== true) step("rate", () => { by.quotas.rate(tenant, "jobs", by.now()); });
  return { required, crossings };
}
