// Command lines: words that are nearly one, answered in this process. They end with a code of ours and a typed fault, write nothing
// but what --out names, and read nothing but a folder made for them. `run` and
// `doctor` get no program here, and no code of a trace is trusted: what runs is another matter.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Writable } from "node:stream";
import { EXIT, FAULTS } from "../../kernel-abi/fault.ts";
import { dispatch } from "../../runtime/app/cli/dispatch.ts";
import { terminal, type Terminal } from "../../runtime/app/cli/terminal.ts";
import { HOST, record } from "../support/recordings.ts";
import { runRecording, smallRun } from "../support/runs.ts";
import { publicKeyPem } from "../../runtime/adapters/keys.ts";
import { signReport } from "../../runtime/app/conformance-report.ts";
import { shippedConformance } from "../../runtime/app/conformance.ts";
import { DEFAULT_RULES } from "../../telemetry/rules.ts";
import { testSigner } from "../support/signer.ts";
import type { Dice } from "./dice.ts";
import { golden } from "./goldens.ts";
import { alteredText } from "./mutate.ts";
import { demand, type Target } from "./target.ts";

const COMMANDS = ["verify", "trace", "replay", "keys", "help", "run", "resume", "fork", "reproduce", "judge", "diff", "metrics", "conformance", "rnu", ""] as const;
const OPTIONS = [
  "--json", "--jsonl", "--signer", "--allow-unsealed", "--until", "--actor", "--event", "--domain", "--from", "--to", "--failed", "--limit", "--help", "--version", "-h", "-V", "--", "-x",
  "--cone", "--format", "--interval", "--rules", "--process", "--vhm", "--by-process", "--sign", "--threshold", "--strict", "--faults", "--slice", "--replace", "--against", "--verify",
  "--at", "--no-such", "--seed", "--workers", "--input", "--file", "--bounds", "--policy", "--allow", "--durability", "--label", "--log-level", "--trust-program", "--program", "--json=1", "--limit=-1",
] as const;
const WORDS = [
  "whole.triad", "cut.triad", "real.triad", "garbage", "key.pem", "faults.json", "rules.json", "report.json", "nowhere", "list", "show", "export", "trust", "1", "0", "-1", "9007199254740992", "L=2", "ticks=1,turns=2", "K,Q", "a=b", "**", "root/*", "LOG", "IPC_*",
  "jsonl", "prometheus", "1e-6", "0.5", "show", "Q", "PHI", "priority:agingQuantum=4", "{}", "{\"a\":1e400}", "[1,", "@garbage", "@nowhere", "", "process", "power", "0".repeat(64), "2>&1", "*".repeat(60), "**a".repeat(20),
] as const;

/** Lines of the right shape, so that what is refused is refused for its content. */
const LINES: readonly (readonly string[])[] = [
  ["verify", "whole.triad"], ["verify", "cut.triad", "--allow-unsealed", "--json"], ["verify", "whole.triad", "--signer", "0".repeat(64)],
  ["trace", "whole.triad", "--event", "IPC_*", "--limit", "3"], ["trace", "whole.triad", "show", "4", "--json"], ["trace", "cut.triad", "--jsonl", "--actor", "**"],
  ["replay", "whole.triad", "--until", "L=2"], ["reproduce", "whole.triad", "--workers", "0"], ["resume", "cut.triad", "--allow", "Q,PHI", "--trust-program", "--workers", "0"], ["fork", "whole.triad", "--at", "4", "--allow", "Q,PHI", "--trust-program"], ["trace", "whole.triad", "state", "5"],
  ["judge", "real.triad", "--threshold", "1e-6", "--strict"], ["judge", "cut.triad", "--allow-unsealed", "--json"], ["diff", "whole.triad", "real.triad"], ["diff", "whole.triad", "whole.triad", "--json"],
  ["metrics", "real.triad", "--format", "jsonl", "--sign"], ["metrics", "whole.triad", "--rules", "rules.json", "--by-process", "--process", "root**"], ["metrics", "whole.triad", "--format", "prometheus", "--vhm", "0"],
  ["trace", "real.triad", "--actor", "root", "--cone"], ["conformance"], ["conformance", "--verify", "report.json", "--json"], ["keys", "trust", "key.pem"], ["keys", "show"],
  ["run", "nowhere.ts", "--faults", "faults.json", "--policy", "priority:agingQuantum=4", "--slice", "9", "--allow", "Q"], ["keys"], ["keys", "export"], ["help", "run"], ["run", "nowhere.ts", "--bounds", "ticks=5", "--input", "{}"],
];

