// Conditions: what is wrong with the machine, and what the kernel does about it (degraded modes). Owns the injections that hold; decides
// nothing on its own: resources, links and flows ask it, the driver acts at fences.
//   mode               injected                    what it changes
//   calibration-drift  physical errors × factor    blocks there get the distance that keeps the logical rate; fences come closer
//   link-degradation   worse or fewer pairs        channels are purified longer, batched over epochs, or replaced by local gates; teleports one by one
//   module-failure     every qubit of it faulty    its blocks move at the next fence; jobs roll back the REV segment they were in
//   decoder-overload   rounds decoded per epoch    regions wait their turn, measurement-heavy ones alone
//   G1  An injection holds until it is cleared; it is told in the telemetry of every epoch it holds in.
import { Fault } from "../../../kernel-abi/fault.ts";
import { atDistance } from "../../../kernel-abi/qvm/qec/profile.ts";
import { logicalErrorRate } from "../../../kernel-abi/qvm/qec/rates.ts";
import { DISTANCE_MAX, type Profile } from "../../../kernel-abi/qvm/qec/terms.ts";
import type { Calibration } from "./seating.ts";

export type Injection =
  | { readonly mode: "calibration-drift"; readonly module: string; readonly factor: number }
  | { readonly mode: "link-degradation"; readonly a: string; readonly b: string; readonly fidelity: number; readonly pairsPerEpoch: number }
  | { readonly mode: "module-failure"; readonly module: string }
  | { readonly mode: "decoder-overload"; readonly roundsPerEpoch: number };
export type Mode = Injection["mode"];

/** One injection holds for each. */
const keyOf = (injection: Injection): string => `${injection.mode} ${targetOf(injection)}`;

/** Nodes between two fences at most, on a machine as calibrated once it has begun to drift; a factor divides it. */
const FENCE_NODES = 64;

/** What an injection is about: one mode holds once for each target. */
export function targetOf(injection: Injection): string {
  if (injection.mode === "link-degradation") return [injection.a, injection.b].sort().join(" ");
  return injection.mode === "decoder-overload" ? "decoder" : injection.module;
}

/** The smallest distance at which a drifted module fails no more often than the profile does as calibrated; undefined: none does. */
export function heldProfile(asked: Profile, factor: number): Profile | undefined {
  if (factor <= 1) return asked;
  const target = logicalErrorRate(asked);
  if (asked.suppression.physical * factor >= asked.suppression.threshold) return undefined;
  for (let distance = asked.distance; distance <= DISTANCE_MAX; distance += 2) {
    const profile = distance === asked.distance ? asked : atDistance(asked, distance);
    if (profile === undefined) return undefined;
    if (logicalErrorRate(profile, factor) <= target) return profile;
  }
  return undefined;
}

/** Cuts spans of nodes so that no epoch has more than `most`: the fences the kernel adds itself. */
export const tightened = (spans: readonly { readonly from: number; readonly to: number }[], most: number | null): readonly { readonly from: number; readonly to: number }[] =>
  (most === null ? spans : spans.flatMap(({ from, to }) => Array.from({ length: Math.max(1, Math.ceil((to - from) / most)) }, (_, at) =>
    ({ from: from + at * most, to: Math.min(to, from + (at + 1) * most) }))));

const badInjection = (why: string): never => { throw new Fault("MODULE_UNKNOWN", { why }); };
/** @throws Fault MODULE_UNKNOWN for numbers out of range */
export function checkInjection(injection: Injection): void {
  if (injection.mode === "calibration-drift" && !(injection.factor >= 1 && injection.factor <= 1e6)) badInjection("factor is from 1 to 1000000");
  if (injection.mode === "link-degradation" && !(injection.fidelity >= 0 && injection.fidelity <= 1 && Number.isSafeInteger(injection.pairsPerEpoch) && injection.pairsPerEpoch >= 0)) badInjection("fidelity is from 0 to 1, pairsPerEpoch a whole number");
  if (injection.mode === "decoder-overload" && !(Number.isSafeInteger(injection.roundsPerEpoch) && injection.roundsPerEpoch >= 0)) badInjection("roundsPerEpoch is a whole number");
}

export class Conditions implements Calibration {
  readonly #holds = new Map<string, Injection>();
  readonly #cache = new Map<string, Profile | null>();

  get all(): readonly Injection[] { return [...this.#holds.values()]; }

  /** What is to be cleared and what injected so that these hold and no others; what holds already is in neither. */
  towards(wanted: readonly Injection[]): { readonly lifted: readonly Injection[]; readonly begun: readonly Injection[] } {
    const named = new Map(wanted.map((each) => [keyOf(each), each]));
    const holds = (each: Injection): boolean => {
      const held = new Map(Object.entries(this.#holds.get(keyOf(each)) ?? {}));
      return Object.entries(each).every(([name, value]) => held.get(name) === value);
    };
    return { lifted: this.all.filter((each) => !named.has(keyOf(each))), begun: [...named.values()].filter((each) => !holds(each)) };
  }

  /** Holds from now on, in the place of what held for the same target. @throws Fault MODULE_UNKNOWN for numbers out of range */
  inject(injection: Injection): void {
    checkInjection(injection);
    this.#holds.set(keyOf(injection), injection);
  }
  /** What held; undefined when nothing did. */
  clear(mode: Mode, target: string): Injection | undefined {
    const key = `${mode} ${target}`;
    const held = this.#holds.get(key);
    this.#holds.delete(key);
    return held;
  }

  /** How much a module's physical errors have grown; 1: as calibrated. */
  drift(module: string): number {
    const held = this.#holds.get(`calibration-drift ${module}`);
    return held?.mode === "calibration-drift" ? held.factor : 1;
  }
  isFailed(module: string): boolean { return this.#holds.has(`module-failure ${module}`); }

  /** Calibration: a failed module serves nobody; a drifted one with the distance that it needs now. */
  profileOn(asked: Profile, module: string): Profile | undefined {
    if (this.isFailed(module)) return undefined;
    const factor = this.drift(module);
    if (factor === 1) return asked;
    const key = `${String(factor)} ${JSON.stringify(asked)}`;
    const known = this.#cache.get(key);
    const held = known === undefined ? heldProfile(asked, factor) : known ?? undefined;
    if (this.#cache.size > 1_024) this.#cache.clear();
    this.#cache.set(key, held ?? null);
    return held;
  }
  avoid(module: string): number { return this.drift(module); }

  /** Nodes an epoch may have at most for a job with qubits in these modules; null: as many as its graph says. */
  fenceEvery(modules: readonly string[]): number | null {
    const worst = Math.max(1, ...modules.map((module) => this.drift(module)));
    return worst > 1 ? Math.max(1, Math.floor(FENCE_NODES / worst)) : null;
  }
}
