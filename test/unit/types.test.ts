// What must not compile does not compile, and says why; what must compile does.
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const folder = resolve(import.meta.dirname, "../types");
const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(resolve(folder, "../../tsconfig.json"), (path) => ts.sys.readFile(path)).config, ts.sys, resolve(folder, "../.."));
const filesIn = (kind: string): readonly string[] => readdirSync(resolve(folder, kind)).map((name) => resolve(folder, kind, name));
const compiled = ts.createProgram([...filesIn("accepted"), ...filesIn("refused")], { ...options, noEmit: true, rootDir: resolve(folder, "../..") });
const errorsIn = (path: string): readonly string[] => {
  const source = compiled.getSourceFile(path);
  return compiled.getSemanticDiagnostics(source).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
};

/** The error each refused file must give. */
const REASONS: Readonly<Record<string, RegExp>> = {
  "undeclared-domain.ts": /Property 'q' does not exist/,
  "smuggled-domain.ts": /not assignable/,
  "foreign-handle.ts": /Contract<"PHI">.*not assignable/s,
  "raced-domain.ts": /Property 'q' does not exist/,
  "machine-source.ts": /"wiat".*not assignable.*"wait"/s,
  "machine-program-domain.ts": /Property 'q' does not exist/,
  "machine-input.ts": /string/,
  "spawn-input.ts": /Type 'string' is not assignable to type 'number'/,
};

describe("types", () => {
  it.each(filesIn("accepted"))("accept %s", (path) => { expect(errorsIn(path)).toEqual([]); });
  it.each(filesIn("refused"))("refuse %s", (path) => {
    const reason = REASONS[path.slice(path.lastIndexOf("/") + 1)];
    expect(reason).toBeDefined();
    expect(errorsIn(path).join("\n")).toMatch(reason!);
  });
});
