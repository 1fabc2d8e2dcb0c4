// Lint: what must never happen, each with its replacement in the message. Taste is not linted.
//   Determinism (D1) binds the synchronous core hardest; the clock, entropy and the environment are for runtime/adapters alone.
//   test/unit/repository/lint.test.ts shows that every rule below fires.
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const instead = (what, why, use) => `${what} ${why}; use ${use}.`;

const MATH_USE = {
  tan: "sin(x) / cos(x) from domains/kernels/libm",
  pow: "repeated multiplication, or exp(y * log(x)) from domains/kernels/libm",
  hypot: "Math.sqrt(x * x + y * y), which is exact",
  cbrt: "exp(log(x) / 3) from domains/kernels/libm",
};
const APPROXIMATED = [
  "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
  "exp", "expm1", "log", "log1p", "log2", "log10", "pow", "cbrt", "hypot",
];

const READS_CLOCK = "reads the wall clock";
const CLOCK_USE = "the tick the turn is handed, or a clock passed in from runtime/adapters/host.ts";

/** Bans are grouped by what is endangered; a room lists the groups that bind it. A row is {global} | {object, property} | {selector}. */
export const BANS = {
  approximation: [
    ...APPROXIMATED.map((property) => ({
      object: "Math", property,
      message: instead(`Math.${property}`, "differs between engines", MATH_USE[property] ?? "sin, cos, exp, log or atan2 from domains/kernels/libm"),
    })),
    ...["BinaryExpression[operator='**']", "AssignmentExpression[operator='**=']"].map((selector) => ({
      selector, message: instead("The operator **", "differs between engine versions", "multiplication, 2 ** n as 1 << n, or exp and log from domains/kernels/libm"),
    })),
  ],
  clock: [
    ...["NewExpression[callee.name='Date'][arguments.length=0]", "CallExpression[callee.name='Date']"].map((selector) => ({ selector, message: instead("Date", READS_CLOCK, CLOCK_USE) })),
    { object: "Date", property: "now", message: instead("Date.now", READS_CLOCK, CLOCK_USE) },
    { global: "performance", message: instead("performance", READS_CLOCK, CLOCK_USE) },
    ...["hrtime", "uptime"].map((property) => ({ object: "process", property, message: instead(`process.${property}`, READS_CLOCK, CLOCK_USE) })),
  ],
  dates: [{ global: "Date", message: instead("Date", "depends on the clock or the time zone", CLOCK_USE) }],
  random: [
    { object: "Math", property: "random", message: instead("Math.random", "cannot be replayed", "a named stream (kernel-abi/streams.ts)") },
    { global: "crypto", message: instead("crypto", "cannot be replayed", "a named stream (kernel-abi/streams.ts), or the port Sha256 for digests") },
  ],
  environment: [
    { object: "process", property: "env", message: instead("process.env", "is a hidden input", "the configuration resolved in runtime/app") },
    { global: "fetch", message: instead("fetch", "is a hidden input", "an input of the run") },
  ],
  locale: [
    { global: "Intl", message: instead("Intl", "depends on the host's locale data", "String(value) and code-unit comparison") },
    ...["localeCompare", "toLocaleString", "toLocaleUpperCase", "toLocaleLowerCase", "toLocaleDateString", "toLocaleTimeString"].map((name) => ({
      selector: `MemberExpression[property.name='${name}']`,
      message: instead(name, "depends on the host's locale", "a comparison of code units (a < b ? -1 : a > b ? 1 : 0), toUpperCase or String"),
    })),
  ],
  race: ["race", "any"].map((property) => ({
    object: "Promise", property, message: instead(`Promise.${property}`, "makes completion order an input", "the outcome of each job at its due tick (T3)"),
  })),
  timers: [
    ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask"].map((global) => ({
      global, message: instead(global, "runs outside the order of the run", "an envelope with a due tick (T4)"),
    })),
    { object: "process", property: "nextTick", message: instead("process.nextTick", "runs outside the order of the run", "an envelope with a due tick (T4)") },
  ],
  collection: [
    ...["WeakRef", "FinalizationRegistry"].map((global) => ({ global, message: instead(global, "observes the garbage collector", "a table with explicit release") })),
    { selector: "ForInStatement", message: instead("for…in", "walks the prototype chain in an order of its own", "for (const [key, value] of Object.entries(record))") },
  ],
  async: [
    ...[":function[async=true]", "AwaitExpression", "ForOfStatement[await=true]"].map((selector) => ({
      selector, message: instead("async", "lets a turn be interleaved (D1)", "a synchronous step that returns effects; only the driver in runtime/context awaits"),
    })),
    { selector: "NewExpression[callee.name='Promise']", message: instead("A promise", "lets a turn be interleaved (D1)", "a synchronous step that returns effects; only the driver in runtime/context awaits") },
  ],
};

