// Room that runs use one after another: alone while they have it, and no more of it kept than is good for.
import { describe, expect, it } from "vitest";
import { RoomStock } from "../../../../runtime/app/room-stock.ts";

const stock = (): RoomStock => new RoomStock({ first: 16, most: 32 });

describe("a stock of rooms", () => {
  it("gives a room to one at a time, and again once it is back", () => {
    const rooms = stock();
    const [first, second] = [rooms.take(), rooms.take()];
    expect(first).toHaveLength(16);
    expect(first.buffer).not.toBe(second.buffer);
    rooms.giveBack(first);
    expect(rooms.take()).toBe(first);
    expect(rooms.take()).not.toBe(first);
  });

  it("keeps what was exchanged for more up to a size, and so many", () => {
    const rooms = stock();
    const wide = new Uint8Array(32);
    rooms.giveBack(new Uint8Array(33));
    rooms.giveBack(wide);
    expect([rooms.take(), rooms.take().length]).toEqual([wide, 16]);
    const many = Array.from({ length: 100 }, () => rooms.take());
    for (const room of many) rooms.giveBack(room);
    expect(Array.from({ length: 100 }, () => rooms.take()).filter((room) => many.includes(room))).toHaveLength(64);
  });
});
