// Φ admission: what the kernel asks before a Φ call becomes a job. Pure and synchronous; knows windows, envelopes and cost
// tables, never an outcome. Stages come in the order of A2; the first that throws decides the code.
//   window    PHI_ERR_COHERENCE_TIMEOUT       outside [start, end), or not done by the end
//   capacity  PHI_ERR_ENVELOPE_INVALID        unknown, foreign, closed or busy envelope, unequal sizes
//             RESOURCE_EXHAUSTED              components, envelopes open at once
//   support   PHI_ERR_TRANSFORM_UNSUPPORTED   transform set
//   budget    RESOURCE_EXHAUSTED              work units
import { Fault } from "../../kernel-abi/fault.ts";
import type { JobId } from "../../kernel-abi/ids.ts";
import type { Admission, Admitted, ContractView, ParsedCall } from "../../kernel-abi/ports.ts";
import { parseCall } from "./call.ts";
import type { PhiCall } from "./call.ts";
import { OSCILLATORS } from "./declared.ts";
import { encodeDescriptor } from "./descriptor.ts";
import { createEnvelopeRegistry } from "./envelope-registry.ts";
import type { EnvelopeRegistry } from "./envelope-registry.ts";
import { parseReserve, termsOf } from "./request.ts";
import type { Transform } from "./transforms.ts";
import { PHI_TICKS, PHI_WORK, componentsOf, ticksOf, workOf } from "./work.ts";

/** The transform a call needs in the contract's set; opening, evaluating and closing an envelope need none. */
const TRANSFORM_OF: Readonly<Partial<Record<PhiCall["op"], Transform>>> = Object.freeze({
  align: "PHASE_ALIGN", shift: "PHASE_SHIFT", merge: "PHASE_MERGE", split: "PHASE_SPLIT", kuramoto: "KURAMOTO", ising: "ISING", spectrum: "SPECTRUM",
});

const envelopesOf = (call: PhiCall): readonly JobId[] => ("envelopes" in call ? call.envelopes : []);

function checkWindow({ id, terms }: ContractView, now: number, cost: number): void {
  const { start, end } = terms;
  if (now < start || now >= end) throw new Fault("PHI_ERR_COHERENCE_TIMEOUT", { contract: id, now, start, end });
  if (now + cost > end) throw new Fault("PHI_ERR_COHERENCE_TIMEOUT", { contract: id, due: now + cost, end });
}

function checkCapacity(call: PhiCall, components: number, contract: ContractView, registry: EnvelopeRegistry, now: number): void {
  const found = envelopesOf(call).map((envelope) => registry.find(envelope, contract, now));
  if (found.some((entry) => entry.components !== components)) throw new Fault("PHI_ERR_ENVELOPE_INVALID", { what: "envelopes of different sizes" });
  const { units, channels } = contract.terms;
  if (components > units) throw new Fault("RESOURCE_EXHAUSTED", { components, allowed: units });
  if (call.op === "open" && registry.open(contract) >= channels) throw new Fault("RESOURCE_EXHAUSTED", { envelopes: channels + 1, allowed: channels });
}

function checkSupport(call: PhiCall, { terms }: ContractView): void {
  const transform = TRANSFORM_OF[call.op];
  if (transform !== undefined && !terms.permitted.includes(transform)) throw new Fault("PHI_ERR_TRANSFORM_UNSUPPORTED", { transform });
}

function admit(call: PhiCall, work: number, { terms, ledger }: ContractView): Admitted {
  const remaining = terms.budget - ledger.budget;
  if (work > remaining) throw new Fault("RESOURCE_EXHAUSTED", { charge: work, remaining });
  return { cost: ticksOf(work), charge: { budget: work, shots: 0 }, descriptor: encodeDescriptor(call) };
}

function record(call: PhiCall, job: JobId, components: number, { id, terms }: ContractView, due: number, after: number, registry: EnvelopeRegistry): void {
  registry.settle(id, after);
  if (call.op === "open") registry.opened(job, { contract: id, components, free: due, after, end: terms.end });
  for (const envelope of envelopesOf(call)) call.op === "close" ? registry.closed(envelope) : registry.busy(envelope, due);
}

function parsed(call: PhiCall, registry: EnvelopeRegistry): ParsedCall {
  const [first] = envelopesOf(call);
  const width = (first === undefined ? undefined : registry.width(first)) ?? 1;
  if (call.op === "shift" && call.delta.length !== 1 && call.delta.length !== width) {
    throw new Fault("ABI_MALFORMED", { argument: "phi.submit", at: "/delta", what: `1 or ${width} angles` });
  }
  const components = componentsOf(call, width);
  const work = workOf(call, width);
  // The stages come in one order, with one contract: what an earlier one was told, a later one may use.
  let now = 0;
  let after = 0;
  return {
    units: components,
    calibration: (contract, tick) => {
      now = tick;
      checkWindow(contract, tick, ticksOf(work));
    },
    capacity: (contract) => { checkCapacity(call, components, contract, registry, now); },
    support: (contract) => { checkSupport(call, contract); },
    budget: (contract) => {
      after = contract.ledger.jobs;
      return admit(call, work, contract);
    },
    accepted: (job, contract, due) => { record(call, job, components, contract, due, after, registry); },
  };
}

/** Φ's view for the kernel. Keeps which envelopes exist, as admitted calls decide it; two that saw the same calls answer alike. */
export function createPhiAdmission(): Admission {
  const registry = createEnvelopeRegistry();
  return Object.freeze({
    domain: "PHI",
    providers: Object.freeze([OSCILLATORS]),
    costTables: Object.freeze([PHI_WORK, PHI_TICKS]),
    request: (request: unknown, now: number) => termsOf(parseReserve(request), now),
    shape: (call: unknown, refs: readonly JobId[], flags?: ReadonlySet<string>) => parsed(parseCall(call, refs, flags), registry),
  } satisfies Admission);
}
