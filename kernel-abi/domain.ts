// The three domains. `PHI` is Φ in ASCII; people are shown Φ.

export const DOMAINS = ["K", "Q", "PHI"] as const;
export type DomainName = (typeof DOMAINS)[number];
/** A domain other than the anchor: what a process declares. */
export type BoundDomain = Exclude<DomainName, "K">;

/** Second key of mailbox order T2, and the domain number in traces. */
export const DOMAIN_RANK: Readonly<Record<DomainName, number>> = Object.freeze({ K: 0, Q: 1, PHI: 2 });

/** As shown to people. */
export const DOMAIN_SYMBOL: Readonly<Record<DomainName, string>> = Object.freeze({ K: "K", Q: "Q", PHI: "Φ" });
