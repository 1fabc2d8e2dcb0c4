// A run as format 1 first wrote it, whose digest is known. Its bytes are what counts, not what verify says of it today: services take
// no steps in it, and its end says nothing of the root. It shares nothing with runs.ts and does not change.
import { DELIVERY } from "../../kernel-abi/envelope.ts";
import { UNLIMITED, type VerbName } from "../../kernel-abi/capability.ts";
import { EVENT, TURN_END, type Entry, type Frame, type TurnEnd } from "../../kernel-abi/frame.ts";
import type { Header, ProviderDeclaration } from "../../kernel-abi/header.ts";
import { processId } from "../../kernel-abi/ids.ts";
import { pack } from "../../kernel-abi/packer.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { entry, kernelFrame, NO_BODY, turnFrame } from "./recordings.ts";

const PROVIDER: ProviderDeclaration = {
  provider: "q-sim", domain: "Q", attestation: "simulated", version: 1, units: 8, channels: 4, permitted: ["h", "cx"],
  figures: { t1: 1000, t2: 900 }, kernels: [{ name: "q.statevector", version: 1, binary: "ab".repeat(32) }],
};
const ALLOW: VerbName[] = ["EXECUTE_K", "IPC_SEND", "SPAWN", "ALLOCATE_Q", "EXECUTE_Q", "MEASURE_Q"];
const TERMS = {
  domain: "Q", units: 2, start: 1, end: 100, budget: 40, shots: 10, channels: 2, errorPpm: 1000, noisePpm: 0,
  calibration: { id: 1, from: 0, until: 1000, grace: 10 }, permitted: ["h", "cx"],
};

const declaration = (name: string, parent: number): Uint8Array => pack({ name, parent, definition: name, domains: [], vhm: 0, node: 0, input: NO_BODY });
const steps = (subject: number, ...states: string[]): Entry[] =>
  states.slice(1).map((to, at) => entry(EVENT.TRANSITION, { subject, body: pack({ machine: "process", from: states[at], to }) }));
const bringUp = (subject: number): Entry[] => steps(subject, "unborn", "created", "initialized", "domainBound", "active");
const capability = (id: number, holder: number, verb: string, parent = 0, scope: object = {}): Entry =>
  entry(EVENT.CAPABILITY_ISSUED, { subject: id, capability: parent, body: pack({ holder, parent, verb, scope: { ...UNLIMITED, ...scope } }) });
const finished = { kind: TURN_END.FINISHED, on: 0, subject: 0, body: pack("done") };
const waits = (on: number, subject: number): TurnEnd => ({ kind: TURN_END.WAITING, on, subject, body: NO_BODY });
const exit = (at: number, process: number, ...more: Entry[]): Frame => kernelFrame(at, [
  entry(SYSCALL.PROC_EXIT, { subject: process, body: pack({ cause: "exit", unread: 0 }) }),
  ...steps(process, "active", "terminated"), ...more, ...steps(process, "terminated", "released"),
], processId(process));

/** What its header declares. */
export const FIRST_HEADER: Partial<Header> = { providers: [PROVIDER], allow: ALLOW, abi: { major: 1, minor: 0, flags: ["sequentialSampling", "exitAtNextTick"] } };

/** `null` stands for a barrier. */
export const firstRun = (): (Frame | null)[] => [
  kernelFrame(0, [
    entry(EVENT.PROCESS_DECLARED, { domain: 1, subject: 1, body: declaration("service.q", 0) }),
    entry(EVENT.PROVIDER_ATTESTED, { domain: 1, subject: 1, body: pack(PROVIDER) }),
    entry(EVENT.PROCESS_DECLARED, { domain: 2, subject: 2, body: declaration("service.phi", 0) }),
    entry(EVENT.PROCESS_DECLARED, { subject: 3, body: declaration("root", 0) }),
    ...ALLOW.map((verb, at) => capability(at + 1, 3, verb)),
    ...bringUp(3),
  ]),
  turnFrame(1, 3, {
    delivery: { kind: DELIVERY.START, from: processId(0), seq: 0 },
    entries: [
      entry(SYSCALL.LOG, { capability: 1, body: pack({ level: "info", label: "hello", data: { n: 1 } }) }),
      entry(SYSCALL.PROC_SPAWN, { capability: 3, subject: 4, body: declaration("root/echo#1", 3) }),
      capability(7, 4, "EXECUTE_K", 1),
      capability(8, 4, "IPC_SEND", 2, { uses: 2, target: 3 }),
      ...bringUp(4),
      entry(SYSCALL.CONTRACT_REQUEST, { domain: 1, capability: 4, contract: 1, subject: 1 }),
      entry(EVENT.CONTRACT_ISSUED, { domain: 1, capability: 4, contract: 1, subject: 1, body: pack({ owner: 3, terms: TERMS }) }),
      entry(EVENT.CONTRACT_ACTIVATED, { domain: 1, contract: 1, subject: 1 }),
      entry(SYSCALL.XDV_CALL, { domain: 1, capability: 5, contract: 1, subject: 1, body: pack({ due: 5, cost: 4, charge: { budget: 7, shots: 10 } }) }),
      entry(SYSCALL.IPC_SEND, { capability: 2, subject: 4, body: pack({ text: "measure soon" }) }),
      entry(SYSCALL.MEASURE, { domain: 1, capability: 6, contract: 1, subject: 1 }),
    ],
    end: waits(DELIVERY.OUTCOME, 1),
  }),
  kernelFrame(1, [entry(EVENT.JOB_INTENT, { domain: 1, capability: 5, contract: 1, subject: 1, body: pack({ actor: "root", due: 5, descriptor: Uint8Array.of(1, 2, 3) }) })], processId(3)),
  null,
  turnFrame(2, 4, { delivery: { kind: DELIVERY.START, from: processId(3), seq: 0 }, end: waits(DELIVERY.MESSAGE, 0) }),
  turnFrame(2, 4, {
    delivery: { kind: DELIVERY.MESSAGE, from: processId(3), seq: 1 },
    entries: [entry(SYSCALL.IPC_SEND, { verdict: 1, subject: 4, body: pack({ verb: "IPC_SEND", why: "another target" }) })],
    end: finished,
  }),
  exit(2, 4),
  null,
  kernelFrame(5, [entry(EVENT.JOB_OUTCOME, { domain: 1, contract: 1, subject: 1, body: pack({ counts: [6, 0, 0, 4] }) })], processId(1)),
  turnFrame(5, 3, { delivery: { kind: DELIVERY.OUTCOME, from: processId(1), seq: 1 }, end: finished }),
  exit(5, 3,
    entry(EVENT.CONTRACT_COMPLETED, { domain: 1, contract: 1, subject: 1 }),
    entry(EVENT.CONTRACT_RELEASED, { domain: 1, contract: 1, subject: 1, body: pack({ budget: 7, shots: 10, jobs: 1 }) })),
  kernelFrame(5, [entry(EVENT.RUN_END, { body: pack({ status: "completed", fault: null, tick: 5, turns: 4, messages: 1, shots: 10, waits: [], failures: [], result: null }) })]),
];
