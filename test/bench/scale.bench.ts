// Scale: what a turn costs as processes grow from ten to a hundred thousand, what a live process weighs, and ten million messages
// pending at once.
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { ProcessId } from "../../kernel-abi/ids.ts";
import type { Journal } from "../../kernel-abi/ports.ts";
import { createActor, createMachine } from "xstate";
import { defineProcess, type Child } from "../../runtime/app/index.ts";
import { fastestAlone, type Subjects } from "./alone.ts";
import { least, most, type Figure } from "./figure.ts";
import { collect, link, liveBytes, NO_JOURNAL, recordingOf, timed } from "./ground.ts";

const TOKENS = 10;
const TURNS = 500_000;
const ROUNDS = 2;

/** Processes in groups, because one turn records no more than 65,536 entries. */
const GROUP = 5_000;

/** Everybody is set up. */
const QUIET = "quiet";

/** `busy` of them pass `tokens` round; the others wait for a message that never comes. */
const ringOf = (processes: number, busy: number, tokens: number) => defineProcess({
  name: "ring",
  *run({ k }) {
    const links: Child[] = [];
    while (links.length < processes) {
      for (let n = 0; n < Math.min(GROUP, processes); n++) links.push(yield* k.spawn(link));
      yield* k.sleep(2);
    }
    for (let from = 0; from < busy; from += GROUP) {
      for (let at = from; at < Math.min(from + GROUP, busy); at++) yield* k.send(links[at]!, links[(at + 1) % busy]!.process);
      yield* k.sleep(2);
    }
    for (let token = 0; token < tokens; token++) {
      yield* k.send(links[Math.floor(token * busy / tokens)]!, 1);
      if (token % GROUP === GROUP - 1) yield* k.sleep(1);
    }
    yield* k.sleep(3);
    yield* k.log(QUIET);
    yield* k.receive();
  },
});

const STRETCHES = 3;

/** Seconds of `TURNS` turns once everybody is set up and what that left behind has been collected: the best of several such stretches. */
async function steady(processes: number, busy: number, tokens: number): Promise<number> {
  const ring = ringOf(processes, busy, tokens);
  let frames = -1;
  let began = 0n;
  let best = Infinity;
  const mark = (): void => {
    const now = process.hrtime.bigint();
    if (frames > TURNS) best = Math.min(best, Number(now - began) / 1e9); // the first stretch warms up
    began = now;
  };
  const journal: Journal = {
    ...NO_JOURNAL,
    append: ({ entries }) => {
      if (frames >= 0) {
        frames += 1;
        if (frames % TURNS === 0) mark();
      } else if (entries.some(({ code }) => code === SYSCALL.LOG)) {
        collect();
        frames = 0;
        mark();
      }
    },
  };
  const { end } = await timed(ring, recordingOf(ring, 2 * processes + 2 * busy + tokens + 1_000 + (STRETCHES + 1) * TURNS), journal);
  if (best === Infinity) throw new Error(`the ring of ${processes} ended ${end.status}: ${end.fault?.message ?? "no fault"}`);
  return best;
}

export const alone = {
  few: () => steady(10, 10, TOKENS),
  thousand: () => steady(1_000, 10, TOKENS),
  many: () => steady(100_000, 10, TOKENS),
  walked: () => steady(100_000, 100_000, TOKENS),
} as const satisfies Subjects;

async function ofProcesses(): Promise<readonly Figure[]> {
  const { few, thousand, many, walked } = await fastestAlone(import.meta.url, ROUNDS, ["few", "thousand", "many", "walked"]);
  const nanoseconds = (seconds: number): number => 1e9 * seconds / TURNS;
  return [
    { name: "a turn, 10 of 10 processes busy", value: nanoseconds(few), unit: "ns" },
    { name: "a turn, 10 of 1,000 processes busy", value: nanoseconds(thousand), unit: "ns" },
    { name: "a turn, 10 of 100,000 processes busy", value: nanoseconds(many), unit: "ns" },
    { name: "cost of a turn, 100,000 / 10 processes", value: many / few, unit: "ratio", goal: most(1.25) },
    { name: "a turn, each of 100,000 processes in its turn (cold memory)", value: nanoseconds(walked), unit: "ns" },
    { name: "cost of a turn, cold / warm", value: walked / few, unit: "ratio" },
  ];
}

