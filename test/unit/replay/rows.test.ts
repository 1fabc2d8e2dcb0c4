// What verify and listings keep of what is over: enough to answer as before, and little of it.
import { describe, expect, it } from "vitest";
import { EVENT, type Frame } from "../../../kernel-abi/frame.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { capabilityForm, contractForm, jobForm, processForm } from "../../../replay/consistency/forms.ts";
import { Descent } from "../../../replay/consistency/descent.ts";
import { DueTicks } from "../../../replay/consistency/due-ticks.ts";
import { Timers } from "../../../replay/consistency/timers.ts";
import { Inbox } from "../../../replay/consistency/inbox.ts";
import { Column, Rows, type Form } from "../../../replay/consistency/rows.ts";
import type { CapabilityRow, JobRow, ProcessRow } from "../../../replay/consistency/world.ts";
import { ProcessNames } from "../../../replay/entry/names.ts";
import { LARGE_RUNS } from "../../simulation/large-runs.ts";
import { entry, kernelFrame, record } from "../../support/recordings.ts";
import { verifiedByBoth } from "../../support/independent.ts";
import { refusalOf } from "../../support/refusals.ts";
import { declaration, runRecording } from "../../support/runs.ts";

describe("a column", () => {
  it("keeps every number a trace can say, and null", () => {
    const column = new Column();
    const values = [0, 1, 0xffff_fffd, 0xffff_fffe, 0xffff_ffff, 2 ** 32, Number.MAX_SAFE_INTEGER, null, 7];
    values.forEach((value, at) => { column.set(at * 1_000, value); });
    expect(values.map((_, at) => column.get(at * 1_000))).toEqual(values);
    expect([column.get(5), column.get(1_000_000)]).toEqual([0, 0]);
    column.set(3_000, 4);
    expect(column.get(3_000)).toBe(4);
  });
});

const job = (id: number, changes: Partial<JobRow> = {}): JobRow => ({ id, owner: 3, contract: 2, capability: 5, domain: 1, due: 9, origin: id, state: "delivered", ...changes });
const process = (id: number, changes: Partial<ProcessRow> = {}): ProcessRow => ({
  id, name: `root/a#${id}`, parent: 3, seq: 4, live: false, over: true, finished: true, exit: 12, joinSeq: -1, on: 1, subject: 2, arms: [], start: { from: 3, seq: 2 ** 40, tick: 8 },
  inbox: new Inbox(), timer: undefined, timers: new Timers(), notices: [], parked: undefined, places: [], admitted: [], lost: [], away: -1, toldCalibrations: false, stopping: true, suspension: undefined, ...changes,
});
const capability = (id: number): CapabilityRow => ({
  id, holder: 4, parent: 2, uses: 1, revoked: true, grant: { verb: "MEASURE_Q", scope: { from: 3, until: null, uses: 2, units: null, target: 0 } },
});

function packed<Row extends { readonly id: number }>(form: Form<Row>, row: Row): Row | undefined {
  const rows = new Rows(row.id, form);
  rows.add(row);
  rows.retire(row);
  rows.tidy();
  expect(rows.open).toBe(0);
  const again = rows.get(row.id);
  expect(again).not.toBe(row);
  return again;
}

describe("a row that is over", () => {
  it("comes back as it was, but for what no rule asks of it", () => {
    expect(packed(jobForm(), job(1))).toEqual(job(1));
    expect(packed(jobForm(), job(7, { state: "abandoned", domain: 2, due: 2 ** 50 }))).toEqual(job(7, { state: "abandoned", domain: 2, due: 2 ** 50 }));
    expect(packed(capabilityForm(), capability(3))).toEqual(capability(3));
    expect(packed(processForm(), process(4))).toEqual(process(4, { name: "#4" }));
    expect(packed(processForm(), process(4, { joinSeq: 6, stopping: false }))).toMatchObject({ joinSeq: 6, stopping: false });
    const terms = { domain: "PHI", units: 2, start: 1, end: 5, budget: 4, shots: 0, channels: 1, errorPpm: 0, noisePpm: 3, calibration: { id: 1, from: 0, until: 9, grace: 0 }, permitted: [] } as const;
    expect(packed(contractForm(), { id: 1, owner: 6, capability: 4, terms, state: "released", budget: 4, shots: 0, jobs: 1 })).toMatchObject({ id: 1, owner: 6, state: "released", terms: { domain: "PHI" } });
  });

  it("can still be changed, and stays so", () => {
    const rows = new Rows(1, capabilityForm());
    const row = { ...capability(1), revoked: false };
    rows.add(row);
    rows.retire(row);
    rows.tidy();
    const again = rows.get(1);
    if (again === undefined) throw new Error("gone");
    again.revoked = true;
    rows.tidy();
    expect([rows.open, rows.get(1)?.revoked]).toEqual([0, true]);
  });

  it("is packed once, and again when it was named", () => {
    const form = jobForm();
    let times = 0;
    const rows = new Rows(1, { ...form, pack: (row: JobRow, at: number) => { times += 1; form.pack(row, at); } });
    rows.add(job(1));
    rows.retire(job(1));
    for (const named of [false, false, true, false]) {
      if (named) rows.get(1);
      rows.tidy();
    }
    expect([times, rows.open]).toEqual([2, 0]);
  });

  it("stands on while something is on its way to it", () => {
    const rows = new Rows(3, processForm());
    const row = process(3, { parked: { to: 4, seq: 1 } });
    rows.add(row);
    rows.retire(row);
    rows.tidy();
    expect(rows.get(3)).toBe(row);
    row.parked = undefined;
    rows.tidy();
    expect([rows.open, rows.get(2), rows.get(4)]).toEqual([0, undefined, undefined]);
  });
});

