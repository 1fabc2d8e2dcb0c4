// The opening of a bundle: preamble, header, program and inputs, and the chain's head behind them. What many runs have in common is
// encoded and hashed once.
import { canonicalJson } from "../kernel-abi/canonical.ts";
import { Fault } from "../kernel-abi/fault.ts";
import type { Recording } from "../kernel-abi/ports.ts";
import { firstHead, leafOf, nextHead, preamble, unit, UNIT_BYTES_MAX, type UnitName } from "./chain.ts";

/** A unit before the blocks, and its leaf. */
export interface Section {
  readonly unit: Uint8Array;
  readonly leaf: Uint8Array;
}

export interface Opening {
  /** What stands in the file, in order: preamble with its head, then each unit with its own. */
  readonly pieces: readonly Uint8Array[];
  /** Head behind them. */
  readonly head: Uint8Array;
}

/** @param payload canonical JSON @throws Fault ABI_LIMIT */
export function section(name: Exclude<UnitName, "block" | "seal">, payload: Uint8Array): Section {
  const allowed = UNIT_BYTES_MAX[name];
  if (payload.length > allowed) throw new Fault("ABI_LIMIT", { limit: `${name}_bytes_max`, value: payload.length, allowed });
  const bytes = unit(name, payload);
  return { unit: bytes, leaf: leafOf(bytes) };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

const START = preamble();
const FIRST = firstHead(START);

/** Header, program and inputs, in this order. */
export function openingWith(sections: readonly [header: Section, program: Section, inputs: Section]): Opening {
  const pieces = [joined(START, FIRST)];
  let head = FIRST;
  for (const { unit: bytes, leaf } of sections) {
    head = nextHead(head, leaf);
    pieces.push(joined(bytes, head));
  }
  return { pieces, head };
}

/** @throws Fault ABI_UNENCODABLE when JSON cannot carry one of them, ABI_LIMIT */
export const openingOf = ({ header, program, inputs }: Recording): Opening =>
  openingWith([section("header", canonicalJson(header)), section("program", canonicalJson(program)), section("inputs", canonicalJson(inputs))]);
