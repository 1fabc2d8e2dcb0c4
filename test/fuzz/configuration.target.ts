// Configuration: everything that is set from outside. Options of the command line and their little languages, the environment, the
// schemas of header, program and inputs, the files of faults, recovery and alert rules, and the patterns of listings.
import { canonicalJson } from "../../kernel-abi/canonical.ts";
import { parseHeader, parseInputs, parseProgram } from "../../kernel-abi/header.ts";
import { processName, label, digest } from "../../kernel-abi/ids.ts";
import { pattern } from "../../replay/list.ts";
import { configurationFolder, parsePublicKeyPem, publicKeyPem } from "../../runtime/adapters/keys.ts";
import { AUTHORITIES } from "../../kernel-abi/capability.ts";
import { countOption, parseBounds, parseAuthority, parseFile, readInput, untilOption, workersOption } from "../../runtime/app/cli/arguments.ts";
import { settings } from "../../runtime/app/cli/config.ts";
import { jsonPlace } from "../../runtime/app/cli/json-place.ts";
import { printable } from "../../runtime/app/cli/values.ts";
import { parseFaultScript, parseRecovery } from "../../kernel-abi/injection.ts";
import { choosePolicy, parsePolicy } from "../../runtime/scheduler/policies.ts";
import { DEFAULT_RULES, parseRules } from "../../telemetry/rules.ts";
import { PROVIDER, runRecording } from "../support/runs.ts";
import { testSigner } from "../support/signer.ts";
import type { Dice } from "./dice.ts";
import { alteredText, alteredValue } from "./mutate.ts";
import { demand, verdict, type Target } from "./target.ts";

const { program, inputs, header } = runRecording({ providers: [PROVIDER] });
const closure = { ...program, kind: "closure", modules: [{ path: "a.ts", source: "export {}" }] };
const PEM = publicKeyPem(testSigner().publicKey);
const OPTIONS = [countOption("--count <n>", ""), countOption("--least <n>", "", 3), untilOption(), workersOption()] as const;
const counts = (dice: Dice): string => dice.pick(["42", "L=42", "0", "1024", "9007199254740991", "1e3", "-1", "００", "4 2"]);

type Language = readonly [name: string, text: (dice: Dice) => string, read: (text: string) => unknown];

const LANGUAGES: readonly Language[] = [
  ["bounds", (dice) => dice.pick(["ticks=1,turns=2", "bytes=4096", "shots=0,messages=9007199254740991"]), (text) => {
    const bounds = parseBounds(text);
    demand(Object.values(bounds).every((value) => Number.isSafeInteger(value) && value >= 0), `bounds of ${JSON.stringify(text)}`);
  }],
  ["domains", (dice) => dice.pick(["K,Q", "phi", "Q, PHI ,k"]), (text) => {
    demand(parseAuthority(text).every((name) => AUTHORITIES.includes(name)), `authority of ${JSON.stringify(text)}`);
  }],
  ["file", (dice) => dice.pick(["a=b", "name=path=more", "=x"]), (text) => {
    const files = parseFile(text, { other: "x" });
    demand(Object.keys(files).length === 2 && Object.hasOwn(files, "other"), `files of ${JSON.stringify(text)}`);
  }],
  ["input", (dice) => dice.pick(["{\"a\":[1,2,{\"b\":null}]}", "\"naïve\"", "[1.5e3,true]", "{\n \"x\": [1,\n2]\n}"]), (text) => {
    if (!text.startsWith("@")) canonicalJson(readInput(text));
  }],
  ["place", (dice) => dice.pick(["{\"a\":[1,2,{\"b\":nul}]}", "[1,,2]", "\"\\u12\""]), (text) => {
    const { line, column } = jsonPlace(text);
    demand(line >= 1 && line <= text.split("\n").length && column >= 1, `place ${line}:${column} in ${JSON.stringify(text)}`);
  }],
  ["policy", (dice) => dice.pick(["cooperative", "priority:agingQuantum=4", "domain-fair:skew=3,agingQuantum=2,K=0,Q=1,PHI=2", "round-robin"]), (text) => { choosePolicy(parsePolicy(text)); }],
  ["pem", () => PEM, (text) => { demand(parsePublicKeyPem(text).length === 32, "a key of another size"); }],
  ["process", () => "root/solver#2/a", processName],
  ["label", () => "solver", label],
  ["digest", () => "ab".repeat(32), digest],
  ["pattern", (dice) => dice.pick(["root/*", "**solver#2", "**a**b", "***", "*/**/*"]), (text) => {
    const matches = pattern(text);
    for (const name of ["root/solver#2", "", "root", "a".repeat(200), "root/".repeat(40)]) demand(typeof matches(name) === "boolean", "a pattern is true or false");
    demand(text.includes("*") || matches(text), `a name matches itself: ${JSON.stringify(text)}`);
  }],
  ["printable", () => "text \u202e", (text) => {
    demand(!/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/.test(printable(text)), "control characters are shown");
  }],
];

