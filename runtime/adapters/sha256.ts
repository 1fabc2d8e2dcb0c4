// The port Sha256 over node:crypto's one-shot digest, which costs a third of a Hash object for small inputs.
import { hash } from "node:crypto";
import { fromBinary } from "../../kernel-abi/canonical.ts";
import type { Sha256 } from "../../kernel-abi/ports.ts";

export const sha256: Sha256 = (bytes) => fromBinary(hash("sha256", bytes, "binary"));