function words(dice: Dice): readonly string[] {
  const line = dice.once(3) ? [dice.pick(COMMANDS), ...Array.from({ length: dice.below(6) }, () => (dice.once(2) ? dice.pick(OPTIONS) : dice.pick(WORDS)))] : [...dice.pick(LINES)];
  for (let left = dice.below(4); left > 0; left--) {
    const at = 1 + dice.below(line.length);
    const word = dice.pick([dice.pick(OPTIONS), dice.pick(WORDS), alteredText(dice, line[at] ?? "")]);
    line.splice(at, dice.below(2), word);
  }
  return line.map((word, at) => (at > 0 && /[/\\\0]/.test(word) && !word.startsWith("root/") ? "elsewhere" : word)).filter((word, at) => at === 0 || word !== "--out");
}

class Capture {
  #held = "";
  readonly terminal: Terminal = terminal(new Writable({
    decodeStrings: false,
    write: (chunk, _, done) => {
      this.#held += String(chunk);
      done();
    },
  }), false);
  taken(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }
}

const VERDICTS = ["diff", "judge"];
const CODES: readonly number[] = Object.values(EXIT);
const out = new Capture();
const err = new Capture();

/** Name of the fault an error on standard error has. */
function faultOf(told: string): string {
  const name = told.startsWith("{")
    ? (JSON.parse(told.split("\n")[0] ?? "") as { readonly error: { readonly name: string } }).error.name
    : /^error ([A-Z_0-9]+) \d+: \S/.exec(told)?.[1] ?? "";
  demand(Object.hasOwn(FAULTS, name) && name !== "RUNTIME_DEFECT", `refused with no fault of the registry: ${told.slice(0, 300)}`);
  return name;
}

async function answered(line: readonly string[]): Promise<string> {
  const code = await dispatch(line, { out: out.terminal, err: err.terminal, settings: { debug: false, colour: false } });
  const [said, told] = [out.taken(), err.taken()];
  const shown = JSON.stringify(line);
  demand(CODES.includes(code), `exit ${code} of ${shown}`);
  demand(!/\n +at .*:\d+:\d+/.test(told), `a stack for ${shown}: ${told.slice(0, 300)}`);
  if (code === 0) return "ok";
  if (told === "" && VERDICTS.some((command) => line.includes(command))) { // a comparison's answer is its exit code
    demand(said !== "" && (code === EXIT.divergence || code === EXIT.failed), `exit ${code} and no word for ${shown}`);
    return `answered ${code}`;
  }
  if (line.every((word) => word === "") || told.startsWith("Usage")) return "usage";
  demand(code !== EXIT.usage || said === "", `refused, and yet answered ${shown}`);
  return faultOf(told);
}

/** Makes the folder the command lines are given in, and goes there. */
export function commandLine(): Target {
  const folder = mkdtempSync(join(tmpdir(), "triad-fuzz-"));
  const { file } = record(smallRun(), { recording: runRecording() });
  const before = { folder: process.cwd(), home: process.env["TRIAD_HOME"] };
  mkdirSync(join(folder, "work"));
  process.chdir(join(folder, "work"));
  process.env["TRIAD_HOME"] = join(folder, "home");
  writeFileSync("whole.triad", file);
  writeFileSync("cut.triad", file.subarray(0, -1_000));
  writeFileSync("real.triad", golden("faulted").file);
  writeFileSync("garbage", "no trace, no program and no JSON {");
  writeFileSync("key.pem", publicKeyPem(testSigner(9).publicKey));
  writeFileSync("faults.json", JSON.stringify([{ at: 3, kind: "process-kill", process: "root" }]));
  writeFileSync("rules.json", JSON.stringify(DEFAULT_RULES));
  writeFileSync("report.json", signReport({ shipped: shippedConformance(), host: HOST }, testSigner(9)));
  const standing = readdirSync(".").join();
  let lines = 0;
  return {
    name: "command-line",
    async once(dice) {
      const line = words(dice);
      const said = await answered(line);
      lines += 1;
      if (lines % 64 === 0) demand(readdirSync(".").join() === standing, `one of the last lines wrote a file: ${readdirSync(".").join()}`);
      return said;
    },
    close() {
      process.chdir(before.folder);
      if (before.home === undefined) delete process.env["TRIAD_HOME"];
      else process.env["TRIAD_HOME"] = before.home;
      rmSync(folder, { recursive: true });
    },
  };
}
