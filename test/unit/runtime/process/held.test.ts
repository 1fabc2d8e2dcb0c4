// The capabilities a process holds: short lists are exactly as long as they are, and a long one grows where it stands.
import { expect, it } from "vitest";
import { capabilityId, KERNEL, processId } from "../../../../kernel-abi/ids.ts";
import { Process } from "../../../../runtime/process/process.ts";
import { toy } from "../../../support/toy.ts";

const fresh = (): Process => new Process({ id: processId(1), name: "root" as Process["name"], parent: KERNEL, behaviour: toy("root", [], function* () { return 0; }), input: null, priority: 0 as Process["priority"], mailboxBound: 8 });

it("a thousand are held in one list, and the last is taken back", () => {
  const process = fresh();
  const lists = new Set<unknown>();
  for (let n = 1; n <= 1_000; n++) {
    process.hold(capabilityId(n));
    lists.add(process.held);
  }
  expect(process.held).toEqual(Array.from({ length: 1_000 }, (_, at) => at + 1));
  expect(lists.size).toBeLessThan(100); // each kept by a turn that may yet be aborted
  process.unhold();
  expect([process.held.length, process.held.at(-1)]).toEqual([999, 999]);
  process.clear();
  expect(process.held).toEqual([]);
});
