// A run of any number of events, its verification and its replay, each in a process of its own, which tells at each tenth of the way
// how much of it is resident (large.main.ts starts them).
//   large-generations.ts record PATH EVENTS | verify PATH | replay PATH
import process from "node:process";
import { DEFAULT_BOUNDS } from "../../kernel-abi/limits.ts";
import type { ByteSource } from "../../kernel-abi/ports.ts";
import { openBundle } from "../../replay/bundle.ts";
import { eventCount } from "../../replay/entry/count.ts";
import { replay } from "../../replay/replayer.ts";
import { verify } from "../../replay/verify.ts";
import { openSource } from "../../runtime/adapters/files.ts";
import { execute, runMachine } from "../../runtime/app/execute.ts";
import { createRunner, liveOutcomes } from "../../runtime/app/outcomes.ts";
import { record } from "../../runtime/app/record.ts";
import { ALL, KINDS, runOf, type Kind, type Lengths } from "../support/generations.ts";
import { testSigner } from "../support/signer.ts";

const TENTHS = 10;
const MEBIBYTE = 2 ** 20;

/** Says how much is resident whenever another tenth of `whole` has been passed. */
function tenths(whole: number): (at: number) => void {
  let told = 0;
  const seen: string[] = [];
  return (at) => {
    while (told < TENTHS && at >= (whole * (told + 1)) / TENTHS) {
      told += 1;
      seen.push(String(Math.round(process.memoryUsage.rss() / MEBIBYTE)));
      if (told === TENTHS) console.log(`  MiB resident at each tenth: ${seen.join(" ")}`);
    }
  };
}

/** Events of one generation of each, so that each makes a quarter of them all. */
async function lengthsFor(events: number): Promise<Lengths> {
  const sample = 400;
  const count = async (kind: Kind, generations: number): Promise<number> => {
    let sum = 0;
    await execute({ ...runOf(kind, generations), journal: { append: (frame) => { sum += eventCount(frame); }, barrier: () => undefined }, outcomes: liveOutcomes(createRunner({ workers: 0 })) });
    return sum;
  };
  const found = await Promise.resolve(Object.keys(KINDS) as Kind[]).then(async (kinds) => {
    const lengths: [Kind, number][] = [];
    for (const kind of kinds) lengths.push([kind, Math.ceil((events / 4 / (await count(kind, 2 * sample) - await count(kind, sample))) * sample)]);
    return lengths;
  });
  return Object.fromEntries(found) as Lengths;
}

async function make(path: string, events: number): Promise<void> {
  const lengths = await lengthsFor(events);
  console.log(`  generations: ${Object.entries(lengths).map(([kind, length]) => `${kind} ${length}`).join(", ")}`);
  const tell = tenths(events);
  let sum = 0;
  const bounds = { ...DEFAULT_BOUNDS, bytes: Number.MAX_SAFE_INTEGER };
  const observer = { frame: (frame: Parameters<typeof eventCount>[0]): void => { tell(sum += eventCount(frame)); } };
  const { end, sealed } = await record({ program: ALL, input: lengths, out: path, seed: "generations", workers: 0, signer: testSigner(), bounds, replace: true, observer });
  tell(events);
  if (end.status !== "completed") throw new Error(end.status);
  console.log(`  ${sealed.events} events in ${sealed.frames} frames, ${sealed.bytes} bytes`);
}

/** A trace whose reader is followed. */
function followed(path: string): ByteSource & { close(): void } {
  const source = openSource(path);
  const tell = tenths(source.size);
  return {
    size: source.size,
    read: (offset, length) => {
      tell(offset + length);
      return source.read(offset, length);
    },
    close: () => { source.close(); },
  };
}

const [verb, path = "", events = "0"] = process.argv.slice(2);
if (verb === "record") await make(path, Number(events));
else {
  const source = followed(path);
  if (verb === "verify") verify(source);
  else if (!(await replay(openBundle(source), runMachine(ALL))).complete) throw new Error("not to its end");
  source.close();
}
