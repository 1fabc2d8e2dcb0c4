// The causal cone, held against what a trace says of itself: on the golden traces every cause is checked against the two events
// it joins, and every cone against a search of its own.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TURN_END, type Frame } from "../../../kernel-abi/frame.ts";
import { DELIVERY } from "../../../kernel-abi/envelope.ts";
import { walk } from "../../../replay/bundle.ts";
import { Causality, type Antecedent } from "../../../replay/causes.ts";
import { cone } from "../../../replay/cone.ts";
import { events, pattern } from "../../../replay/list.ts";
import { memorySource } from "../../../runtime/adapters/memory.ts";

const folder = join(import.meta.dirname, "../../golden/0.1.0");
const source = (name: string): ReturnType<typeof memorySource> => memorySource(readFileSync(join(folder, `${name}.triad`)));
const NAMES = readdirSync(folder).map((file) => file.replace(".triad", ""));

interface Node { readonly frame: Frame; readonly causes: readonly Antecedent[] }
function graph(name: string): readonly Node[] {
  const causality = new Causality();
  return [...walk(source(name))].map(({ frame }) => ({ frame: structuredClone(frame), causes: causality.next(frame) }));
}

describe.each(NAMES)("%s", (name) => {
  const nodes = graph(name);
  const all = [...events(source(name))];

  it("names the very event behind every message, start, exit and outcome", () => {
    for (const { frame, causes } of nodes) {
      if (frame.kind !== "turn") continue;
      const { kind, from, seq } = frame.delivery;
      const of = (why: string): Antecedent | undefined => causes.find((cause) => cause.why === why);
      const event = (why: string): string | undefined => all[(of(why)?.event ?? 0) - 1]?.eventType;
      if (kind === DELIVERY.MESSAGE && from !== frame.actor) {
        expect([event("sent"), of("sent")?.actor]).toEqual(["IPC_SEND", from]);
        const sends = all.filter(({ processId, eventType, verdict }) => processId === from && eventType === "IPC_SEND" && verdict === 0);
        expect(sends.map(({ eventId }) => eventId)).toContain(of("sent")?.event);
        expect(all[(of("sent")?.event ?? 0) - 1]?.metadata["subject"]).toBe(frame.actor);
      }
      if (kind === DELIVERY.START) expect(event("spawned")).toBe(from === 0 ? "PROCESS_DECLARED" : "PROC_SPAWN");
      if (kind === DELIVERY.EXIT) expect([of("exited")?.actor, event("exited")?.startsWith("PROC_EXIT") === true || event("exited") === "JOB_ABANDONED"]).toEqual([from, true]);
      if (kind === DELIVERY.OUTCOME) expect([event("answered"), all[(of("answered")?.event ?? 0) - 1]?.metadata["subject"]]).toEqual(["JOB_OUTCOME", seq]);
    }
  });

  it("delivers each message once, from an event before it, in the order of its sender", () => {
    const last = new Map<string, number>();
    nodes.forEach(({ frame, causes }, at) => {
      for (const { why, frame: of, event, actor } of causes) {
        expect(of).toBeLessThan(at);
        if (why !== "sent") continue;
        const pair = `${actor}>${frame.actor}`;
        expect(event).toBeGreaterThan(last.get(pair) ?? 0);
        last.set(pair, event);
      }
    });
  });

  it("is exactly what a search from the actor's last frame reaches", () => {
    const actors = [...new Set(all.map(({ processName }) => processName))].filter((actor) => actor.startsWith("root"));
    for (const actor of actors.slice(0, 8)) {
      const found = cone(source(name), { actor: pattern(actor) });
      const id = all.find(({ processName }) => processName === actor)?.processId;
      const reached = new Set<number>();
      const open = nodes.map((_, at) => at).filter((at) => nodes[at]?.frame.actor === id);
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        if (reached.has(at)) continue;
        reached.add(at);
        const node = nodes[at];
        for (const { frame } of node?.causes ?? []) open.push(frame);
        for (let before = at - 1; before >= 0; before--) if ((node?.frame.actor ?? 0) > 2 && nodes[before]?.frame.actor === node?.frame.actor) open.push(before);
      }
      const members = [...found.members()];
      expect(members.map(({ frame }) => frame)).toEqual([...reached].sort((a, b) => a - b));
      expect([found.frames, found.of, found.actors]).toEqual([reached.size, nodes.length, [actor]]);
      expect(found.turns).toBe(members.filter(({ own, turn }) => own && turn).length);
    }
  });
});

describe("a cone", () => {
  it("leaves out what only happened at the same time", () => {
    const { members, frames, of } = cone(source("jobs"), { actor: pattern("root/impatient#1") });
    expect(frames).toBeLessThan(of);
    expect([...members()].some(({ actor }) => actor.startsWith("service."))).toBe(false);
  });

  it("stops at a tick, and is empty for nobody", () => {
    const early = cone(source("family"), { actor: pattern("root"), until: 3 });
    expect([...early.members()].every(({ tick }) => tick <= 3)).toBe(true);
    expect(early.of).toBeLessThan(cone(source("family"), { actor: pattern("root") }).of);
    expect(cone(source("family"), { actor: pattern("nobody") })).toMatchObject({ actors: [], frames: 0, turns: 0 });
  });

  it("does not follow what an aborted turn tried", () => {
    const nodes = NAMES.flatMap((name) => [graph(name)]);
    const aborted = nodes.flatMap((all) => all.flatMap(({ frame }, at) => (frame.kind === "turn" && frame.end.kind === TURN_END.ABORTED ? [{ all, at }] : [])));
    for (const { all, at } of aborted) expect(all.flatMap(({ causes }) => causes).some((cause) => cause.frame === at && cause.why !== "exited")).toBe(false);
    expect(aborted.length).toBeGreaterThan(5);
  });
});
