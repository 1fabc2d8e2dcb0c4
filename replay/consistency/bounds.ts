// What a run may use, by its header: no turn is taken, nothing sent and nothing measured beyond it, and who ends bounded names a bound as it is.
import { TURN_END, type Entry, type TurnFrame } from "../../kernel-abi/frame.ts";
import { WAIT } from "../../kernel-abi/envelope.ts";
import { field } from "../entry/body.ts";
import type { World } from "./world.ts";

/** Before a turn: one that finds a bound used up is not taken. */
export function turn(world: World, { end }: TurnFrame): void {
  const { header: { bounds, slice }, turns, bytes } = world;
  world.require(turns < bounds.turns && bytes < bounds.bytes, "a run takes no turn beyond its bounds", { turns, bytes });
  world.require(slice !== undefined || end.kind !== TURN_END.WAITING || end.on !== WAIT.SLICE, "a turn is cut where the run has time slices");
}

/** Behind a frame. */
export function used(world: World, entries: readonly Entry[]): void {
  const { header: { bounds }, moment: { tick }, messages, shots } = world;
  for (let at = 0; at < entries.length; at++) world.bytes += (entries[at] as Entry).body.length;
  world.require(tick <= bounds.ticks && messages <= bounds.messages && shots <= bounds.shots, "a run stays within its bounds", { messages, shots });
}

/** RUN_END of a run that ended bounded. */
export function ended(world: World, fault: unknown): void {
  const { header: { bounds }, turns, bytes } = world;
  const detail = field(fault, "detail");
  const bound = (Object.keys(bounds) as (keyof typeof bounds)[]).find((name) => name === field(detail, "bound"));
  world.require(bound !== undefined && field(detail, "limit") === bounds[bound], "a bounded run names the bound that was reached");
  world.require((bound !== "turns" || turns === bounds.turns) && (bound !== "bytes" || bytes >= bounds.bytes), "a bounded run has used up its bound", { turns, bytes });
}
