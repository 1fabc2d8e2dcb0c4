// Room in memory that runs need for a while, one after another: made once and used again, since what V8 keeps outside of its heap is dear
// to make. Owns what nobody has at the moment.
//   R8  A room is somebody's alone from when it is taken until it is given back, and is given back once. What it holds then is
//       overwritten before it is read: nobody reads further than they have written.
import type { Rooms } from "../../replay/recorder.ts";

export interface RoomSizes {
  /** Bytes of a new one. */
  readonly first: number;
  /** Larger ones are dropped. */
  readonly most: number;
}

const KEPT_MAX = 64;

export class RoomStock implements Rooms {
  readonly #sizes: RoomSizes;
  readonly #free: Uint8Array[] = [];

  constructor(sizes: RoomSizes) { this.#sizes = sizes; }

  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(this.#sizes.first);
  }

  giveBack(room: Uint8Array): void {
    if (room.length <= this.#sizes.most && this.#free.length < KEPT_MAX) this.#free.push(room);
  }
}
