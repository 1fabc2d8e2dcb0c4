// One denied call, seen from everywhere: a process that lost (or never had) the capability a syscall needs makes the call, and the
// whole run is compared with the one in which it does not.
import type { VerbName } from "../../kernel-abi/capability.ts";
import type { Entry, Frame } from "../../kernel-abi/frame.ts";
import type { Operation } from "../../kernel-abi/operation.ts";
import { SYSCALL, type SyscallName } from "../../kernel-abi/syscall.ts";
import { k } from "../../domains/k/api/operations.ts";
import { encodeFrame } from "../../replay/entry/writer.ts";
import { allVerbs, run } from "./run.ts";
import { codeOf, toy } from "./toy.ts";

type Part<R> = Generator<Operation, R, unknown>;

/** A call that needs `verb`, and what has to happen before it can be made at all. */
export interface Call<S = unknown> {
  readonly what: string;
  readonly verb: VerbName;
  /** The syscall that records the refusal, when it is not the one the row is for. */
  readonly recorded?: SyscallName;
  /** Needs the capability `spent` times itself. */
  readonly prepare: () => Part<S>;
  readonly spent: number;
  /** Whether a process can live without the verb: binding a domain needs all of its verbs. */
  readonly withheld: boolean;
  /** The call is no use of the capability, and may be made when that is used up. */
  readonly unmetered?: boolean;
  readonly call: (prepared: S) => Part<unknown>;
}

/** How a capability is lost. */
export type Way = "withheld" | "revoked" | "expired" | "not yet valid" | "used up";
export const waysOf = ({ spent, withheld, unmetered = false }: Pick<Call, "spent" | "withheld" | "unmetered">): readonly Way[] =>
  [...(withheld && spent === 0 ? ["withheld"] as const : []), "revoked", "expired", ...(spent === 0 ? ["not yet valid"] as const : []), ...(unmetered ? [] : ["used up"] as const)];

const LATER = 40;
const scopeFor = (way: Way, spent: number): object =>
  (way === "expired" ? { until: LATER } : way === "not yet valid" ? { from: 1_000 } : way === "used up" ? { uses: spent } : {});

function* revokeOwn(verb: VerbName): Part<void> {
  for (const held of yield* k.capabilities()) if (held.verb === verb) yield* k.revoke(held.capability);
}

/** What the process holds, after the call as before. */
function* census(): Part<unknown> {
  return (yield* k.capabilities()).map(({ verb, usesLeft, revoked }) => [verb, usesLeft, revoked]);
}

function denying<S>({ verb, prepare, call, spent }: Call<S>, way: Way, attempt: boolean, answers: string[]): Parameters<typeof run>[0] {
  const subject = toy("subject", ["Q", "PHI"], function* () {
    const prepared = yield* prepare();
    if (way === "revoked") yield* revokeOwn(verb);
    yield* k.receive(); // sent when everything that can expire has
    if (attempt) answers.push(yield* codeOf(call(prepared)));
    return yield* census();
  });
  const grants = allVerbs.filter((each) => way !== "withheld" || each !== verb)
    .map((each) => ({ verb: each, scope: each === verb ? scopeFor(way, spent) : {} }));
  return toy("root", ["Q", "PHI"], function* () {
    const child = yield* k.spawn(subject as never, undefined as never, { grants });
    yield* k.sleep(LATER + 1);
    yield* k.send(child, "now");
    return yield* k.join(child);
  });
}

export interface Denied {
  /** What the call gave the program. */
  readonly answer: string | undefined;
  readonly refused: readonly Entry[];
  /** The run's frames without the refused entry, and those of a run without the call; hex. */
  readonly without: readonly string[];
  readonly control: readonly string[];
}

const hex = (frames: readonly Frame[]): string[] => frames.map((frame) => Buffer.from(encodeFrame(frame)).toString("hex"));

export async function deny<S>(name: SyscallName, call: Call<S>, way: Way): Promise<Denied> {
  const answers: string[] = [];
  const tried = await run(denying(call, way, true, answers));
  const control = await run(denying(call, way, false, answers));
  const isRefusal = ({ code, verdict }: Entry): boolean => code === SYSCALL[call.recorded ?? name] && verdict !== 0;
  const without = tried.frames.map((frame) => ({ ...frame, entries: frame.entries.filter((entry) => !isRefusal(entry)) }));
  return { answer: answers[0], refused: tried.frames.flatMap(({ entries }) => entries.filter(isRefusal)), without: hex(without), control: hex(control.frames) };
}
