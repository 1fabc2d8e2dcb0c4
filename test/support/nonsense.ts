// Nonsense: what a program may give where something is asked for, each made anew so that a replay is given the same; and calls of the
// whole surface, with as many arguments as they take.
import { all, race, reserveAll, reserveAllWithin, scope, supervise, until, within } from "../../domains/index.ts";
import { k } from "../../domains/k/api/operations.ts";
import { phi } from "../../domains/phi/api/operations.ts";
import { q } from "../../domains/q/api/operations.ts";
import { Fault } from "../../kernel-abi/fault.ts";

const throws = (): never => { throw new Error("mine"); };
const traps: ProxyHandler<object> = { get: throws, has: throws, ownKeys: throws, getPrototypeOf: throws, getOwnPropertyDescriptor: throws };
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

/** By name. */
export const NONSENSE: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined, null: () => null, true: () => true, zero: () => 0, five: () => 5, negative: () => -1, half: () => 0.5, NaN: () => NaN, Infinity: () => Infinity, huge: () => 2 ** 53, bigint: () => 10n ** 90n,
  "empty text": () => "", text: () => "child", "long text": () => "x".repeat(3_000), "lone surrogate": () => "\ud800", symbol: () => Symbol("s"),
  "empty list": () => [], "list of null": () => [null], hole: () => [, 1], "list of symbols": () => [Symbol("s")], "empty record": () => ({}), "no prototype": () => Object.create(null) as object,
  "record of five": () => ({ a: 5, process: "x", within: "x", of: null, grants: 5, shots: {}, omega: [{}] }), "forged child": () => ({ process: -1 }), "child of an object": () => ({ process: { process: 3 } }),
  function: () => throws, "generator function": () => function* () { yield 1; }, class: () => class Own {}, date: () => new Map([[1, 2]]), bytes: () => new Uint8Array(3),
  "proxy that throws": () => new Proxy({}, traps), "proxy of a function": () => new Proxy(throws, { ...traps, apply: throws }), "proxy of a list": () => new Proxy([], traps), "revoked proxy": revoked,
  "getters that throw": () => Object.defineProperties({}, Object.fromEntries(["process", "contract", "job", "within", "grants", "lower", "real", "next", "then", "length", "strategy", "domain"].map((name) => [name, { get: throws, enumerable: true }]))),
  "words that throw": () => ({ toString: throws, valueOf: throws, toJSON: throws, [Symbol.toPrimitive]: throws }), "forged contract": () => ({ handle: "contract", domain: "Q", toJSON: throws }), "forged job": () => Object.freeze({ handle: "job", domain: "PHI" }),
  "forged fault": () => Object.create(Fault.prototype) as object, "forged definition": () => ({ name: "forged", domains: [], abi: { major: 1, minor: 0, flags: [] }, admit: (input: unknown) => input, activate: () => null }),
  "forged program": () => ({ next: () => undefined, throw: throws, return: () => ({ done: true, value: undefined }) }), "program of nonsense": () => (function* () { yield null; yield 5; })(), "spent program": () => {
    const program = (function* () { /* nothing */ })();
    program.next();
    return program;
  },
};

export interface Surface { readonly call: (...given: readonly unknown[]) => Generator; readonly takes: number }

const surface = (api: object, prefix: string, takes: Readonly<Record<string, number>>): readonly (readonly [string, Surface])[] =>
  Object.entries(api).map(([name, call]) => [`${prefix}.${name}`, { call: call as Surface["call"], takes: takes[name] ?? 1 }]);
const free = (call: unknown, takes: number): Surface => ({ call: call as Surface["call"], takes });

/** Every call there is, and how many arguments it takes. */
export const CALLS: Readonly<Record<string, Surface>> = Object.fromEntries<Surface>([
  ...surface(k, "k", { now: 0, self: 0, parent: 0, lost: 0, uncalibrated: 0, capabilities: 0, log: 3, metric: 3, spawn: 3, stop: 2, send: 2, attenuate: 2, grant: 3 }),
  ...surface(q, "q", { reserve: 2, share: 3, submit: 2, sample: 3, estimate: 4 }),
  ...surface(phi, "phi", { reserve: 2, share: 3, open: 3, shift: 2, align: 2, merge: 2, split: 2, kuramoto: 2, ising: 2, spectrum: 3 }),
  ["race", free(race, 1)], ["all", free(all, 1)], ["within", free(within, 2)], ["until", free(until, 2)], ["scope", free(scope, 1)], ["supervise", free(supervise, 1)],
  ["reserveAll", free(reserveAll, 2)], ["reserveAllWithin", free(reserveAllWithin, 2)],
]);
