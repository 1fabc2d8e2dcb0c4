// Complete synthetic runs that could have happened: frames as a machine would append them, written by hand.
import { DELIVERY } from "../../kernel-abi/envelope.ts";
import { Fault, FAULTS } from "../../kernel-abi/fault.ts";
import { UNLIMITED, type VerbName } from "../../kernel-abi/capability.ts";
import { EVENT, TURN_END, type EndStatus, type Entry, type Frame, type KernelFrame } from "../../kernel-abi/frame.ts";
import type { Header, ProviderDeclaration } from "../../kernel-abi/header.ts";
import { KERNEL, PHI_SERVICE, processId, Q_SERVICE, ROOT } from "../../kernel-abi/ids.ts";
import { pack } from "../../kernel-abi/packer.ts";
import type { Recording } from "../../kernel-abi/ports.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { entry, kernelFrame, NO_BODY, recording, turnFrame } from "./recordings.ts";

export const Q = 1;
export const PHI = 2;
export const CHILD = processId(4);

export const PROVIDER: ProviderDeclaration = {
  provider: "q-sim", domain: "Q", attestation: "simulated", version: 1, units: 8, channels: 4, permitted: ["h", "cx"],
  figures: { t1: 1000, t2: 900 }, kernels: [{ name: "q.statevector", version: 1, binary: "ab".repeat(32) }],
};

const ALLOW: readonly VerbName[] = ["EXECUTE_K", "IPC_SEND", "SPAWN", "ALLOCATE_Q", "EXECUTE_Q", "MEASURE_Q"];
/** Capability ids of the root, by verb. */
export const CAP = Object.freeze({ EXECUTE_K: 1, IPC_SEND: 2, SPAWN: 3, ALLOCATE_Q: 4, EXECUTE_Q: 5, MEASURE_Q: 6 });

export const declaration = (name: string, parent: number): Uint8Array =>
  pack({ name, parent, definition: name, domains: [], vhm: 0, node: 0, input: NO_BODY });
const transitions = (subject: number, states: readonly string[], machine = "process", domain = 0): Entry[] =>
  states.slice(1).map((to, at) => entry(EVENT.TRANSITION, { domain, subject, body: pack({ machine, from: states[at], to }) }));
const service = (domain: "Q" | "PHI"): Entry => {
  const name = `service.${domain.toLowerCase()}`;
  const [rank, subject] = domain === "Q" ? [Q, Q_SERVICE] : [PHI, PHI_SERVICE];
  return entry(EVENT.PROCESS_DECLARED, { domain: rank, subject, body: pack({ name, parent: KERNEL, definition: name, domains: [domain], vhm: 0, node: 0, input: null }) });
};
export const bringUp = (subject: number): Entry[] => transitions(subject, ["unborn", "created", "initialized", "domainBound", "active"]);
export const capability = (id: number, holder: number, verb: VerbName, parent = 0, scope: object = {}): Entry =>
  entry(EVENT.CAPABILITY_ISSUED, { subject: id, capability: parent, body: pack({ holder, parent, verb, scope: { ...UNLIMITED, ...scope } }) });

export const boot = (): KernelFrame => kernelFrame(0, [
  service("Q"),
  ...transitions(Q_SERVICE, ["unregistered", "registered"], "service", Q),
  entry(EVENT.PROVIDER_ATTESTED, { domain: Q, subject: Q_SERVICE, body: pack(PROVIDER) }),
  ...transitions(Q_SERVICE, ["registered", "attested", "serving"], "service", Q),
  service("PHI"),
  ...transitions(PHI_SERVICE, ["unregistered", "registered"], "service", PHI),
  entry(EVENT.PROCESS_DECLARED, { subject: ROOT, body: declaration("root", KERNEL) }),
  ...ALLOW.map((verb, at) => capability(at + 1, ROOT, verb)),
  ...bringUp(ROOT),
]);

export const exit = (at: number, process: number, more: readonly Entry[] = [], about: object = {}): KernelFrame => kernelFrame(at, [
  entry(SYSCALL.PROC_EXIT, { subject: process, body: pack({ cause: "exit", unread: 0, ...about }) }),
  ...transitions(process, ["active", "terminated"]), ...more, ...transitions(process, ["terminated", "released"]),
], processId(process));

interface Totals { readonly turns: number; readonly messages: number; readonly shots: number }

/** RUN_END alone. */
export const ended = (at: number, totals: Totals, status: EndStatus = "completed"): Entry => {
  const finished = status === "completed";
  return entry(EVENT.RUN_END, { body: pack({ status, fault: finished ? null : FAULT, tick: at, ...totals, waits: [], failures: [], result: finished ? FINISHED.body : null }) });
};

/** Both services are closed, and the run ends. */
export const end = (at: number, totals: Totals, status: EndStatus = "completed"): KernelFrame => kernelFrame(at, [
  ...transitions(Q_SERVICE, ["serving", "closed"], "service", Q), ...transitions(PHI_SERVICE, ["registered", "closed"], "service", PHI), ended(at, totals, status),
]);

/** With which a root is aborted. */
export const FAULT = new Fault("RUN_STUCK", {}).toJSON();
export const ABORTED = Object.freeze({ kind: TURN_END.ABORTED, on: 0, subject: FAULTS.RUN_STUCK.code, body: pack(FAULT) });
export const FINISHED = Object.freeze({ kind: TURN_END.FINISHED, on: 0, subject: 0, body: pack("done") });
export const waits = (on: number, subject = 0): { kind: 0; on: number; subject: number; body: Uint8Array } => ({ kind: TURN_END.WAITING, on, subject, body: NO_BODY });

export const runRecording = (changes: Partial<Header> = {}): Recording => recording({ providers: [PROVIDER], allow: [...ALLOW], ...changes });

