// The kernel's clock: milliseconds since 1970, whole, never going back, whatever the host's clock does.
import { wallMilliseconds } from "../../adapters/host.ts";

export function risingClock(host: () => number = wallMilliseconds): () => number {
  let last = 0;
  return () => (last = Math.max(last, Math.floor(host())));
}
