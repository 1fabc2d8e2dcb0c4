// Recorder: the journal that keeps. Owns the open block; writes a bundle to a sink, unit by unit, and seals it.
//   J9   A block closes at LIMITS.block_frames_max frames, before it would pass block_bytes_max bytes, or at a barrier;
//        a frame larger than a block has one of its own. Where blocks end is part of the digest.
//   J10  What has been handed to the sink is never written again; an open block is lost with the process, a closed one is not.
import { sameBytes, toHex } from "../kernel-abi/canonical.ts";
import { EVENT, type Entry, type Frame } from "../kernel-abi/frame.ts";
import type { Durability, HostFacts } from "../kernel-abi/header.ts";
import { invariant } from "../kernel-abi/invariant.ts";
import { LIMITS } from "../kernel-abi/limits.ts";
import type { ByteSink, Journal, Recording, RunEnd, Signer } from "../kernel-abi/ports.ts";
import { FORMAT_VERSION } from "../kernel-abi/version.ts";
import { END_MARK, LEAF_PREFIX, nextHead, putUnitHead, TAG, unit } from "./chain.ts";
import { eventCount } from "./entry/count.ts";
import { FrameWriter } from "./entry/writer.ts";
import { MerkleTree } from "./merkle.ts";
import { openingOf, type Opening } from "./opening.ts";
import { makeSeal, type SealFacts } from "./seal.ts";
import { sha256 } from "./sha256.ts";
import type { ChainedUnit } from "./units.ts";

/** Room that is used again. Whoever takes some has it alone until it is given back; it may hold anything, and may have been exchanged for more. */
export interface Rooms {
  take(): Uint8Array;
  giveBack(room: Uint8Array): void;
}

export interface RecorderOptions {
  /** What is run, or that as it stands at the beginning of its file. */
  readonly recording: Recording | Opening;
  readonly sink: ByteSink;
  /** Where room for the open block comes from, and goes back to when the run has ended. */
  readonly rooms?: Rooms;
  /** `power` syncs each block; `process` (default) leaves closed blocks to the operating system. */
  readonly durability?: Durability;
  /** Asked when a block of so many frames closes, before it is written: the leaf hash of its unit, if somebody has hashed the same bytes before. */
  readonly hashed?: (unit: Uint8Array, frames: number) => Uint8Array | undefined;
}

export interface Counts {
  readonly blocks: number;
  readonly frames: number;
  readonly events: number;
  /** Handed to the sink so far. */
  readonly bytes: number;
}

/** Between two frames of the run, in the terms of its blocks: what was put down here is found again in a journal of the same run. */
export interface Standing {
  /** Of the block whose frames are being gathered, and the chain's head before it. */
  readonly block: number;
  readonly head: string;
  /** In the blocks before it. */
  readonly frames: number;
  readonly events: number;
  /** Frames gathered in it so far, and what their bytes hash to. */
  readonly open: number;
  readonly gathered: string;
  /** Events so far, those of the frames gathered included. */
  readonly event: number;
}

export interface Sealed extends Counts {
  readonly digest: string;
  readonly merkleRoot: string;
  readonly keyId: string;
}

const joined = (first: Uint8Array, second: Uint8Array): Uint8Array => new Uint8Array(Buffer.concat([first, second]));

/** What stands before the frames of the open block, so that it is hashed and written where it is: the leaf's prefix, tag and length. */
const FRONT = Uint8Array.of(...LEAF_PREFIX, TAG.block, 0, 0, 0, 0);
const UNIT_AT = LEAF_PREFIX.length;
const FRAMES_AT = FRONT.length;
const FULL_AT = FRAMES_AT + LIMITS.block_bytes_max;

export class Recorder implements Journal {
  readonly #sink: ByteSink;
  readonly #durability: Durability;
  readonly #hashed: (unit: Uint8Array, frames: number) => Uint8Array | undefined;
  readonly #tree = new MerkleTree();
  readonly #rooms: Rooms | undefined;
  readonly #writer: FrameWriter;
  #head: Uint8Array;
  #open = 0;
  #frames = 0;
  #events = 0;
  /** In closed blocks. */
  #closedEvents = 0;
  #bytes = 0;
  #last: Entry | undefined;
  #ended = false;
  #sealed = false;

  /** Writes preamble, header, program and inputs. @throws Fault ABI_UNENCODABLE when JSON cannot carry one of them, ABI_LIMIT */
  constructor({ recording, sink, durability = "process", hashed = () => undefined, rooms }: RecorderOptions) {
    this.#sink = sink;
    this.#hashed = hashed;
    this.#durability = durability;
    this.#rooms = rooms;
    this.#writer = new FrameWriter(rooms?.take(), FRONT);
    const { pieces, head } = "pieces" in recording ? recording : openingOf(recording);
    for (const piece of pieces) this.#put(piece);
    this.#head = head;
    this.#settle();
  }