const CROWD = 100_000;

/** The least a suspended body of the kind weighs without us. */
function* bare(): Generator<number, void, number> {
  const next = yield 0;
  for (;;) yield next;
}

async function ofMemory(): Promise<readonly Figure[]> {
  const bodies: Generator<number, void, number>[] = [];
  const before = liveBytes();
  for (let n = 0; n < CROWD; n++) {
    const body = bare();
    body.next();
    bodies.push(body);
  }
  const own = (liveBytes() - before) / bodies.length;
  bodies.length = 0;
  const actors: unknown[] = [];
  const toggle = createMachine({ initial: "a", states: { a: { on: { GO: "b" } }, b: { on: { GO: "a" } } } });
  const beforeActors = liveBytes();
  for (let n = 0; n < CROWD / 10; n++) actors.push(createActor(toggle).start());
  const actor = (liveBytes() - beforeActors) / actors.length;
  actors.length = 0;

  const held = await heldBy(CROWD) - await heldBy(1);
  const each = held / (CROWD - 1);
  return [
    { name: "a live process, beside its own suspended body", value: each - own, unit: "bytes", goal: most(1_024) },
    { name: "a suspended body of its own", value: own, unit: "bytes" },
    { name: "an XState actor / a live process with its body", value: actor / each, unit: "ratio", goal: least(1) },
  ];
}

/** Live bytes when so many processes live and wait, and nothing else happens. */
async function heldBy(processes: number): Promise<number> {
  let bytes = 0;
  const idle = ringOf(processes, processes, 0);
  const journal: Journal = { ...NO_JOURNAL, append: ({ entries }) => { if (entries.some(({ code }) => code === SYSCALL.LOG)) bytes = liveBytes(); } };
  await timed(idle, recordingOf(idle, 10_000_000), journal);
  if (bytes === 0) throw new Error("nobody ever was quiet");
  return bytes;
}

const FLOOD = 50_000;

const sink = defineProcess({ name: "sink", *run({ k }) { for (;;) yield* k.receive(); } });
const flooder = defineProcess({
  name: "flooder",
  *run({ k }) {
    const { body: sinks } = yield* k.receive<ProcessId[]>();
    for (let at = 0; at < FLOOD; at++) yield* k.send(sinks[at % sinks.length]!, 1);
  },
});

/** All flooders write in one tick: `messages` are pending before the first is delivered. */
const flood = (messages: number) => defineProcess({
  name: "flood",
  *run({ k }) {
    const sinks: Child[] = [];
    for (let n = 0; n < 1_000; n++) sinks.push(yield* k.spawn(sink));
    for (let n = 0; n < messages; n += FLOOD) yield* k.send(yield* k.spawn(flooder), sinks.map(({ process }) => process));
    yield* k.receive();
  },
});

async function ofPending(): Promise<readonly Figure[]> {
  const perMessage = async (messages: number): Promise<number> => {
    const root = flood(messages);
    return (await timed(root, recordingOf(root, 1_000_000_000), NO_JOURNAL)).seconds / messages;
  };
  await perMessage(500_000);
  const few = Math.min(await perMessage(500_000), await perMessage(500_000));
  const many = Math.min(await perMessage(10_000_000), await perMessage(10_000_000));
  return [
    { name: "a message sent and taken, 500,000 pending", value: 1e9 * few, unit: "ns" },
    { name: "a message sent and taken, 10,000,000 pending", value: 1e9 * many, unit: "ns" },
    { name: "10,000,000 / 500,000 pending", value: many / few, unit: "ratio", goal: most(1.5) },
  ];
}

export async function run(): Promise<readonly Figure[]> {
  return [...await ofProcesses(), ...await ofMemory(), ...await ofPending()];
}