export const TERMS = Object.freeze({
  domain: "Q", units: 2, start: 1, end: 100, budget: 40, shots: 10, channels: 2, errorPpm: 1000, noisePpm: 0,
  calibration: { id: 1, from: 0, until: 1000, grace: 10 }, permitted: ["h", "cx"],
});

/** The smallest complete run: a root that holds nothing and finishes at once. */
export const tinyRun = (): (Frame | null)[] => [
  kernelFrame(0, [entry(EVENT.PROCESS_DECLARED, { subject: ROOT, body: declaration("root", KERNEL) }), ...transitions(ROOT, ["unborn", "created"])]),
  null,
  turnFrame(1, ROOT, { delivery: { kind: DELIVERY.START, from: KERNEL, seq: 0 }, end: FINISHED }),
  null,
  kernelFrame(1, [entry(SYSCALL.PROC_EXIT, { subject: ROOT, body: pack({ cause: "exit", unread: 0 }) }), ...transitions(ROOT, ["created", "terminated", "released"])], ROOT),
  kernelFrame(1, [ended(1, { turns: 1, messages: 0, shots: 0 })]),
];

/**
 * The root logs, spawns a child, reserves two qubits, starts a job of ten shots, tells the child, measures at tick 5 and ends;
 * the child hears it, is refused an answer and ends. `null` stands for a barrier.
 */
export const smallRun = (): (Frame | null)[] => [
  boot(),
  turnFrame(1, ROOT, {
    delivery: { kind: DELIVERY.START, from: KERNEL, seq: 0 },
    entries: [
      entry(SYSCALL.LOG, { capability: CAP.EXECUTE_K, body: pack({ level: "info", label: "hello", data: { n: 1 } }) }),
      entry(SYSCALL.PROC_SPAWN, { capability: CAP.SPAWN, subject: CHILD, body: declaration("root/echo#1", ROOT) }),
      capability(7, CHILD, "EXECUTE_K", CAP.EXECUTE_K),
      capability(8, CHILD, "IPC_SEND", CAP.IPC_SEND, { uses: 2, target: ROOT }),
      ...bringUp(CHILD),
      entry(SYSCALL.CONTRACT_REQUEST, { domain: Q, capability: CAP.ALLOCATE_Q, contract: 1, subject: 1 }),
      entry(EVENT.CONTRACT_ISSUED, { domain: Q, capability: CAP.ALLOCATE_Q, contract: 1, subject: 1, body: pack({ owner: ROOT, terms: TERMS }) }),
      entry(EVENT.CONTRACT_ACTIVATED, { domain: Q, contract: 1, subject: 1 }),
      entry(SYSCALL.XDV_CALL, { domain: Q, capability: CAP.EXECUTE_Q, contract: 1, subject: 1, body: pack({ due: 5, cost: 4, charge: { budget: 7, shots: 10 } }) }),
      entry(SYSCALL.IPC_SEND, { capability: CAP.IPC_SEND, subject: CHILD, body: pack({ text: "measure soon" }) }),
      entry(SYSCALL.MEASURE, { domain: Q, capability: CAP.MEASURE_Q, contract: 1, subject: 1 }),
    ],
    end: waits(DELIVERY.OUTCOME, 1),
  }),
  kernelFrame(1, [entry(EVENT.JOB_INTENT, { domain: Q, capability: CAP.EXECUTE_Q, contract: 1, subject: 1, body: pack({ actor: "root", due: 5, descriptor: Uint8Array.of(1, 2, 3) }) })], ROOT),
  null,
  turnFrame(2, CHILD, { delivery: { kind: DELIVERY.START, from: ROOT, seq: 0 }, end: waits(DELIVERY.MESSAGE) }),
  turnFrame(2, CHILD, {
    delivery: { kind: DELIVERY.MESSAGE, from: ROOT, seq: 1 },
    entries: [entry(SYSCALL.IPC_SEND, { verdict: FAULTS.DOMAIN_UNAUTHORIZED.code, subject: CHILD, body: pack({ verb: "IPC_SEND", why: "another target" }) })],
    end: FINISHED,
  }),
  exit(2, CHILD),
  null,
  kernelFrame(5, [entry(EVENT.JOB_OUTCOME, { domain: Q, contract: 1, subject: 1, body: pack({ counts: [6, 0, 0, 4] }) })], Q_SERVICE),
  turnFrame(5, ROOT, { delivery: { kind: DELIVERY.OUTCOME, from: Q_SERVICE, seq: 1 }, end: FINISHED }),
  exit(5, ROOT, [
    entry(EVENT.CONTRACT_COMPLETED, { domain: Q, contract: 1, subject: 1 }),
    entry(EVENT.CONTRACT_RELEASED, { domain: Q, contract: 1, subject: 1, body: pack({ budget: 7, shots: 10, jobs: 1 }) }),
  ]),
  end(5, { turns: 4, messages: 1, shots: 10 }),
];

/** The root sends itself `count` messages of `size` bytes, one a tick: a run of any length. */
export function chatter(count: number, size = 4): Frame[] {
  const turns = Array.from({ length: count + 1 }, (_, at): Frame => turnFrame(at + 1, ROOT, {
    delivery: at === 0 ? { kind: DELIVERY.START, from: KERNEL, seq: 0 } : { kind: DELIVERY.MESSAGE, from: ROOT, seq: at - 1 },
    entries: at === count ? [] : [entry(SYSCALL.IPC_SEND, { capability: CAP.IPC_SEND, subject: ROOT, body: new Uint8Array(size).fill(at) })],
    end: at === count ? FINISHED : waits(DELIVERY.MESSAGE),
  }));
  return [boot(), ...turns, exit(count + 1, ROOT), end(count + 1, { turns: count + 1, messages: count, shots: 0 })];
}
