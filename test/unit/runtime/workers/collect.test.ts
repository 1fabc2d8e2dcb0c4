import { beforeEach, expect, it, vi } from "vitest";

/** What a fresh context says of `gc`, call by call; true ever after. */
const context = vi.hoisted(() => ({ answers: [] as boolean[], asked: 0, collected: 0 }));
vi.mock("node:vm", () => ({
  runInNewContext: () => {
    context.asked++;
    return (context.answers.shift() ?? true) ? () => { context.collected++; } : undefined;
  },
}));

beforeEach(() => {
  vi.resetModules();
  Object.assign(context, { answers: [], asked: 0, collected: 0 });
});

const fresh = async (): Promise<typeof import("../../../../runtime/workers/collect.ts")> => await import("../../../../runtime/workers/collect.ts");

it("collects although another thread put the flag back in between", async () => {
  context.answers = [false, false, false];
  const { collectNow } = await fresh();
  collectNow();
  expect([context.asked, context.collected]).toEqual([4, 1]);
  collectNow();
  expect([context.asked, context.collected]).toEqual([4, 2]);
});

it("gives up for this time where it never succeeds, and asks again the next time", async () => {
  context.answers = Array.from({ length: 100 }, () => false);
  const { collectNow } = await fresh();
  collectNow();
  expect([context.asked, context.collected]).toEqual([100, 0]);
  collectNow();
  expect([context.asked, context.collected]).toEqual([101, 1]);
});

it("collects once what was let go of is large", async () => {
  const { giveBack } = await fresh();
  giveBack(64 * 1024 * 1024 - 1);
  expect(context.collected).toBe(0);
  giveBack(1);
  giveBack(1);
  expect(context.collected).toBe(1);
});
