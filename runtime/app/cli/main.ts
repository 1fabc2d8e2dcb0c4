#!/usr/bin/env node
// The command `triad`. Ends by running out of work, so that what was written to a pipe arrives.
import process from "node:process";
import { dispatch } from "./dispatch.ts";
import { reportError } from "./output.ts";
import { standardIo } from "./terminal.ts";

const io = standardIo();

/** What nobody caught is reported like everything else; nothing can be said of the rest, so it ends here. */
function fatal(error: unknown): void {
  process.exit(reportError(io, error, { json: process.argv.includes("--json") }));
}
process.on("uncaughtException", fatal);
process.on("unhandledRejection", fatal);

process.exitCode = await dispatch(process.argv.slice(2), io);
