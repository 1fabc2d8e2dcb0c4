// The lifecycles of a run: process, domain binding, domain service, contract, job. Facts in the events are what the kernel found.
import { setup } from "xstate";
import type { ContractState } from "../../kernel-abi/contract.ts";
import { compileLifecycle } from "./lifecycle.ts";

// Process (081 §, hybrid-runtime section 2): Created → Initialized → DomainBound → Active ⇄ Suspended → Terminated → Released.
export const PROCESS_STATES = ["unborn", "created", "initialized", "domainBound", "active", "suspended", "terminated", "released"] as const;
export type ProcessState = (typeof PROCESS_STATES)[number];
export type ProcessEvent =
  /** Unique id, a VHM, a declared domain profile. */
  | { readonly type: "CREATE"; readonly unique: boolean; readonly declared: boolean }
  /** K context, capability and contract tables exist. */
  | { readonly type: "INITIALIZE"; readonly tables: boolean }
  /** Per declared domain: capability, attested provider, scheduler approval, contract terms accepted; vacuous for K alone. */
  | { readonly type: "BIND"; readonly capable: boolean; readonly attested: boolean; readonly approved: boolean }
  /** Every binding is active. */
  | { readonly type: "ACTIVATE"; readonly bindings: boolean }
  | { readonly type: "SUSPEND"; readonly decided: boolean }
  /** Capabilities and contracts were looked at again. */
  | { readonly type: "RESUME"; readonly revalidated: boolean }
  | { readonly type: "TERMINATE"; readonly cause: "exit" | "fault" | "stopped" | "linked" | "revocation" | "run-end" | "setup"; readonly rolledBack: boolean }
  /** Containers and envelopes invalidated, contracts released. */
  | { readonly type: "RELEASE"; readonly freed: boolean };

const setupFailure = { TERMINATE: { target: "terminated", guard: "rolledBack" } } as const;
const ending = { TERMINATE: { target: "terminated", guard: "caused" } } as const;

export const processMachine = setup({
  types: { events: {} as ProcessEvent },
  guards: {
    identified: ({ event }) => event.type === "CREATE" && event.unique && event.declared,
    tabled: ({ event }) => event.type === "INITIALIZE" && event.tables,
    bindable: ({ event }) => event.type === "BIND" && event.capable && event.attested && event.approved,
    bound: ({ event }) => event.type === "ACTIVATE" && event.bindings,
    decided: ({ event }) => event.type === "SUSPEND" && event.decided,
    revalidated: ({ event }) => event.type === "RESUME" && event.revalidated,
    rolledBack: ({ event }) => event.type === "TERMINATE" && event.rolledBack,
    caused: ({ event }) => event.type === "TERMINATE" && event.cause !== "setup",
    freed: ({ event }) => event.type === "RELEASE" && event.freed,
  },
}).createMachine({
  id: "process",
  initial: "unborn",
  states: {
    unborn: { on: { CREATE: { target: "created", guard: "identified" } } },
    created: { on: { INITIALIZE: { target: "initialized", guard: "tabled" }, ...setupFailure } },
    initialized: { on: { BIND: { target: "domainBound", guard: "bindable" }, ...setupFailure } },
    domainBound: { on: { ACTIVATE: { target: "active", guard: "bound" }, ...setupFailure } },
    active: { on: { SUSPEND: { target: "suspended", guard: "decided" }, ...ending } },
    suspended: { on: { RESUME: { target: "active", guard: "revalidated" }, ...ending } },
    terminated: { on: { RELEASE: { target: "released", guard: "freed" } } },
    released: { type: "final" },
  },
});
export const processLifecycle = compileLifecycle<ProcessState, ProcessEvent>(processMachine, PROCESS_STATES);

// Per-domain binding (011): no execution before initialization, no projection unless active, termination frees resources.
export const BINDING_STATES = ["unbound", "bound", "initialized", "active", "suspended", "terminated", "released"] as const;
export type BindingState = (typeof BINDING_STATES)[number];
export type BindingEvent =
  | { readonly type: "BIND"; readonly capable: boolean }
  | { readonly type: "INIT"; readonly attested: boolean }
  | { readonly type: "START"; readonly resources: boolean }
  | { readonly type: "SUSPEND" } | { readonly type: "RESUME" } | { readonly type: "TERMINATE" }
  | { readonly type: "RELEASE"; readonly freed: boolean };

