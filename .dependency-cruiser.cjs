// The import table of the house, complete and not transitive: a room may import itself and what stands beside it, nothing else
// of ours. Cycles are an error, type-only imports included. test/unit/repository/arrows.test.ts shows that every arrow holds.

const ABI = "kernel-abi";
const CORE = ["runtime/clock", "runtime/mailbox", "runtime/process", "runtime/scheduler", "runtime/kernel"];

/** Room → rooms it may import. `runtime/app` may import everything and has no row; `examples` and `test` have rules of their own. */
const TABLE = {
  "kernel-abi": [],
  replay: [ABI],
  telemetry: [ABI],
  "runtime/clock": [ABI],
  "runtime/governance": [ABI],
  "runtime/workers": [ABI],
  "runtime/cluster": [ABI],
  "runtime/adapters": [ABI],
  "runtime/mailbox": [ABI, "runtime/clock"],
  "runtime/process": [ABI, "runtime/clock", "runtime/mailbox"],
  "runtime/scheduler": [ABI, "runtime/clock", "runtime/mailbox", "runtime/process"],
  "runtime/kernel": [ABI, "runtime/clock", "runtime/mailbox", "runtime/process", "runtime/scheduler"],
  "runtime/context": [ABI, ...CORE, "runtime/governance", "runtime/quansistor"],
  "runtime/quansistor": [ABI, ...CORE, "runtime/governance"],
  "domains/k": [ABI],
  "domains/kernels": [ABI],
  "domains/q": [ABI, "domains/kernels"],
  "domains/phi": [ABI, "domains/kernels"],
  // The package entry `triad-runtime/domains`.
  "domains/index.ts": [ABI, "domains/k", "domains/q", "domains/phi", "domains/kernels"],
};

const OURS = "^(kernel-abi|runtime|domains|replay|telemetry|examples|test)/";
const inside = (room) => (room.endsWith(".ts") ? `^${room.replace(".", "\\.")}$` : `^${room}/`);

const arrows = Object.entries(TABLE).map(([room, allowed]) => ({
  name: `arrows-${room.replace("/", "-")}`,
  comment: `${room} may import itself${allowed.length === 0 ? "" : `, ${allowed.join(", ")}`} and packages; use a port of kernel-abi/ports.ts, wired in runtime/app.`,
  severity: "error",
  from: { path: inside(room) },
  to: { path: OURS, pathNot: [room, ...allowed].map(inside) },
}));

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: "room-without-a-row",
      comment: "A new room needs a row in the import table first; use an existing room or add the row.",
      severity: "error",
      from: { path: "^(runtime|domains)/", pathNot: ["^runtime/app/", ...Object.keys(TABLE).map(inside)] },
      to: {},
    },
    {
      name: "examples-use-package-entries",
      comment: "An example imports what a user can; use triad-runtime, triad-runtime/domains, /replay, /telemetry or /abi.",
      severity: "error",
      from: { path: "^examples/" },
      to: { path: "^(kernel-abi|runtime|domains|replay|telemetry|test|dist)/", pathNot: "^dist/((runtime/app|domains|replay|telemetry|kernel-abi)/index)\\.(js|d\\.ts)$" },
    },
    {
      name: "nothing-imports-test",
      comment: "Test support stays in test; use a module of the room instead.",
      severity: "error",
      from: { pathNot: "^test/" },
      to: { path: "^test/" },
    },
    {
      name: "app-is-the-root",
      comment: "runtime/app is where rooms meet; only tests and what lies in it import it. Use a port instead.",
      severity: "error",
      from: { path: OURS, pathNot: "^(runtime/app|test)/" },
      to: { path: "^runtime/app/" },
    },
    {
      name: "no-cycles",
      comment: "Two modules that need each other are one module or lack a third; use a module both import.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "resolvable",
      comment: "The import leads nowhere; use a path that exists.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: ["/build/", "^triad-runtime"] },
    },
    {
      name: "production-dependencies",
      comment: "What ships may use production dependencies only; use one of them or move the package in package.json.",
      severity: "error",
      from: { path: "^(kernel-abi|runtime|domains|replay|telemetry)/", pathNot: "domains/kernels/build\\.mjs$" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: ["^node_modules", "^dist"] },
    exclude: { path: ["(^|/)assembly/", "^coverage"] },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};

/** For the test; not enumerable, because dependency-cruiser refuses properties it does not know. */
Object.defineProperty(module.exports, "table", { value: TABLE });
