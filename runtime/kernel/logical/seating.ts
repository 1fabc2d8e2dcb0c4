// Where blocks go: which module, and with which profile there. Owns the choice alone; takes nothing.
//   C25  All or nothing: a seat for every qubit that is wanted, or the first that has none.
//   C26  Deterministic: best calibrated first, then where the job is already, then the emptiest, then as modules are listed; a job is kept
//        in one module when one has room, so that it needs no channels; else modules are filled one after the other, large blocks first.
import type { Profile } from "../../../kernel-abi/qvm/qec/terms.ts";
import type { Wanted } from "./block.ts";
import type { Module } from "./module.ts";

/** The profile a module needs for what is asked of it, as it is calibrated now; undefined: it cannot serve it. `avoid`: greater is worse. */
export interface Calibration {
  readonly profileOn: (asked: Profile, module: string) => Profile | undefined;
  readonly avoid: (module: string) => number;
}
export const AS_ASKED: Calibration = Object.freeze({ profileOn: (asked: Profile) => asked, avoid: () => 0 });

/** The first thing that there is not enough of. */
export interface Shortage { readonly profile: string; readonly asked: number; readonly placed: number; readonly freePhysical: number; /** Modules with physical qubits that have failed, where there are any. */ readonly failed?: string }

export interface Seat { readonly module: Module; readonly profile: Profile; readonly asked: Profile }
export type Room = (module: Module) => number;
const NOWHERE: ReadonlySet<string> = new Set();

export const isShortage = (found: readonly Seat[] | Shortage): found is Shortage => "profile" in found;

export class Seating {
  readonly #modules: readonly Module[];
  readonly #calibration: Calibration;
  constructor(modules: readonly Module[], calibration: Calibration) {
    this.#modules = modules;
    this.#calibration = calibration;
  }

  /** @param homes modules the job is in */
  seats(wanted: readonly Wanted[], room: Room, homes: ReadonlySet<string> = NOWHERE): readonly Seat[] | Shortage {
    if (this.#modules.length > 1) {
      for (const module of this.#ranked(this.#modules, room, homes)) {
        const seats = this.#fill(wanted, [module], room, homes);
        if (!isShortage(seats)) return seats;
      }
    }
    return this.#fill(wanted, this.#modules, room, homes);
  }

  seat(asked: Profile, modules: readonly Module[], room: Room, homes: ReadonlySet<string> = NOWHERE): Seat | undefined {
    return this.#first(asked, this.#ranked(modules, room, homes), room);
  }

  #first(asked: Profile, modules: readonly Module[], room: Room): Seat | undefined {
    for (const module of modules) {
      const profile = this.#calibration.profileOn(asked, module.name);
      if (profile !== undefined && room(module) >= profile.physicalQubits) return { module, profile, asked };
    }
    return undefined;
  }

  #fill(wanted: readonly Wanted[], modules: readonly Module[], room: Room, homes: ReadonlySet<string>): readonly Seat[] | Shortage {
    const taken = new Map<Module, number>();
    const left = (module: Module): number => room(module) - (taken.get(module) ?? 0);
    const ranked = this.#ranked(modules, room, homes);
    const seats: Seat[] = [];
    for (const { profile, count } of wanted.toSorted((a, b) => b.profile.physicalQubits - a.profile.physicalQubits)) {
      for (let placed = 0; placed < count; placed += 1) {
        const seat = this.#first(profile, ranked, left);
        if (seat === undefined) return { profile: profile.text, asked: count, placed, freePhysical: modules.reduce((sum, module) => sum + left(module), 0) };
        taken.set(seat.module, (taken.get(seat.module) ?? 0) + seat.profile.physicalQubits);
        seats.push(seat);
      }
    }
    return seats;
  }

  #ranked(modules: readonly Module[], room: Room, homes: ReadonlySet<string>): readonly Module[] {
    if (modules.length < 2) return modules;
    const keyed = modules.map((module) => ({ module, avoid: this.#calibration.avoid(module.name), away: homes.has(module.name) ? 0 : 1, room: room(module) }));
    return keyed.sort((a, b) => a.avoid - b.avoid || a.away - b.away || b.room - a.room).map(({ module }) => module);
  }
}
