// Trace events: frames flattened, one record per event with the union of the fields of XDV-071 and XDV-034.
//   J15  Events are numbered from 1 in the order of the bytes; nothing about them is stored, all of it is derived.
//   J16  hashCurrent = SHA-256(03 ‖ hashPrev ‖ the event's bytes); the first event of a block has the chain's head as hashPrev.
import { WAIT } from "../../kernel-abi/envelope.ts";
import { DOMAINS, type DomainName } from "../../kernel-abi/domain.ts";
import { faultByCode } from "../../kernel-abi/fault.ts";
import { toHex } from "../../kernel-abi/canonical.ts";
import { entryName, TURN_END, type Entry, type Frame, type TurnFrame } from "../../kernel-abi/frame.ts";
import { sha256 } from "../sha256.ts";
import type { PlacedFrame } from "../bundle.ts";
import type { ChainedUnit } from "../units.ts";
import { bodyOf, field } from "./body.ts";
import { eventEnds } from "./count.ts";
import type { ProcessNames } from "./names.ts";

/** Version of this record, for consumers of JSON output. */
export const EVENT_SCHEMA = 1;

export const TURN_EVENTS = ["TURN_DELIVERED", "TURN_WAITING", "TURN_FINISHED", "TURN_ABORTED"] as const;
const COMPLETION: Readonly<Record<TurnFrame["end"]["kind"], (typeof TURN_EVENTS)[number]>> = Object.freeze({
  [TURN_END.WAITING]: "TURN_WAITING",
  [TURN_END.FINISHED]: "TURN_FINISHED",
  [TURN_END.ABORTED]: "TURN_ABORTED",
});
const DELIVERY_NAMES: readonly string[] = Object.keys(WAIT);
export const deliveryName = (kind: number): string => DELIVERY_NAMES[kind] ?? `#${kind}`;

/** Event_Metadata without the body: numbers and names only. */
export type EventMetadata = Readonly<Record<string, string | number>>;

/** In XDV-071 order: Event_ID, Domain, Process_ID, VHM_ID, Capability_ID, Resource_Contract_ID, Event_Type, Event_Metadata, Logical_Timestamp, hashes. */
export interface TraceEvent {
  readonly schema: typeof EVENT_SCHEMA;
  readonly eventId: number;
  readonly domain: DomainName;
  readonly processId: number;
  readonly processName: string;
  readonly vhmId: number;
  readonly nodeId: number;
  /** 0: none. */
  readonly capabilityId: number;
  /** 0: none. */
  readonly contractId: number;
  readonly eventType: string;
  readonly metadata: EventMetadata;
  /** MessagePack; empty where there is nothing to say. */
  readonly body: Uint8Array;
  readonly tick: number;
  /** Outcome_Status (034): 0, or the fault's code; and its name. */
  readonly verdict: number;
  readonly outcome: string;
  /** Bytes of the event within its block, and the block. */
  readonly block: number;
  readonly hashes: () => { readonly prev: string; readonly current: string };
}

const HASH_PREFIX = Uint8Array.of(3);

/** Hash_Prev and Hash_Current of one block's events, computed as far as they are asked for. */
class BlockHashes {
  readonly #payload: Uint8Array;
  readonly #hashes: Uint8Array[];
  readonly #ends: number[] = [0];
  constructor(block: ChainedUnit) {
    this.#payload = block.payload;
    this.#hashes = [block.headBefore];
  }

  /** Enters events that end at these bytes of the block; returns the index of the first. */
  add(start: number, ends: readonly number[]): number {
    const first = this.#ends.length;
    for (const end of ends) this.#ends.push(start + end);
    return first;
  }

  of(index: number): { prev: string; current: string } {
    for (let next = this.#hashes.length; next <= index; next++) {
      const bytes = this.#payload.subarray(this.#ends[next - 1], this.#ends[next]);
      this.#hashes.push(sha256(HASH_PREFIX, this.#hashes[next - 1] as Uint8Array, bytes));
    }
    return { prev: toHex(this.#hashes[index - 1] as Uint8Array), current: toHex(this.#hashes[index] as Uint8Array) };
  }
}

interface Draft {
  readonly eventType: string;
  readonly metadata: EventMetadata;
  readonly verdict: number;
  readonly domain: number;
  readonly capability: number;
  readonly contract: number;
  readonly body: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);
const ofEntry = (entry: Entry): Draft => ({
  eventType: entryName(entry.code) ?? `#${entry.code}`,
  metadata: { subject: entry.subject },
  verdict: entry.verdict,
  domain: entry.domain,
  capability: entry.capability,
  contract: entry.contract,
  body: entry.body,
});

const ofDelivery = ({ delivery, ready }: TurnFrame): Draft => ({
  eventType: "TURN_DELIVERED",
  metadata: { delivery: deliveryName(delivery.kind), from: delivery.from, seq: delivery.seq, ready },
  verdict: 0, domain: 0, capability: 0, contract: 0, body: NO_BYTES,
});

function ofEnd({ end }: TurnFrame): Draft {
  const code = end.kind === TURN_END.ABORTED ? field(bodyOf(end.body), "code") : 0;
  const metadata: EventMetadata = end.kind === TURN_END.WAITING ? { on: deliveryName(end.on), subject: end.subject } : {};
  return { eventType: COMPLETION[end.kind], metadata, verdict: typeof code === "number" ? code : 0, domain: 0, capability: 0, contract: 0, body: end.body };
}

const draftsOf = (frame: Frame): readonly Draft[] =>
  (frame.kind === "kernel" ? frame.entries.map(ofEntry) : [ofDelivery(frame), ...frame.entries.map(ofEntry), ofEnd(frame)]);

/** Flattens frames in order, across blocks. */
export class Events {
  readonly #names: ProcessNames;
  #block: ChainedUnit | undefined;
  #hashes: BlockHashes | undefined;
  #count = 0;
  constructor(names: ProcessNames) { this.#names = names; }

  /** Numbered so far. */
  get count(): number { return this.#count; }

  of(placed: PlacedFrame): readonly TraceEvent[] {
    const { frame, block, start, end } = placed;
    const hashes = this.#hashesOf(block);
    const first = hashes.add(start, eventEnds(frame, end - start));
    const { name, vhm, node } = this.#names.of(frame.actor);
    this.#names.learn(frame);
    return draftsOf(frame).map(({ domain, capability, contract, ...draft }, index) => ({
      schema: EVENT_SCHEMA,
      eventId: (this.#count += 1),
      domain: DOMAINS[domain] ?? "K",
      processId: frame.actor, processName: name, vhmId: vhm, nodeId: node,
      capabilityId: capability, contractId: contract,
      ...draft,
      tick: frame.tick,
      outcome: draft.verdict === 0 ? "OK" : faultByCode(draft.verdict) ?? `#${draft.verdict}`,
      block: block.index,
      hashes: () => hashes.of(first + index),
    }));
  }

  #hashesOf(block: ChainedUnit): BlockHashes {
    if (this.#hashes === undefined || this.#block?.offset !== block.offset) {
      this.#block = block;
      this.#hashes = new BlockHashes(block);
    }
    return this.#hashes;
  }
}
