// A wish for a code distance: which allocations it is for, and that every distance that may be wished is one that can be had.
import { expect, it } from "vitest";
import { isProfile, parseProfile } from "../../../../kernel-abi/qvm/qec/profile.ts";
import { opRow } from "../../../../kernel-abi/qvm/ops.ts";
import { withWishedDistance } from "../../../../kernel-abi/qvm/wished-distance.ts";

const wish = (code_distance: number) => ({ op: "SET_POLICY", args: { code_distance } });
const alloc = { op: "ALLOC_LQ", args: {} };
const profiles = (nodes: Parameters<typeof withWishedDistance>[0]) => withWishedDistance(nodes).filter(({ op }) => op === "ALLOC_LQ").map(({ args }) => args["profile"]);

it("is for allocations after it that name no profile, until the next one", () => {
  const named = { op: "ALLOC_LQ", args: { profile: "logical:shyps(d=3)" } };
  expect(profiles([alloc, wish(7), alloc, named, { op: "SET_POLICY", args: { priority: 3 } }, alloc, wish(4), alloc]))
    .toEqual([undefined, "logical:surface_code(d=7)", "logical:shyps(d=3)", "logical:surface_code(d=7)", "logical:surface_code(d=5)"]);
});

it("leaves a graph without wishes as it is", () => {
  const nodes = [alloc, { op: "SET_POLICY", args: { deadline: 3 } }];
  expect(withWishedDistance(nodes)).toBe(nodes);
});

it("comes to a profile at every distance that may be wished", () => {
  const { least = 0, most = 0 } = opRow("SET_POLICY")?.args["code_distance"] ?? {};
  expect([least, most]).toEqual([1, 999]);
  for (let distance = least; distance <= most; distance++) {
    const [text] = profiles([wish(distance), alloc]);
    const read = parseProfile(String(text));
    expect(isProfile(read) && read.distance - distance).toBe(distance % 2 === 0 ? 1 : 0);
  }
});