  /** Chain head, hex, over everything in closed blocks; the run's digest once RUN_END is in one. */
  get digest(): string { return toHex(this.#head); }
  get counts(): Counts { return { blocks: this.#tree.size, frames: this.#frames, events: this.#events, bytes: this.#bytes }; }

  get frames(): number { return this.#frames; }
  get standing(): Standing { return { block: this.#tree.size, head: toHex(this.#head), ...this.closed, open: this.#open, gathered: toHex(sha256(this.gathered)), event: this.#events }; }

  /** In closed blocks. */
  get closed(): Pick<Counts, "frames" | "events"> { return { frames: this.durable, events: this.#closedEvents }; }
  /** The frames of the open block; a view. */
  get gathered(): Uint8Array { return this.#writer.bytes.subarray(FRAMES_AT, this.#writer.length); }

  /** Frames in closed blocks: what a kill of the process leaves. */
  get durable(): number { return this.#frames - this.#open; }

  /** Takes over blocks of the same run as they are, with how many frames and events they hold, before it appends anything of its own. */
  adopt(blocks: Iterable<ChainedUnit>, { frames, events }: Pick<Standing, "frames" | "events">): void {
    for (const { payload, headBefore, leaf, head } of blocks) {
      invariant(this.#frames === 0 && sameBytes(headBefore, this.#head), "J10", "blocks of another run");
      this.#head = head.slice();
      this.#tree.append(leaf);
      this.#put(joined(unit("block", payload), this.#head));
    }
    this.#settle();
    this.#frames = frames;
    this.#events = this.#closedEvents = events;
  }

  /** @throws Fault ABI_UNENCODABLE for a frame the format cannot carry; it leaves no trace then. */
  append(frame: Frame): void {
    this.#enter(frame, this.#writer.write(frame));
  }

  /** As `append`, if `same` says so of its bytes, which stand from `from` to `to`; otherwise it leaves no trace. */
  appendIf(frame: Frame, same: (bytes: Uint8Array, from: number, to: number) => boolean): boolean {
    const writer = this.#writer;
    const size = writer.write(frame);
    const to = writer.length;
    if (same(writer.bytes, to - size, to)) {
      this.#enter(frame, size);
      return true;
    }
    writer.length = to - size;
    return false;
  }

  #enter(frame: Frame, size: number): void {
    invariant(!this.#ended, "J9", "nothing follows the end");
    if (this.#open > 0 && this.#writer.length > FULL_AT) this.#closeBefore(size);
    this.#open += 1;
    this.#frames += 1;
    this.#events += eventCount(frame);
    const { entries } = frame;
    this.#last = entries[entries.length - 1];
    if (this.#open === LIMITS.block_frames_max || this.#writer.length >= FULL_AT) this.#close();
  }

  barrier(): void {
    if (this.#open > 0) this.#close();
  }

  /** Closes the last block and writes the seal. The last entry must be RUN_END. */
  seal({ signer, host, end }: { readonly signer: Signer; readonly host: HostFacts; readonly end: Pick<RunEnd, "status"> }): Sealed {
    const facts = this.ended({ host, end });
    return this.finish(facts, makeSeal(facts, signer), signer.keyId);
  }

  /** Closes the last block; what is to be sealed of the run. The last entry must be RUN_END. */
  ended({ host, end }: { readonly host: HostFacts; readonly end: Pick<RunEnd, "status"> }): SealFacts {
    this.barrier();
    invariant(!this.#ended && this.#last?.code === EVENT.RUN_END, "J9", "a seal follows RUN_END, once");
    this.#ended = true;
    this.#rooms?.giveBack(this.#writer.leave());
    return { ...this.counts, digest: this.digest, merkleRoot: toHex(this.#tree.root()), format: FORMAT_VERSION, status: end.status, durability: this.#durability, host };
  }

  /** Writes the seal that was made of what `ended` gave. */
  finish({ digest, merkleRoot }: SealFacts, envelope: Uint8Array, keyId: string): Sealed {
    invariant(this.#ended && !this.#sealed && digest === this.digest, "J9", "a seal follows RUN_END, once");
    this.#put(unit("seal", envelope));
    this.#settle(); // the mark claims a whole seal: it must not be on the disk before it
    this.#put(END_MARK);
    this.#sink.sync();
    this.#sealed = true;
    return { ...this.counts, digest, merkleRoot, keyId };
  }

  /** The last frame, of `size` bytes, opens the next block. */
  #closeBefore(size: number): void {
    const frame = this.#writer.cut(this.#writer.length - size);
    this.#close();
    this.#writer.put(frame);
  }

  /** Chains and writes the open block. */
  #close(): void {
    const writer = this.#writer;
    const end = writer.length;
    putUnitHead(writer.bytes, UNIT_AT, TAG.block, end - FRAMES_AT);
    const leaf = this.#hashed(writer.bytes.subarray(UNIT_AT, end), this.#open) ?? sha256(writer.bytes.subarray(0, end));
    this.#head = nextHead(this.#head, leaf);
    this.#tree.append(leaf);
    writer.put(this.#head);
    const block = writer.bytes.subarray(UNIT_AT, writer.length);
    writer.length = FRAMES_AT;
    this.#open = 0;
    this.#closedEvents = this.#events;
    this.#put(block);
    this.#settle();
  }

  #settle(): void {
    if (this.#durability === "power") this.#sink.sync();
  }

  /** In one write: what is torn then is torn at the end of a unit, or within a sector that lost all of it (J30). */
  #put(bytes: Uint8Array): void {
    this.#sink.write(bytes);
    this.#bytes += bytes.length;
  }
}
