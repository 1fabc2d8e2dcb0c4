// Writes kernel-abi/rpc/REFERENCE.md anew from the records it describes.
import { writeFileSync } from "node:fs";
import { rpcReference } from "../../kernel-abi/rpc/reference.ts";

writeFileSync(new URL("../../kernel-abi/rpc/REFERENCE.md", import.meta.url), rpcReference());
