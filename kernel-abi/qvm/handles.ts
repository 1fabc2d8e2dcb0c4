// The kinds of handle and what may be done with them. VQ and CH are linear: a name has one life, along the order of the nodes.
//   H1  A life begins once (ALLOC_LQ, OPEN_CHAN) and ends at most once (FREE_LQ, CLOSE_CHAN); nothing happens before or after it.
//   H2  In `consume` mode a measurement or reset ends what may be done with a VQ; in `thread` mode it goes on.
//   H3  A life must not depend on an event: what begins or ends one has no guard.
import type { HandleKind } from "./graph.ts";

export interface KindRow {
  readonly linear: boolean;
  readonly help: string;
}

export const HANDLE_KINDS: Readonly<Record<HandleKind, KindRow>> = Object.freeze({
  VQ: { linear: true, help: "A logical qubit: from ALLOC_LQ to FREE_LQ, one life a name." },
  CH: { linear: true, help: "An entanglement channel: from OPEN_CHAN to CLOSE_CHAN, one life a name." },
  EV: { linear: false, help: "A classical outcome: written once, 0 or 1, or the index 0–3 of a Bell measurement; read as often as one likes, after it was written." },
  CAP: { linear: false, help: "A right an op needs. Declaring it asks; only a session is granted it." },
  BND: { linear: false, help: "Wishes about scheduling (SET_POLICY): metadata." },
});

/** Ops with which the life of a handle begins or ends. */
export const BEGINS: ReadonlySet<string> = new Set(["ALLOC_LQ", "OPEN_CHAN"]);
export const ENDS: ReadonlySet<string> = new Set(["FREE_LQ", "CLOSE_CHAN"]);
