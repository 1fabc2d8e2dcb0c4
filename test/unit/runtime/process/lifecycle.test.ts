// The tables that lifecycles are stepped by, held against XState itself over every state and every combination of facts.
import { describe, expect, it } from "vitest";
import { getNextSnapshot, type AnyStateMachine } from "xstate";
import { Fault } from "../../../../kernel-abi/fault.ts";
import type { Lifecycle } from "../../../../runtime/process/lifecycle.ts";
import { contextLifecycle, contextMachine, CONTEXT_STATES } from "../../../../runtime/context/lifecycle.ts";
import {
  bindingLifecycle, bindingMachine, BINDING_STATES, contractLifecycle, contractMachine, jobLifecycle, jobMachine, processLifecycle, processMachine, PROCESS_STATES, serviceLifecycle, serviceMachine, SERVICE_STATES,
} from "../../../../runtime/process/lifecycles.ts";

interface AnyEvent { readonly type: string }
interface Subject { readonly machine: AnyStateMachine; readonly states: readonly string[]; readonly events: readonly AnyEvent[]; readonly table: Lifecycle<string, AnyEvent> }

/** Every event with each of its boolean facts true and false. */
const facts = (type: string, ...names: readonly string[]): readonly AnyEvent[] =>
  Array.from({ length: 2 ** names.length }, (_, bits) => ({ type, ...Object.fromEntries(names.map((name, at) => [name, (bits >> at & 1) === 1])) }));

const asTable = (lifecycle: unknown): Lifecycle<string, AnyEvent> => lifecycle as Lifecycle<string, AnyEvent>;

const SUBJECTS: readonly Subject[] = [
  {
    machine: processMachine, states: PROCESS_STATES, table: asTable(processLifecycle),
    events: [
      ...facts("CREATE", "unique", "declared"), ...facts("INITIALIZE", "tables"), ...facts("BIND", "capable", "attested", "approved"), ...facts("ACTIVATE", "bindings"),
      ...facts("SUSPEND", "decided"), ...facts("RESUME", "revalidated"), ...facts("RELEASE", "freed"), { type: "STRANGE" },
      ...["exit", "fault", "revocation", "run-end", "setup"].flatMap((cause) => facts("TERMINATE", "rolledBack").map((event) => ({ ...event, cause }))),
    ],
  },
  {
    machine: bindingMachine, states: BINDING_STATES, table: asTable(bindingLifecycle),
    events: [...facts("BIND", "capable"), ...facts("INIT", "attested"), ...facts("START", "resources"), ...facts("RELEASE", "freed"), { type: "SUSPEND" }, { type: "RESUME" }, { type: "TERMINATE" }],
  },
  {
    machine: contractMachine, states: ["issued", "active", "completed", "expired", "revoked", "released"], table: asTable(contractLifecycle),
    events: [...facts("ACTIVATE", "started"), ...facts("EXPIRE", "ended"), { type: "COMPLETE" }, { type: "REVOKE" }, { type: "RELEASE" }],
  },
  {
    machine: serviceMachine, states: SERVICE_STATES, table: asTable(serviceLifecycle),
    events: [...facts("REGISTER", "declared"), ...facts("ATTEST", "attested"), ...facts("SERVE", "capacity"), { type: "CLOSE" }],
  },
  {
    machine: contextMachine, states: CONTEXT_STATES, table: asTable(contextLifecycle),
    events: [{ type: "RUN" }, ...facts("END", "recorded"), { type: "SEAL" }, { type: "ABANDON" }],
  },
  { machine: jobMachine, states: ["issued", "delivered", "completed", "abandoned"], table: asTable(jobLifecycle), events: [{ type: "DELIVER" }, { type: "COLLECT" }, { type: "ABANDON" }] },
];

describe.each(SUBJECTS)("lifecycle $table.name", ({ machine, states, events, table }) => {
  it("does in every state, on every event, what XState does; what XState ignores is refused", () => {
    let moves = 0;
    for (const state of states) {
      for (const event of events) {
        const snapshot = machine.resolveState({ value: state, context: {} });
        const expected = String(getNextSnapshot(machine, snapshot, event).value);
        const moved = snapshot.can(event as never);
        expect(table.allows(state, event), `${state} ${JSON.stringify(event)}`).toBe(moved);
        if (moved) expect(table.next(state, event)).toBe(expected);
        else expect(() => table.next(state, event)).toThrow(Fault);
        moves += moved ? 1 : 0;
      }
    }
    expect(moves).toBeGreaterThan(3);
  });

  it("starts where the machine starts", () => {
    expect(table.initial).toBe(machine.config.initial);
  });
});