describe("runs of many cycles", () => {
  it.each(Object.entries(LARGE_RUNS))("of %s could have happened, says verify", (_, run) => {
    expect(verifiedByBoth(record([...run(40)], { recording: runRecording() }).file)).toMatchObject({ status: "completed" });
  });

  it("are refused when what is long over is named as it cannot be", () => {
    const frames = [...LARGE_RUNS["lifecycles"]?.(6) ?? []];
    const first = frames.findIndex((frame) => frame.entries.some(({ code }) => code === SYSCALL.XDV_CALL));
    const last = frames.findLastIndex((frame) => frame.entries.some(({ code }) => code === SYSCALL.XDV_CALL));
    expect(last).toBeGreaterThan(first + 20);
    const changed = (change: (frame: Frame) => Frame["entries"]): Uint8Array =>
      record(frames.map((frame, at) => (at === last ? { ...frame, entries: change(frame) } : frame)), { recording: runRecording() }).file;
    const renamed = (code: number, fields: object) => (frame: Frame): Frame["entries"] => frame.entries.map((one) => (one.code === code ? { ...one, ...fields } : one));
    expect(refusalOf(changed(renamed(SYSCALL.IPC_SEND, { subject: 4 }))).detail["rule"]).toBe("messages go to live processes");
    expect(refusalOf(changed(renamed(SYSCALL.XDV_CALL, { contract: 1 }))).detail["rule"]).toBe("work is done while its contract is active");
    expect(refusalOf(changed(renamed(SYSCALL.IPC_SEND, { capability: 7 }))).detail["rule"]).toBe("a capability is used by its holder");
    expect(refusalOf(changed(renamed(SYSCALL.MEASURE, { subject: 1 }))).detail["rule"]).toBe("an outcome is collected by its owner");
    expect(refusalOf(changed((frame) => [...frame.entries, entry(EVENT.CONTRACT_ACTIVATED, { domain: 1, contract: 1, subject: 1 })])).fault).toBe("TRACE_INCONSISTENT");
  });
});

describe("an inbox", () => {
  it("that is never empty keeps what has not been taken, in order", () => {
    const inbox = new Inbox();
    let taken = 0;
    let sent = 0;
    for (let tick = 1; tick < 2_000; tick++) {
      for (let more = tick < 100 ? 2 : 1; more > 0; more--) inbox.add({ from: 3, seq: sent++ }, tick);
      if (tick > 1) expect(inbox.take(tick)).toEqual({ from: 3, seq: taken++ });
    }
    expect(sent - taken).toBeGreaterThan(50);
  });
});

