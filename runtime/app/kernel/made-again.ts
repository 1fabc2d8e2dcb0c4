// A sealed run of a graph made again, with live kernels, each outcome compared.
import { Fault } from "../../../kernel-abi/fault.ts";
import { GRAPH_PROGRAM } from "../qvm/program-file.ts";
import { reproduceTrace, verifyTrace } from "../trace.ts";

/** The digest of a trace that this key sealed, that is whole, and that comes to the same again; "" of any other. @throws Fault RUN_INTERRUPTED */
export async function madeAgain(bundle: Uint8Array, keyId: string, signal?: AbortSignal): Promise<string> {
  try {
    const verified = await verifyTrace(bundle, { signer: keyId });
    const { digest, complete } = await reproduceTrace(bundle, { program: GRAPH_PROGRAM, workers: 0, ...(signal === undefined ? {} : { signal }) });
    return complete && keyId === verified.keyId ? digest : "";
  } catch (error) {
    if (error instanceof Fault && error.fault !== "RUN_INTERRUPTED") return "";
    throw error;
  }
}