export const bindingMachine = setup({
  types: { events: {} as BindingEvent },
  guards: {
    capable: ({ event }) => event.type === "BIND" && event.capable,
    attested: ({ event }) => event.type === "INIT" && event.attested,
    resourced: ({ event }) => event.type === "START" && event.resources,
    freed: ({ event }) => event.type === "RELEASE" && event.freed,
  },
}).createMachine({
  id: "binding",
  initial: "unbound",
  states: {
    unbound: { on: { BIND: { target: "bound", guard: "capable" } } },
    bound: { on: { INIT: { target: "initialized", guard: "attested" } } },
    initialized: { on: { START: { target: "active", guard: "resourced" } } },
    active: { on: { SUSPEND: { target: "suspended" }, TERMINATE: { target: "terminated" } } },
    suspended: { on: { RESUME: { target: "active" }, TERMINATE: { target: "terminated" } } },
    terminated: { on: { RELEASE: { target: "released", guard: "freed" } } },
    released: { type: "final" },
  },
});
export const bindingLifecycle = compileLifecycle<BindingState, BindingEvent>(bindingMachine, BINDING_STATES);

// Domain service (060, 061, 062): attested before anything may be bound to it, closed with the run.
export const SERVICE_STATES = ["unregistered", "registered", "attested", "serving", "closed"] as const;
export type ServiceState = (typeof SERVICE_STATES)[number];
export type ServiceEvent =
  /** Has an id in the trace. */
  | { readonly type: "REGISTER"; readonly declared: boolean }
  /** Every provider behind it says what it is. */
  | { readonly type: "ATTEST"; readonly attested: boolean }
  /** There is something to allocate. */
  | { readonly type: "SERVE"; readonly capacity: boolean }
  | { readonly type: "CLOSE" };

export const serviceMachine = setup({
  types: { events: {} as ServiceEvent },
  guards: {
    declared: ({ event }) => event.type === "REGISTER" && event.declared,
    attested: ({ event }) => event.type === "ATTEST" && event.attested,
    capacity: ({ event }) => event.type === "SERVE" && event.capacity,
  },
}).createMachine({
  id: "service",
  initial: "unregistered",
  states: {
    unregistered: { on: { REGISTER: { target: "registered", guard: "declared" } } },
    registered: { on: { ATTEST: { target: "attested", guard: "attested" }, CLOSE: { target: "closed" } } },
    attested: { on: { SERVE: { target: "serving", guard: "capacity" }, CLOSE: { target: "closed" } } },
    serving: { on: { CLOSE: { target: "closed" } } },
    closed: { type: "final" },
  },
});
export const serviceLifecycle = compileLifecycle<ServiceState, ServiceEvent>(serviceMachine, SERVICE_STATES);

// Contract (053, hybrid-runtime section 3): terms frozen on activation; none of these states is skipped.
export type ContractEvent =
  | { readonly type: "ACTIVATE"; readonly started: boolean }
  | { readonly type: "COMPLETE" }
  | { readonly type: "EXPIRE"; readonly ended: boolean }
  | { readonly type: "REVOKE" }
  | { readonly type: "RELEASE" };

export const contractMachine = setup({
  types: { events: {} as ContractEvent },
  guards: {
    started: ({ event }) => event.type === "ACTIVATE" && event.started,
    ended: ({ event }) => event.type === "EXPIRE" && event.ended,
  },
}).createMachine({
  id: "contract",
  initial: "issued",
  states: {
    issued: { on: { ACTIVATE: { target: "active", guard: "started" }, REVOKE: { target: "revoked" } } },
    active: { on: { COMPLETE: { target: "completed" }, EXPIRE: { target: "expired", guard: "ended" }, REVOKE: { target: "revoked" } } },
    completed: { on: { RELEASE: { target: "released" } } },
    expired: { on: { RELEASE: { target: "released" } } },
    revoked: { on: { RELEASE: { target: "released" } } },
    released: { type: "final" },
  },
});
export const contractLifecycle = compileLifecycle<ContractState, ContractEvent>(
  contractMachine, ["issued", "active", "completed", "expired", "revoked", "released"]);

// Job: delivered (outcome recorded at its due tick) and completed (collected by its owner) are separate events (E1).
export type JobState = "issued" | "delivered" | "completed" | "abandoned";
export type JobEvent = { readonly type: "DELIVER" } | { readonly type: "COLLECT" } | { readonly type: "ABANDON" };

export const jobMachine = setup({ types: { events: {} as JobEvent } }).createMachine({
  id: "job",
  initial: "issued",
  states: {
    issued: { on: { DELIVER: { target: "delivered" }, ABANDON: { target: "abandoned" } } },
    delivered: { on: { COLLECT: { target: "completed" }, ABANDON: { target: "abandoned" } } },
    completed: { on: { COLLECT: { target: "completed" } } },
    abandoned: { type: "final" },
  },
});
export const jobLifecycle = compileLifecycle<JobState, JobEvent>(jobMachine, ["issued", "delivered", "completed", "abandoned"]);
