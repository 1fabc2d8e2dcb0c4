// Writes domains/q/stim/SUPPORT.md from trying each instruction.
import { writeFileSync } from "node:fs";
import { supportPage } from "./stim-support.ts";

writeFileSync(new URL("../../domains/q/stim/SUPPORT.md", import.meta.url), supportPage());
