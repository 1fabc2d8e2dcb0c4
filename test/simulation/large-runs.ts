// Runs of any length that could have happened, frame by frame: what a trace of a gigabyte is made of.
//   chatter     one process that sends itself messages: nothing is ever finished, little is ever alive
//   lifecycles  in every cycle a child is spawned, works and ends, capabilities are issued, a contract is reserved, a job is done
import { DELIVERY } from "../../kernel-abi/envelope.ts";
import { EVENT, type Frame } from "../../kernel-abi/frame.ts";
import { KERNEL, Q_SERVICE, ROOT } from "../../kernel-abi/ids.ts";
import { pack } from "../../kernel-abi/packer.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { entry, kernelFrame, turnFrame } from "../support/recordings.ts";
import { boot, bringUp, CAP, capability, declaration, end, exit, FINISHED, Q, TERMS, waits } from "../support/runs.ts";

export type LargeRun = (cycles: number) => Generator<Frame>;

const PAYLOAD = new Uint8Array(1_000).fill(0x2a);

function* chatter(cycles: number): Generator<Frame> {
  yield boot();
  for (let at = 0; at <= cycles; at++) {
    const last = at === cycles;
    yield turnFrame(at + 1, ROOT, {
      delivery: at === 0 ? { kind: DELIVERY.START, from: KERNEL, seq: 0 } : { kind: DELIVERY.MESSAGE, from: ROOT, seq: at - 1 },
      entries: last ? [] : [entry(SYSCALL.IPC_SEND, { capability: CAP.IPC_SEND, subject: ROOT, body: PAYLOAD.subarray(0, 150) })],
      end: last ? FINISHED : waits(DELIVERY.MESSAGE),
    });
  }
  yield exit(cycles + 1, ROOT);
  yield end(cycles + 1, { turns: cycles + 1, messages: cycles, shots: 0 });
}

/** Three ticks: spawn, reserve, submit and tell; outcome, child's life, release; on to the next. */
function* cycle(at: number): Generator<Frame> {
  const tick = 1 + 2 * at;
  const child = 4 + at;
  const id = at + 1;
  const grants = 7 + 2 * at;
  const contract = { domain: Q, contract: id, subject: id };
  yield turnFrame(tick, ROOT, {
    delivery: at === 0 ? { kind: DELIVERY.START, from: KERNEL, seq: 0 } : { kind: DELIVERY.MESSAGE, from: ROOT, seq: 3 * at - 1 },
    entries: [
      entry(SYSCALL.PROC_SPAWN, { capability: CAP.SPAWN, subject: child, body: declaration(`root/worker#${id}`, ROOT) }),
      capability(grants, child, "EXECUTE_K", CAP.EXECUTE_K),
      capability(grants + 1, child, "IPC_SEND", CAP.IPC_SEND, { uses: 2, target: ROOT }),
      ...bringUp(child),
      entry(SYSCALL.CONTRACT_REQUEST, { ...contract, capability: CAP.ALLOCATE_Q }),
      entry(EVENT.CONTRACT_ISSUED, { ...contract, capability: CAP.ALLOCATE_Q, body: pack({ owner: ROOT, terms: { ...TERMS, start: tick, end: tick + 100 } }) }),
      entry(EVENT.CONTRACT_ACTIVATED, contract),
      entry(SYSCALL.XDV_CALL, { ...contract, capability: CAP.EXECUTE_Q, body: pack({ due: tick + 1, cost: 1, charge: { budget: 1, shots: 10 } }) }),
      entry(SYSCALL.IPC_SEND, { capability: CAP.IPC_SEND, subject: child, body: PAYLOAD }),
      entry(SYSCALL.MEASURE, { ...contract, capability: CAP.MEASURE_Q }),
    ],
    end: waits(DELIVERY.OUTCOME, id),
  });
  yield kernelFrame(tick, [entry(EVENT.JOB_INTENT, { ...contract, capability: CAP.EXECUTE_Q, body: pack({ actor: "root", due: tick + 1, descriptor: PAYLOAD.subarray(0, 100) }) })], ROOT);
  yield kernelFrame(tick + 1, [entry(EVENT.JOB_OUTCOME, { ...contract, body: pack({ counts: [6, 0, 0, 4] }) })], Q_SERVICE);
  yield turnFrame(tick + 1, child, { delivery: { kind: DELIVERY.START, from: ROOT, seq: 3 * at }, end: waits(DELIVERY.MESSAGE) });
  yield turnFrame(tick + 1, child, { delivery: { kind: DELIVERY.MESSAGE, from: ROOT, seq: 3 * at + 1 }, end: FINISHED });
  yield exit(tick + 1, child);
  yield turnFrame(tick + 1, ROOT, {
    delivery: { kind: DELIVERY.OUTCOME, from: Q_SERVICE, seq: id },
    entries: [
      entry(SYSCALL.CONTRACT_RELEASE, { ...contract, capability: CAP.ALLOCATE_Q }),
      entry(EVENT.CONTRACT_COMPLETED, contract),
      entry(EVENT.CONTRACT_RELEASED, { ...contract, body: pack({ budget: 1, shots: 10, jobs: 1 }) }),
      entry(SYSCALL.IPC_SEND, { capability: CAP.IPC_SEND, subject: ROOT, body: PAYLOAD.subarray(0, 200) }),
    ],
    end: waits(DELIVERY.MESSAGE),
  });
}

function* lifecycles(cycles: number): Generator<Frame> {
  yield boot();
  for (let at = 0; at < cycles; at++) yield* cycle(at);
  const tick = 1 + 2 * cycles;
  yield turnFrame(tick, ROOT, { delivery: cycles === 0 ? { kind: DELIVERY.START, from: KERNEL, seq: 0 } : { kind: DELIVERY.MESSAGE, from: ROOT, seq: 3 * cycles - 1 }, end: FINISHED });
  yield exit(tick, ROOT);
  yield end(tick, { turns: 4 * cycles + 1, messages: 2 * cycles, shots: 10 * cycles });
}

export const LARGE_RUNS: Readonly<Record<string, LargeRun>> = { chatter, lifecycles };
