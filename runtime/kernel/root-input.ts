// What the root process is given: the run's input as its definition admits it, encoded for the record, and decoded for the program.
import { freezeDeep } from "../../kernel-abi/frozen.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import { unpack } from "../../kernel-abi/packer.ts";
import { encode } from "./calls-k.ts";
import { admitted, type KernelState } from "./state.ts";

export interface RootInput {
  readonly body: Uint8Array;
  readonly input: unknown;
}

/** @throws Fault INPUT_INVALID | ABI_UNENCODABLE | ABI_LIMIT */
export function rootInput(state: Pick<KernelState, "flags">, behaviour: Behaviour, given: unknown): RootInput {
  const body = encode(admitted(state, behaviour, given));
  return { body, input: unpack(body) };
}

/** One for many runs of a program that does not write to what it is given. @throws as `rootInput` */
export function sharedRootInput(flags: ReadonlySet<string>, behaviour: Behaviour, given: unknown): RootInput {
  const { body, input } = rootInput({ flags }, behaviour, given);
  return Object.freeze({ body, input: freezeDeep(input) });
}
