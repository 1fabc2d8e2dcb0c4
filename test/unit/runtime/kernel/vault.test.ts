// What is kept of processes that ended: found again as it was put, and put down in the same pieces whether or not it was taken up in between.
import { expect, it } from "vitest";
import { Vault } from "../../../../runtime/kernel/vault.ts";

const long = (at: number): Uint8Array => Uint8Array.from({ length: 60 + at * 37 % 900 }, (_, byte) => (at + byte) % 256);

const hex = (vault: Vault): unknown => [vault.saved().used, vault.saved().chunks.map((chunk) => Buffer.from(chunk).toString("hex"))];

it("gives back what was put, and goes on from what was saved as if nobody had put it down", () => {
  for (const cut of [1, 2, 5, 40, 300]) {
    const all = Array.from({ length: 400 }, (_, at) => long(at));
    const whole = new Vault();
    const places = all.slice(0, cut).map((bytes) => whole.put(bytes));
    const again = new Vault();
    again.restore(whole.saved());
    for (const bytes of all.slice(cut)) expect(again.put(bytes)).toBe(places[places.push(whole.put(bytes)) - 1]);
    expect(places.findIndex((place, at) => !Buffer.from(again.get(place)).equals(all[at] as Uint8Array))).toBe(-1);
    expect(hex(again)).toEqual(hex(whole));
  }
});