const EVERYWHERE = ["approximation", "locale"];
const OUTSIDE_ADAPTERS = [...EVERYWHERE, "clock", "random"];
const OUTSIDE_APP = [...OUTSIDE_ADAPTERS, "environment"];
const DOMAIN = [...OUTSIDE_APP, "race", "timers"];
const CORE = [...DOMAIN, "dates", "collection", "async"];

/** Which groups bind which files; the first pattern that matches decides. Exported for the test. */
export const ROOMS = [
  { name: "core", files: ["kernel-abi/**", "runtime/{clock,mailbox,process,scheduler,kernel}/**", "domains/*/api/**", "domains/kernels/**"], bans: CORE, hostModules: false },
  { name: "domains", files: ["domains/**"], bans: DOMAIN, hostModules: false },
  { name: "adapters", files: ["runtime/adapters/**"], bans: EVERYWHERE, hostModules: true },
  { name: "app", files: ["runtime/app/**"], bans: OUTSIDE_ADAPTERS, hostModules: true },
  { name: "rest", files: ["runtime/**", "replay/**", "telemetry/**"], bans: OUTSIDE_APP, hostModules: true },
];

const HOST_MODULES = {
  regex: "^(node:)?(crypto|timers|perf_hooks|fs|process|os|child_process|cluster|worker_threads|net|http|https|http2|dns|dgram|tls|readline|v8|vm)(/|$)",
  message: instead("This module", "reaches the host", "a port of kernel-abi/ports.ts, wired in runtime/app"),
};
const BARE_PACKER = { name: "msgpackr", message: instead("msgpackr with its own options", "corrupts typed arrays", "pack and unpack from kernel-abi/packer.ts") };
const BARE_SCHEMAS = [{ regex: "^typebox(/|$)", message: instead("typebox", "is several hundred modules, and one in the package", "Type, Static, compiled and Compile from kernel-abi/schema.ts") }];
const ENUM = { selector: "TSEnumDeclaration", message: instead("An enum", "is code, not a type", "a frozen record `as const` and a union of its values") };
const NAMESPACE = { selector: "TSModuleDeclaration[kind='namespace'][declare=false]", message: instead("A namespace", "is code, not a type", "a module") };

const restrictions = ({ bans, hostModules }) => {
  const rows = bans.flatMap((group) => BANS[group]);
  const pick = (key, shape) => rows.filter((row) => key in row).map(shape);
  return {
    "no-restricted-globals": ["error", ...pick("global", ({ global: name, message }) => ({ name, message }))],
    "no-restricted-properties": ["error", ...pick("object", ({ object, property, message }) => ({ object, property, message }))],
    "no-restricted-syntax": ["error", ENUM, NAMESPACE, ...pick("selector", ({ selector, message }) => ({ selector, message }))],
    "no-restricted-imports": ["error", { paths: [BARE_PACKER], patterns: [...BARE_SCHEMAS, ...(hostModules ? [] : [HOST_MODULES])] }],
  };
};

const SOURCES = ["kernel-abi", "runtime", "domains", "replay", "telemetry"].map((room) => `${room}/**/*.ts`);

/** Later entries win in a flat config, so the most general room comes first. */
const roomConfigs = ROOMS.toReversed().map((room) => ({
  name: `triad/${room.name}`,
  files: room.files.map((pattern) => `${pattern}/*.ts`),
  rules: restrictions(room),
}));

export default defineConfig(
  { ignores: ["dist/", "coverage/", "**/assembly/", "domains/kernels/build/", "test/types/refused/"] },
  {
    name: "triad/typed",
    files: ["**/*.ts"],
    plugins: { "@typescript-eslint": tseslint.plugin },
    languageOptions: { parser: tseslint.parser, parserOptions: { project: "test/tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/only-throw-error": "error",
      "no-restricted-syntax": ["error", ENUM, NAMESPACE],
      "no-restricted-imports": ["error", { paths: [BARE_PACKER] }],
    },
  },
  ...roomConfigs,
  {
    name: "triad/the-packer",
    files: ["kernel-abi/packer.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [...BARE_SCHEMAS, HOST_MODULES] }] },
  },
  {
    name: "triad/the-schemas",
    files: ["kernel-abi/schema.ts"],
    rules: { "no-restricted-imports": ["error", { paths: [BARE_PACKER], patterns: [HOST_MODULES] }] },
  },
  {
    name: "triad/nothing-taken-on-trust",
    files: SOURCES,
    rules: {
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unsafe-argument": "error",
      "@typescript-eslint/no-unsafe-assignment": "error",
      "@typescript-eslint/no-unsafe-call": "error",
      "@typescript-eslint/no-unsafe-member-access": "error",
      "@typescript-eslint/no-unsafe-return": "error",
    },
  },
  {
    name: "triad/console",
    files: SOURCES,
    ignores: ["runtime/app/cli/**"],
    rules: { "no-console": "error" },
  },
);
