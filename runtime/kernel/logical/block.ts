// Blocks: the physical qubits that make up one logical qubit, and what is said of them to others. Plain data.
import type { Profile } from "../../../kernel-abi/qvm/qec/terms.ts";
import type { Hurt } from "./module.ts";
import type { Range } from "./ranges.ts";

/** Who acquires: a job, or a session on its own account (q_alloc) under an id of its own. */
export interface Holder { readonly job: string; readonly session: string; readonly tenant: string }

/** So many logical qubits of one profile. */
export interface Wanted { readonly profile: Profile; readonly count: number }

export interface Block {
  /** Rises, never reused. */
  readonly id: number;
  /** What was asked for; `profile` may have a greater distance, on a module that has drifted. */
  readonly asked: Profile;
  readonly profile: Profile;
  readonly module: string;
  readonly ranges: readonly Range[];
  /** Parts of it out of service: it is to be moved. */
  readonly hurt: readonly Hurt[];
  /** READY: acquired, no qubit yet. PLACED: holds `vq`. RESETTING: its qubit was freed in this epoch. */
  readonly state: "READY" | "PLACED" | "RESETTING";
  readonly vq: string | null;
}

/** Where a logical qubit is, without the numbers of its physical qubits. */
export interface Placement {
  readonly vq: string;
  readonly profile: string;
  readonly distance: number;
  readonly physicalQubits: number;
  readonly module: string;
}

export interface Site { readonly module: string; readonly profile: string; readonly physicalQubits: number }

/** A block that went, or could not go, elsewhere. */
export interface MoveRecord {
  readonly epoch: number;
  readonly job: string;
  readonly vq: string;
  readonly from: Site;
  /** Null when there was no place. */
  readonly to: Site | null;
  readonly success: boolean;
  /** "" when it went. */
  readonly reason: string;
}

export interface Usage {
  /** Qubits that are placed, and what they are made of. */
  readonly logicalQubits: number;
  readonly physicalQubits: number;
  /** Physical qubits of all blocks, placed or kept for what is to come. */
  readonly reservedPhysical: number;
}

export const placementOf = ({ profile, module }: Block, vq: string): Placement =>
  ({ vq, profile: profile.text, distance: profile.distance, physicalQubits: profile.physicalQubits, module });

export const siteOf = ({ module, profile }: Pick<Block, "module" | "profile">): Site => ({ module, profile: profile.text, physicalQubits: profile.physicalQubits });
