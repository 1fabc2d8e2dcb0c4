// What a fold over frames remembers: the parts that entries change and readings look at. Owns nothing; names the parts.
import { createCounts, type Counts } from "./counts.ts";
import { createEnvelopes, type EnvelopeJob, type Envelopes } from "./envelopes.ts";
import type { KnownReads, ReadTotals } from "./known-reads.ts";
import { createMail, type Mail } from "./mail.ts";
import { createOpenContracts, type OpenContracts } from "./open-contracts.ts";
import { createProviders, type Providers } from "./providers.ts";

export interface JobInFlight extends EnvelopeJob {
  readonly domain: "q" | "phi";
  readonly known: KnownReads | undefined;
}

/** What a program measured itself: the latest value. */
export interface UserMetric {
  readonly name: string;
  readonly process: number;
  readonly value: number;
  readonly unit: string;
}

/** Since the last flush. */
export interface Window {
  readonly from: number;
  readonly delivered: number;
  readonly measured: number;
  readonly transformed: number;
}

export interface FoldState {
  readonly counts: Counts;
  readonly mail: Mail;
  readonly contracts: OpenContracts;
  readonly envelopes: Envelopes;
  readonly providers: Providers;
  readonly jobs: Map<number, JobInFlight>;
  /** By process and name. */
  readonly user: Map<string, UserMetric>;
  /** By qubit: over the run, and since the last flush. */
  readonly reads: Map<number, ReadTotals>;
  readonly recentReads: Map<number, ReadTotals>;
  readonly inFlight: { q: number; phi: number };
  processes: number;
  readyMax: number;
  waitMax: number;
  window: Window;
}

export const createFoldState = (kept: "run" | "process"): FoldState => ({
  counts: createCounts(kept), mail: createMail(), contracts: createOpenContracts(), envelopes: createEnvelopes(), providers: createProviders(),
  jobs: new Map(), user: new Map(), reads: new Map(), recentReads: new Map(), inFlight: { q: 0, phi: 0 }, processes: 0, readyMax: 0, waitMax: 0,
  window: { from: 0, delivered: 0, measured: 0, transformed: 0 },
});