function language(dice: Dice): string {
  const [name, text, read] = dice.pick(LANGUAGES);
  let given = text(dice);
  for (let left = dice.below(4); left > 0; left--) given = alteredText(dice, given);
  return `${name} ${verdict(() => read(given))}`;
}

function option(dice: Dice): string {
  const one = dice.pick(OPTIONS);
  const text = dice.once(2) ? counts(dice) : alteredText(dice, counts(dice));
  return `count ${verdict(() => {
    const value: unknown = one.parseArg?.(text, undefined);
    demand(Number.isSafeInteger(value) && Number(value) >= 0, `${one.name()} of ${JSON.stringify(text)}`);
  })}`;
}

const FAULTS = [
  { at: 3, kind: "hardware-failure", domain: "Q", job: 1 }, { at: 4, kind: "integrity-failure", contract: 2 }, { at: 4, kind: "capability-revocation", process: "root/solver#1", verb: "SPAWN" },
  { at: 9, kind: "process-kill", process: "root" }, { at: 9, kind: "domain-freeze", domain: "PHI" },
];
const RECOVERY = {
  version: 1, escalate: { failures: 3, within: 20 }, copies: 4,
  rules: [{ fault: "Q_ERR_HARDWARE_FAILURE", action: "retry", limit: 2 }, { fault: "PHI_ERR_STABILITY_BREACH", action: "rollback" }, { fault: "Q_ERR_MEASUREMENT_FAILURE", action: "halt", level: 3 }],
};
const WRITTEN_RULES: unknown = JSON.parse(JSON.stringify(DEFAULT_RULES));

const SCHEMAS: readonly (readonly [name: string, value: unknown, parse: (value: unknown) => unknown])[] = [
  ["header", header, parseHeader], ["header", { ...header, faults: FAULTS, recovery: RECOVERY, slice: 9 }, parseHeader], ["program", closure, parseProgram], ["inputs", inputs, parseInputs],
  ["faults", FAULTS, parseFaultScript], ["recovery", RECOVERY, parseRecovery], ["rules", WRITTEN_RULES, parseRules],
];

function schema(dice: Dice): string {
  const [name, value, parse] = dice.pick(SCHEMAS);
  let changed: unknown = value;
  for (let left = 1 + dice.below(3); left > 0; left--) changed = alteredValue(dice, changed);
  return `${name} ${verdict(() => parse(changed))}`;
}

function environment(dice: Dice): string {
  const value = (): string | undefined => (dice.once(3) ? undefined : alteredText(dice, dice.pick(["1", "0", "", "dumb", "/tmp/x"])));
  const env = { TRIAD_DEBUG: value(), NO_COLOR: value(), TERM: value(), TRIAD_HOME: value(), XDG_CONFIG_HOME: value() };
  return `environment ${verdict(() => {
    const { debug, colour } = settings(env);
    demand(debug === (env.TRIAD_DEBUG === "1") && (colour || env.NO_COLOR !== undefined || env.TERM === "dumb"), `settings of ${JSON.stringify(env)}`);
    demand(configurationFolder(env) !== "", "a folder of no name");
  })}`;
}

export const configuration: Target = {
  name: "configuration",
  once(dice) {
    switch (dice.below(8)) {
      case 0: return environment(dice);
      case 1: return option(dice);
      case 2: case 3: return schema(dice);
      default: return language(dice);
    }
  },
};
