// Buffers that bundles of short runs are written into: a run takes one, and it is used again once the bundle was copied out.
//   R4  What a run is handed at last is a private copy; nobody sees a buffer that another run may write to.
import type { ByteSink } from "../../../kernel-abi/ports.ts";
import { RoomStock } from "../room-stock.ts";

export interface BundleBuffer extends ByteSink {
  /** Everything written, as a private copy; the buffer goes back. */
  taken(): Uint8Array;
  giveBack(): void;
}

export class BundleBuffers {
  readonly #rooms = new RoomStock({ first: 32_768, most: 1 << 20 });

  take(): BundleBuffer {
    let bytes = this.#rooms.take();
    let used = 0;
    let mine = true;
    const giveBack = (): void => {
      if (mine) this.#rooms.giveBack(bytes);
      mine = false;
    };
    return {
      write(more) {
        if (used + more.length > bytes.length) {
          const wider = new Uint8Array(Math.max(2 * bytes.length, used + more.length));
          wider.set(bytes.subarray(0, used));
          bytes = wider;
        }
        bytes.set(more, used);
        used += more.length;
      },
      sync() { /* memory is as durable as it gets */ },
      taken() {
        const whole = bytes.slice(0, used);
        giveBack();
        return whole;
      },
      giveBack,
    };
  }
}
