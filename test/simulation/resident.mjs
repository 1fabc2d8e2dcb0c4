// Tells on standard error, when the process ends, how much of it was resident at most, in KiB.
import process from "node:process";
process.on("exit", () => { process.stderr.write(`resident ${process.resourceUsage().maxRSS}\n`); });
