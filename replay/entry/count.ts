// How many events a frame is (FORMAT.md, section 7): a turn is its delivery, its entries and its completion, so that
// delivered and completed are events of their own (E1); a kernel frame is its entries.
import type { Frame } from "../../kernel-abi/frame.ts";

export const eventCount = (frame: Frame): number => frame.entries.length + (frame.kind === "turn" ? 2 : 0);
