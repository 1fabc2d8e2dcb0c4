import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../../kernel-abi/canonical.ts";
import { EXIT, Fault } from "../../../../kernel-abi/fault.ts";
import { hostFacts } from "../../../../runtime/adapters/host.ts";
import { CLAIM, parseConformance, shippedConformance } from "../../../../runtime/app/conformance.ts";
import { openReport, signReport } from "../../../../runtime/app/conformance-report.ts";
import { referenceRuns, selfTest } from "../../../../runtime/app/conformance-runs.ts";
import { onlyObject, scratch, triad, triadOn } from "../../../support/cli.ts";
import { testSigner } from "../../../support/signer.ts";

const path = scratch();
const report = (): Uint8Array => signReport({ shipped: shippedConformance(), host: hostFacts({ workers: 0, label: "", started: "2025-01-01T00:00:00.000Z" }) }, testSigner());

describe("triad conformance", () => {
  it("prints the claim, the counts, every row, and why some do not hold", async () => {
    const { table } = shippedConformance();
    const { code, out, err } = await triad("conformance");
    expect([code, err]).toEqual([EXIT.ok, ""]);
    expect(out.startsWith(`${CLAIM}\n`)).toBe(true);
    for (const { id, requirement, verdict, note } of table.rows) {
      expect(out).toContain(`${id} `);
      expect(out).toContain(requirement);
      if (verdict === "not met") expect(out).toContain(`${id} not met: ${note}`);
    }
    const counted = (of: string): string => `${String(table.rows.filter(({ level, verdict }) => level === "M" && verdict === of).length)} ${of}`;
    expect(out).toContain(`M: ${counted("met")}`);
    expect(out).not.toMatch(/certified/i);
  });
  it("cuts lines on a terminal", async () => {
    const { out } = await triadOn({ columns: 60 }, "conformance");
    expect(out.split("\n").filter((line) => /^084\/\S+ +M /.test(line)).every((line) => line.length <= 60)).toBe(true);
  });
  it("prints one object with --json, with an envelope that opens", async () => {
    const { code, out } = await triad("conformance", "--json");
    const said = onlyObject(out);
    expect([code, said["schema"], said["claim"], said["digest"]]).toEqual([EXIT.ok, "triad.conformance/1", CLAIM, shippedConformance().digest]);
    expect(openReport(canonicalJson(said["envelope"])).predicate.rows).toEqual(said["rows"]);
  });
  it("writes a report that it then verifies, as one's own", async () => {
    const file = path("report.json");
    expect((await triad("conformance", "--report", file)).code).toBe(EXIT.ok);
    const { code, out, err } = await triad("conformance", "--verify", file);
    expect([code, err]).toEqual([EXIT.ok, ""]);
    expect(out).toMatch(/your own key/);
    expect(out).toMatch(/the one installed here/);
    expect(onlyObject((await triad("conformance", "--verify", file, "--json")).out)).toMatchObject({ schema: "triad.conformance-report/1", trusted: true, sameTable: true, claim: CLAIM });
  });
  it("warns of a signer nobody here knows", async () => {
    const file = path("theirs.json");
    writeFileSync(file, report());
    const { code, out, err } = await triad("conformance", "--verify", file);
    expect([code, out.includes("unknown here")]).toEqual([EXIT.ok, true]);
    expect(err).toMatch(/warning: the signature holds/);
  });
  it("refuses an altered report with exit 4, and says what to do", async () => {
    const file = path("altered.json");
    const bytes = report();
    bytes[200] = bytes[200]! ^ 1;
    writeFileSync(file, bytes);
    const { code, out, err } = await triad("conformance", "--verify", file);
    expect([code, out]).toEqual([EXIT.tamper, ""]);
    expect(err).toMatch(/CONFORMANCE_REFUSED 3322.*next/s);
    expect((await triad("conformance", "--verify", path("absent.json"))).code).toBe(EXIT.usage);
  });
  it("shows with --self-test that it holds here, and reports it", async () => {
    const file = path("live.json");
    const { code, out } = await triad("conformance", "--self-test", "--report", file);
    expect([code, out.match(/ holds$/gm)?.length, out.includes("does not hold")]).toEqual([EXIT.ok, 24, false]);
    const { predicate } = openReport(readFileSync(file));
    expect(predicate.selfTest?.every(({ holds }) => holds)).toBe(true);
  });
});

describe("the self-test", () => {
  it("finds a run that is not the table's, and one the table lacks", async () => {
    const runs = await referenceRuns();
    const checks = await selfTest([{ ...runs[0]!, digest: "0".repeat(64) }, ...runs.slice(2)]);
    expect(checks.filter(({ holds }) => !holds)).toEqual(runs.slice(0, 2).map(({ name, digest }) => ({ run: name, check: "reference", holds: false, found: digest })));
  });
});

describe("reports and tables", () => {
  it("every altered byte of a report is refused", () => {
    const bytes = report();
    fc.assert(fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const altered = bytes.slice();
      altered[at] = altered[at]! ^ mask;
      expect(() => openReport(altered)).toThrow(Fault);
    }), { numRuns: 100 });
  });
  it("any bytes are refused with a typed fault", () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.json().map((text) => new TextEncoder().encode(text))), (bytes) => {
      expect(() => openReport(bytes)).toThrow(expect.objectContaining({ fault: "CONFORMANCE_REFUSED" }));
    }));
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => { expect(() => parseConformance(text)).toThrow(expect.objectContaining({ fault: "ENVIRONMENT" })); }));
  });
  it("a report that claims more is none", () => {
    const { table, digest } = shippedConformance();
    const more = { ...table, claim: "XDV-081 certified" as typeof CLAIM };
    expect(() => openReport(signReport({ shipped: { table: more, digest }, host: hostFacts({ workers: 0, label: "", started: "" }) }, testSigner()))).toThrow(expect.objectContaining({ fault: "CONFORMANCE_REFUSED" }));
  });
});
