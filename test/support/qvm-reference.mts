// Writes kernel-abi/qvm/REFERENCE.md and schema.json from the op table.
import { writeFileSync } from "node:fs";
import { referencePage } from "../../kernel-abi/qvm/reference.ts";
import { GRAPH_SCHEMA } from "../../kernel-abi/qvm/schema.ts";

const beside = (name: string): URL => new URL(`../../kernel-abi/qvm/${name}`, import.meta.url);
writeFileSync(beside("REFERENCE.md"), referencePage());
writeFileSync(beside("schema.json"), `${JSON.stringify(GRAPH_SCHEMA, null, 1)}\n`);
