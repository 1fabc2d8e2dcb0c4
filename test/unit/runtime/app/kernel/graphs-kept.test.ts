// A graph that is accepted is written down as the JSON it was digested as, and is read back as the graph it is.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { canonicalJson, toHex } from "../../../../../kernel-abi/canonical.ts";
import { signatureHolds } from "../../../../../replay/seal.ts";
import { sha256 } from "../../../../../runtime/adapters/sha256.ts";
import { Graphs } from "../../../../../runtime/app/kernel/graphs.ts";
import { entryBytes, graphEntryBytes, readEntry } from "../../../../../runtime/app/kernel/memory-entry.ts";
import { Memory } from "../../../../../runtime/app/kernel/memory.ts";
import { ghz } from "../../../../support/kernel-service.ts";
import { testSigner } from "../../../../support/signer.ts";

const graphs = (): Graphs => new Graphs({ signer: testSigner(), sha256, signature: signatureHolds });

it("once, for whoever writes it down next", () => {
  const known = graphs();
  const [two, three] = [known.of(ghz(2)), known.of(ghz(3))];
  expect(known.written(two)).toBeUndefined(); // another was verified since
  expect(known.written(three)).toBeUndefined(); // and that is gone with the question
  const four = known.of({ ...ghz(4) as object, metadata: { title: "é \u2028 \"" } });
  const json = known.written(four) ?? new Uint8Array();
  expect([toHex(sha256(json)), json]).toEqual([four.digest, canonicalJson(four.graph)]);
  expect(known.written(four)).toBeUndefined();
});

it("as an entry like any other, which outlasts its kernel and a compaction", () => {
  const { digest, graph } = graphs().of(ghz(3));
  const bytes = graphEntryBytes(digest, canonicalJson(graph));
  expect(readEntry(bytes)).toEqual(readEntry(entryBytes({ k: "graph", digest, graph })));
  const folder = mkdtempSync(join(tmpdir(), "triad-graphs-"));
  const first = new Memory(folder);
  first.keepGraph(digest, graph, canonicalJson(graph));
  first.keepGraph(digest, graph, new Uint8Array([1])); // it is there
  first.keepGraph("other", { is: "kept" }, undefined);
  first.commit();
  first.close();
  const second = new Memory(folder);
  expect([...second.live.graphs]).toEqual([[digest, graph], ["other", { is: "kept" }]]);
  second.close();
  rmSync(folder, { recursive: true });
});
