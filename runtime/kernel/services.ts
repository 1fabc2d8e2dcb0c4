// Domain services as the kernel sees them: registered, attested and serving before the root exists (062), closed when the run ends.
// A service holds its provider's state elsewhere (domains/q, domains/phi); here is only where it stands.
import { DOMAIN_RANK, type BoundDomain } from "../../kernel-abi/domain.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import { KERNEL, PHI_SERVICE, Q_SERVICE, type ProcessId } from "../../kernel-abi/ids.ts";
import { pack } from "../../kernel-abi/packer.ts";
import type { Admission } from "../../kernel-abi/ports.ts";
import { serviceLifecycle, type ServiceEvent, type ServiceState } from "../process/lifecycles.ts";
import { transitionBody } from "./state.ts";
import type { Transaction } from "./transaction.ts";

export const serviceOf = (domain: BoundDomain): ProcessId => (domain === "Q" ? Q_SERVICE : PHI_SERVICE);
export const serviceName = (domain: BoundDomain): string => (domain === "Q" ? "service.q" : "service.phi");

/** The same in every run; nobody writes to what stands in an entry. */
const ATTESTED = new WeakMap<object, Uint8Array>();
function attestation(provider: Admission["providers"][number]): Uint8Array {
  let body = ATTESTED.get(provider);
  if (body === undefined) ATTESTED.set(provider, body = pack(provider));
  return body;
}

interface Place {
  readonly vhm: number;
  readonly node: number;
}

/** By place. */
const DECLARED: Readonly<Record<BoundDomain, Map<string, Uint8Array>>> = { Q: new Map<string, Uint8Array>(), PHI: new Map<string, Uint8Array>() };
/** A host has few. */
const PLACES_MAX = 64;
function declaration(domain: BoundDomain, place: Place): Uint8Array {
  const known = DECLARED[domain];
  const key = `${place.vhm}.${place.node}`;
  let body = known.get(key);
  if (body === undefined) {
    if (known.size === PLACES_MAX) known.clear();
    const name = serviceName(domain);
    known.set(key, body = pack({ name, parent: KERNEL, definition: name, domains: [domain], vhm: place.vhm, node: place.node, input: null }));
  }
  return body;
}

export class Services {
  readonly #states: Record<BoundDomain, ServiceState> = { Q: serviceLifecycle.initial, PHI: serviceLifecycle.initial };

  #step(domain: BoundDomain, event: ServiceEvent, tx: Transaction): void {
    const from = this.#states[domain];
    this.#states[domain] = serviceLifecycle.next(from, event);
    tx.event(EVENT.TRANSITION, DOMAIN_RANK[domain], { subject: serviceOf(domain), body: transitionBody("service", from, this.#states[domain]) });
  }

  /** @throws Fault LIFECYCLE_REFUSED when a provider does not attest itself, or has nothing to allocate. */
  open({ domain, providers }: Admission, place: Place, tx: Transaction): void {
    tx.event(EVENT.PROCESS_DECLARED, DOMAIN_RANK[domain], { subject: serviceOf(domain), body: declaration(domain, place) });
    this.#step(domain, { type: "REGISTER", declared: true }, tx);
    for (const provider of providers) tx.event(EVENT.PROVIDER_ATTESTED, DOMAIN_RANK[domain], { subject: serviceOf(domain), body: attestation(provider) });
    this.#step(domain, { type: "ATTEST", attested: providers.length > 0 && providers.every(({ attestation }) => attestation === "simulated") }, tx);
    this.#step(domain, { type: "SERVE", capacity: providers.some(({ units }) => units > 0) }, tx);
  }

  saved(): Readonly<Record<BoundDomain, ServiceState>> { return { ...this.#states }; }
  restore(states: Readonly<Record<BoundDomain, ServiceState>>): void {
    this.#states.Q = states.Q;
    this.#states.PHI = states.PHI;
  }

  close(domain: BoundDomain, tx: Transaction): void {
    if (serviceLifecycle.allows(this.#states[domain], { type: "CLOSE" })) this.#step(domain, { type: "CLOSE" }, tx);
  }
}