describe("an inbox, asked by hand", () => {
  const taken = (inbox: Inbox, now: number): unknown[] => { const all = []; for (let one = inbox.take(now); one !== undefined; one = inbox.take(now)) all.push(one.seq); return all; };
  const filled = (): Inbox => {
    const inbox = new Inbox();
    for (const [from, seq, now] of [[5, 0, 1], [4, 1, 1], [4, 0, 1], [3, 9, 2], [3, 8, 2]] as const) inbox.add({ from, seq }, now);
    return inbox;
  };

  it("shows what is there and on its way, without what was dropped", () => {
    const inbox = filled();
    expect(inbox.take(2)).toEqual({ from: 4, seq: 0 });
    inbox.drop({ from: 5, seq: 0 });
    expect(inbox.messages()).toEqual([{ from: 4, seq: 1 }, { from: 3, seq: 8 }, { from: 3, seq: 9 }]);
    expect([taken(inbox, 2), taken(inbox, 3)]).toEqual([[1], [8, 9]]);
  });

  it("parks the last message alone, and of its sender", () => {
    const inbox = filled();
    expect([inbox.park({ from: 3, seq: 9 }), inbox.park({ from: 4, seq: 8 }), inbox.park({ from: 3, seq: 8 }), inbox.park({ from: 3, seq: 8 })]).toEqual([false, false, true, false]);
    expect(new Inbox().park({ from: 3, seq: 8 })).toBe(false);
  });

  it("gives back what has not fallen due, once", () => {
    const inbox = filled();
    expect([inbox.withdraw({ from: 3, seq: 9 }, 2), inbox.withdraw({ from: 3, seq: 9 }, 2), inbox.withdraw({ from: 4, seq: 8 }, 2), inbox.withdraw({ from: 3, seq: 8 }, 3)]).toEqual([true, false, false, false]);
    expect([...taken(inbox, 2), ...taken(inbox, 3)]).toEqual([0, 1, 0, 8]);
  });

  it("of a process that ended has lost what was on its way, in order, and forgets what was there", () => {
    const inbox = filled();
    inbox.drop({ from: 5, seq: 0 });
    expect([inbox.close(2), inbox.left]).toEqual([true, 2]);
    expect([inbox.lose({ from: 3, seq: 8 }, 2), inbox.lose({ from: 3, seq: 9 }, 3), inbox.lose({ from: 4, seq: 8 }, 3), inbox.lose({ from: 3, seq: 8 }, 3), inbox.left, inbox.lose({ from: 3, seq: 9 }, 3), inbox.left, inbox.lose({ from: 3, seq: 9 }, 3)])
      .toEqual([false, false, false, true, 1, true, 0, false]);
    const other = filled();
    other.drop({ from: 9, seq: 9 });
    expect(other.close(3)).toBe(false);
  });
});

describe("timers", () => {
  it("are kept while they may be heard, and forgotten when there are many that cannot be", () => {
    const timers = new Timers();
    for (let seq = 0; seq < 600; seq++) timers.set(seq, 10 + seq, 0);
    expect([timers.get(0), timers.get(599)]).toEqual([10, 609]);
    for (let seq = 600; seq < 1_100; seq++) timers.set(seq, 10 + seq, 200);
    expect([timers.get(0), timers.get(189), timers.get(190), timers.get(1_099)]).toEqual([undefined, undefined, 200, 1_109]);
    timers.delete(190);
    timers.clear();
    expect([timers.get(190), timers.get(1_099)]).toEqual([undefined, undefined]);
  });
});

describe("ticks at which outcomes are due", () => {
  it("are as many as there are outcomes, the earliest first", () => {
    const due = new DueTicks();
    for (const tick of [7, 3, 9, 3, 5]) due.add(tick);
    const first: unknown[] = [];
    for (const tick of [3, 7, 3, 5, 9]) { first.push(due.first); due.remove(tick); }
    expect([...first, due.first]).toEqual([3, 3, 3, 5, 9, undefined]);
  });
});

describe("descent", () => {
  it("gives what was cut out of one, the last first, however many there are", () => {
    const descent = new Descent();
    for (let id = 2; id < 3_000; id++) descent.add(id, id % 2 === 0 ? 1 : 2);
    expect([[...descent.of(2)].length, [...descent.of(2)].slice(0, 2), [...descent.of(1)].at(-1), [...descent.of(3)], [...descent.of(9_999)]]).toEqual([1_499, [2_999, 2_997], 2, [], []]);
  });
});

describe("process names", () => {
  const here = { vhm: 0, node: 0 };
  const born = (id: number): Frame => kernelFrame(1, [entry(EVENT.PROCESS_DECLARED, { subject: id, body: declaration(`root/n#${id}`, 3) })]);
  const gone = (id: number): Frame => kernelFrame(1, [entry(SYSCALL.PROC_EXIT, { subject: id, body: pack({ cause: "exit" }) })]);

  it("are kept of the living, and of the last few thousand that ended", () => {
    const names = new ProcessNames(here);
    for (let id = 4; id < 10_000; id++) {
      names.learn(born(id));
      if (id !== 5) names.learn(gone(id));
    }
    expect([names.of(4).name, names.of(5).name, names.of(9_999).name, names.of(6_000).name, names.of(5_000).name]).toEqual(["#4", "root/n#5", "root/n#9999", "root/n#6000", "#5000"]);
  });
});
