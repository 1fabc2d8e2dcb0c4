// Channels and links as plain data. A link joins two modules (or a module with itself) and makes raw pairs; a channel joins two qubits.
import type { Protocol } from "./purification.ts";

export interface LinkSpec {
  /** Modules; the same one twice: inside of it. */
  readonly a: string;
  readonly b: string;
  /** Of a raw pair, above ½ to be of use. */
  readonly fidelity: number;
  readonly pairsPerEpoch: number;
}

/** A link as it is now, `degraded` when it is not as it was specified. */
export interface Link extends LinkSpec {
  readonly name: string;
  readonly degraded: boolean;
}

/** Who a channel belongs to; a session's own channels have no job. */
export interface ChannelOwner { readonly session: string; readonly job: string | null }

export interface Channel extends ChannelOwner {
  /** `ch_A_B`, or the handle's name in the job's graph. One owner has one of a name. */
  readonly id: string;
  readonly a: string;
  readonly b: string;
  readonly link: string;
  readonly wanted: number;
  /** What purification brings it to. */
  readonly fidelity: number;
  readonly rounds: number;
  /** Raw pairs it takes to open, purification included, and what of it has been made. */
  readonly pairs: number;
  readonly made: number;
  /** PENDING: its pairs are made over several epochs (a batched link). */
  readonly state: "PENDING" | "OPEN";
  readonly openedEpoch: number;
  readonly uses: number;
}

/** How two qubits can be joined, and what it costs. */
export interface Route {
  /** direct: in this epoch. batched: over `epochs` of them. local: no channel will do; both qubits into one module. */
  readonly kind: "direct" | "batched" | "local";
  readonly link: string;
  readonly fidelity: number;
  readonly rounds: number;
  readonly pairs: number;
  readonly epochs: number;
}

export interface LinksSaved {
  readonly epoch: number;
  readonly links: readonly { readonly a: string; readonly b: string; readonly fidelity: number; readonly pairsPerEpoch: number; readonly used: number; readonly spent: number }[];
  readonly channels: readonly Channel[];
}

export interface LinksOptions {
  readonly links: readonly LinkSpec[];
  /** Of modules no link is listed for, and inside a module. */
  readonly between?: Omit<LinkSpec, "a" | "b">;
  readonly inside?: Omit<LinkSpec, "a" | "b">;
  readonly protocol?: Protocol;
}

export const channelId = (a: string, b: string): string => `ch_${a}_${b}`;
