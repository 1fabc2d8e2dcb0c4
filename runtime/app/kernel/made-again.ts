// A sealed run of a graph made again, with live kernels, each outcome compared.
import { Fault } from "../../../kernel-abi/fault.ts";
import { GRAPH_PROGRAM } from "../qvm/program-file.ts";
import { reproduceTrace, verifyTrace } from "../trace.ts";

/** What came of it: the digest of a trace that this key sealed, that is whole, and that comes to the same again; of any other, why not. Plain data: it crosses threads. */
export type MadeAgain = { readonly digest: string } | { readonly why: string };

/** @throws Fault RUN_INTERRUPTED */
export async function madeAgain(bundle: Uint8Array, keyId: string, signal?: AbortSignal): Promise<MadeAgain> {
  try {
    const verified = await verifyTrace(bundle, { signer: keyId });
    const { digest, complete } = await reproduceTrace(bundle, { program: GRAPH_PROGRAM, workers: 0, ...(signal === undefined ? {} : { signal }) });
    if (keyId !== verified.keyId) return { why: "the trace is not sealed with this kernel's key" };
    return complete ? { digest } : { why: "the trace is not whole" };
  } catch (error) {
    if (error instanceof Fault && error.fault !== "RUN_INTERRUPTED") return { why: `${error.fault}: ${error.message}` };
    throw error;
  }
}
