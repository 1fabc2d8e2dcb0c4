import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Envelope } from "../../../kernel-abi/envelope.ts";
import { processId, tick } from "../../../kernel-abi/ids.ts";
import { compareStamps } from "../../../kernel-abi/stamp.ts";
import { Calendar } from "../../../runtime/clock/calendar.ts";
import { Mailbox } from "../../../runtime/mailbox/mailbox.ts";
import { cooperative } from "../../../runtime/scheduler/cooperative.ts";
import { PolicyScheduler } from "../../../runtime/scheduler/policy-scheduler.ts";
import { roundRobin } from "../../../runtime/scheduler/round-robin.ts";

const envelopeOf = (due: number, rank: number, from: number, seq: number): Envelope =>
  ({ due: tick(due), rank, from: processId(from), seq, to: processId(3), kind: 1, subject: 0, value: null });

/** Distinct stamps: a sender never repeats a sequence number. */
const envelopes = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 400 })),
  { maxLength: 120, selector: ([, , from, seq]) => `${from} ${seq}` }).map((stamps) => stamps.map((stamp) => envelopeOf(...stamp)));

describe("order T2", () => {
  it("is a strict total order", () => {
    fc.assert(fc.property(envelopes, (all) => {
      for (const a of all) for (const b of all) {
        expect(Math.sign(compareStamps(a, b))).toBe(a === b ? 0 : -Math.sign(compareStamps(b, a)));
        if (a !== b) expect(compareStamps(a, b)).not.toBe(0);
      }
      const sorted = [...all].sort(compareStamps);
      sorted.slice(1).forEach((later, at) => expect(compareStamps(sorted[at]!, later)).toBeLessThan(0));
    }), { numRuns: 40 });
  });

  it("the calendar gives it whatever the order of arrival", () => {
    fc.assert(fc.property(envelopes, fc.infiniteStream(fc.nat()), (all, keys) => {
      const shuffled = all.map((envelope) => ({ envelope, key: keys.next().value ?? 0 })).sort((a, b) => a.key - b.key).map(({ envelope }) => envelope);
      const calendar = new Calendar<Envelope>(compareStamps);
      for (const envelope of shuffled) calendar.add(envelope);
      const out: Envelope[] = [];
      for (let due = calendar.next(); due !== undefined; due = calendar.next()) out.push(...calendar.open(due));
      expect(out).toEqual([...all].sort(compareStamps));
      expect(calendar.size).toBe(0);
    }));
  });

  it("the calendar keeps it when opening and adding alternate", () => {
    fc.assert(fc.property(fc.array(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 8 }), { maxLength: 40 }), (rounds) => {
      const calendar = new Calendar<Envelope>(compareStamps);
      let now = 0;
      let seq = 0;
      const seen: Envelope[] = [];
      let added = 0;
      for (const delays of rounds) {
        for (const delay of delays) { calendar.add(envelopeOf(now + delay, 0, 1, seq++)); added += 1; }
        const due = calendar.next();
        if (due === undefined) continue;
        expect(due).toBeGreaterThan(now);
        now = due;
        seen.push(...calendar.open(due));
      }
      expect(seen.length + calendar.size).toBe(added);
      seen.slice(1).forEach((later, at) => expect(compareStamps(seen[at]!, later)).toBeLessThan(0));
    }));
  });
});

describe("a mailbox", () => {
  it("gives everything out in order, never holds more than its bound, and loses nothing", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.constantFrom("send", "abort", "take"), { maxLength: 300 }), (bound, steps) => {
      const mailbox = new Mailbox(bound);
      const sent: number[] = [];
      const got: number[] = [];
      let seq = 0;
      for (const step of steps) {
        if (step === "take") {
          const envelope = mailbox.take();
          if (envelope !== undefined) got.push(envelope.seq);
        } else if (mailbox.claim()) {
          if (step === "abort") mailbox.unclaim();
          else { sent.push(seq); mailbox.arrive(envelopeOf(1, 0, 1, seq)); }
          seq += 1;
        } else expect(mailbox.depth).toBe(bound);
        expect(mailbox.depth).toBeLessThanOrEqual(bound);
      }
      for (let envelope = mailbox.take(); envelope !== undefined; envelope = mailbox.take()) got.push(envelope.seq);
      expect(got).toEqual(sent);
      expect(mailbox.depth).toBe(0);
    }));
  });
});

describe("policies", () => {
  const actors = fc.uniqueArray(fc.integer({ min: 3, max: 60 }), { minLength: 1, maxLength: 25 });
  it("cooperative picks in order of readiness", () => {
    fc.assert(fc.property(actors, (ids) => {
      const scheduler = new PolicyScheduler<unknown>(cooperative);
      for (const id of ids) scheduler.ready(processId(id));
      expect(ids.map(() => scheduler.pick()?.actor)).toEqual(ids);
      expect(scheduler.pick()).toBeUndefined();
    }));
  });
  it("round-robin serves each ready actor within one window of their number (k-fair)", () => {
    fc.assert(fc.property(actors, (ids) => {
      const scheduler = new PolicyScheduler<unknown>(roundRobin);
      for (const id of ids) scheduler.ready(processId(id));
      const picks: number[] = [];
      for (let turn = 0; turn < ids.length * 4; turn++) {
        const { actor } = scheduler.pick()!;
        picks.push(actor);
        scheduler.ready(actor);
      }
      for (let at = 0; at + ids.length <= picks.length; at++) expect(new Set(picks.slice(at, at + ids.length)).size).toBe(ids.length);
    }));
  });
});
