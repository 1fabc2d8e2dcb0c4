// Capability tokens: authority that can be carried and handed on. Owns what was issued, what of it was revoked and how often each was used.
//   K4  Everything a token says is under its MAC, its limit of uses included.
//   K5  A token made from another permits a subset, ends no later, lies one deeper (at most three), and each use of it is a use of every
//       token above it.
//   K6  Checked in this order: known, revoked (itself or any above), expired, uses left, signature in constant time, tenant, session.
import { canonicalJson, parseCanonicalJson, toHex } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Mac } from "../../../kernel-abi/ports.ts";
import { missingCaps } from "./caps.ts";
import type { TenancyPorts } from "./ports.ts";
import { readRecord, type Fields } from "./saved.ts";
import { seconds, signs, signText } from "./signed-text.ts";
import { knownCaps } from "./tenants.ts";

export interface Token {
  readonly id: string;
  readonly tenant: string;
  /** Null: any session of the tenant. */
  readonly session: string | null;
  /** Sorted. */
  readonly caps: readonly string[];
  /** Milliseconds since the epoch. */
  readonly issued: number;
  /** The first millisecond at which it is no more; null: never ends. */
  readonly expires: number | null;
  readonly max_uses: number | null;
  readonly parent: string | null;
  readonly depth: number;
}

/** What its holder shows. */
export interface SignedToken extends Token {
  /** 64 hex digits. */
  readonly signature: string;
}

interface Issued {
  readonly token: Token;
  uses: number;
  revoked: boolean;
  readonly children: Set<string>;
}

export const TOKEN_DEPTH_MAX = 3;
export const TOKEN_TTL_MS = 3_600_000;
const TOKENS_MAX = 1_000_000;
/** Made from one: nobody uses up what there is for all. */
const CHILDREN_MAX = 1_000;
const ID_BYTES = 8;

const utf8 = new TextEncoder();
const text = new TextDecoder();

/**
 * What the MAC covers. A token of five plain fields (no session, limit or parent) has the system form
 * `id|tenant|caps|issued|expires` with times in seconds; any other the rich form: JSON by RFC 8785 of all nine.
 */
export function tokenText(token: Token): string {
  const plain = token.session === null && token.max_uses === null && token.parent === null && token.depth === 0;
  const { id, tenant, session, caps, issued, expires, max_uses, parent, depth } = token;
  return plain
    ? `${id}|${tenant}|${caps.join(",")}|${seconds(issued)}|${expires === null ? "never" : seconds(expires)}`
    : text.decode(canonicalJson({ id, tenant, session, caps, issued, expires, max_uses, parent, depth }));
}

export interface TokenWish {
  readonly caps: Iterable<string>;
  readonly session?: string | null;
  /** Milliseconds; null: never ends. */
  readonly ttlMs?: number | null;
  readonly maxUses?: number | null;
}

export class Tokens {
  readonly #issued = new Map<string, Issued>();
  readonly #ports: TenancyPorts;
  constructor(ports: TenancyPorts) { this.#ports = ports; }

  /** A first token; that the tenant holds the capabilities is for the authority to see. @throws Fault INSUFFICIENT_CAPS | QUOTA_EXCEEDED */
  issue(tenant: string, wish: TokenWish): SignedToken {
    const issued = this.#ports.now();
    const ttl = wish.ttlMs === undefined ? TOKEN_TTL_MS : wish.ttlMs;
    return this.#add({
      id: this.#freshId(), tenant, session: wish.session ?? null, caps: knownCaps(wish.caps), issued,
      expires: ttl === null ? null : issued + count(ttl), max_uses: countOrNull(wish.maxUses), parent: null, depth: 0,
    });
  }

  /** A first token that was made outside, by whoever has the key (tenant-token.ts); false when it was known, or is revoked, already. */
  admit(token: Token): boolean {
    const known = this.#issued.get(token.id);
    if (known === undefined) this.#issued.set(token.id, { token: frozen(token), uses: 0, revoked: false, children: new Set() });
    return known === undefined;
  }

  /** Ids of first tokens. */
  get roots(): readonly string[] { return [...this.#issued.values()].flatMap(({ token: { id, parent } }) => (parent === null ? [id] : [])); }
  isRevoked(id: string): boolean { return this.#issued.get(id)?.revoked === true; }
  find(id: string): Token | undefined { return this.#issued.get(id)?.token; }
  /** Whether it and all above it are known, unrevoked and unexpired: what it opened goes on. */
  stands(id: string): boolean {
    const line = this.#line(id);
    return line.length > 0 && line.at(-1)?.token.parent === null && this.#lack(line) === undefined;
  }
  /** Whether `id` is `above`, or was made from it. */
  under(id: string, above: string): boolean { return this.#line(id).some(({ token }) => token.id === above); }

  /** A weaker one under `parent`, which is checked as for a use but not used up (K5). @throws Fault TOKEN_REFUSED | INSUFFICIENT_CAPS */
  attenuate(parent: SignedToken, wish: TokenWish): SignedToken {
    const above = this.#valid(parent);
    const { token, children } = above;
    const caps = knownCaps(wish.caps);
    const missing = missingCaps(caps, new Set(token.caps));
    if (missing.length > 0) throw new Fault("INSUFFICIENT_CAPS", { required: caps.join(","), missing: missing.join(",") });
    if (token.depth >= TOKEN_DEPTH_MAX) throw new Fault("TOKEN_REFUSED", { reason: "depth", most: TOKEN_DEPTH_MAX });
    const session = wish.session ?? token.session;
    if (token.session !== null && session !== token.session) throw new Fault("TOKEN_REFUSED", { reason: "session" });
    if (children.size >= CHILDREN_MAX) throw new Fault("QUOTA_EXCEEDED", { resource: "tokens", limit: CHILDREN_MAX });
    const issued = this.#ports.now();
    const asked = wish.ttlMs === undefined || wish.ttlMs === null ? null : issued + count(wish.ttlMs);
    this.#told(above); // kept before what hangs on it
    const child = this.#add({
      id: this.#freshId(), tenant: token.tenant, session, caps, issued, parent: token.id, depth: token.depth + 1,
      expires: lesser(asked, token.expires), max_uses: lesser(countOrNull(wish.maxUses), token.max_uses),
    });
    children.add(child.id);
    return child;
  }

  /** The token, if it is valid here and now; nothing is used up. @throws Fault TOKEN_REFUSED {reason} */
  check(shown: SignedToken, where: { readonly tenant: string; readonly session: string | null }): Token {
    const { token } = this.#valid(shown);
    if (token.tenant !== where.tenant) throw new Fault("TOKEN_REFUSED", { reason: "tenant" });
    if (token.session !== null && token.session !== where.session) throw new Fault("TOKEN_REFUSED", { reason: "session" });
    return token;
  }

  /** As `check`, and one use of it and of all above it. @throws Fault TOKEN_REFUSED {reason} */
  use(shown: SignedToken, where: { readonly tenant: string; readonly session: string | null }): Token {
    const token = this.check(shown, where);
    for (const issued of this.#line(token.id)) {
      issued.uses += 1;
      this.#told(issued);
    }
    return token;
  }

  /** Revokes it and everything made from it; false when none of that id is known. */
  revoke(id: string): boolean {
    const first = this.#issued.get(id);
    if (first === undefined) return false;
    const open = [first];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      next.revoked = true;
      this.#told(next);
      for (const child of next.children) { const found = this.#issued.get(child); if (found !== undefined) open.push(found); }
    }
    return true;
  }

  /** Forgets what has expired: what was made from it expired no later. */
  sweep(): void {
    const now = this.#ports.now();
    for (const [id, { token }] of this.#issued) {
      if (token.expires === null || now < token.expires) continue;
      this.#issued.delete(id);
      if (token.parent !== null) this.#issued.get(token.parent)?.children.delete(id);
      this.#ports.kept?.("tokens", id, null);
    }
  }
  get size(): number { return this.#issued.size; }

  saved(): unknown { return { tokens: [...this.#issued.values()].map(rowOf) }; }
  /** Into an empty one. @throws Fault TENANCY_UNREADABLE */
  restore(data: unknown): void {
    for (const row of readRecord(data, "tokens").rows("tokens")) {
      const token = readToken(row.record("token"));
      const above = token.parent === null ? undefined : this.#issued.get(token.parent);
      if (this.#issued.has(token.id) || (token.parent !== null && above === undefined)) row.refuse("token");
      above?.children.add(token.id);
      this.#issued.set(token.id, { token: frozen(token), uses: row.count("uses"), revoked: row.flag("revoked"), children: new Set() });
    }
  }

  /** K6, up to the signature. */
  #valid(shown: SignedToken): Issued {
    const issued = this.#issued.get(shown.id);
    if (issued === undefined) throw new Fault("TOKEN_REFUSED", { reason: "unknown" });
    const line = this.#line(shown.id);
    const lack = this.#lack(line);
    if (lack !== undefined) throw new Fault("TOKEN_REFUSED", { reason: lack });
    if (line.some(({ token, uses }) => token.max_uses !== null && uses >= token.max_uses)) throw new Fault("TOKEN_REFUSED", { reason: "exhausted" });
    if (!signs(this.#ports.mac, tokenText(shown), shown.signature)) throw new Fault("TOKEN_REFUSED", { reason: "signature" });
    return issued;
  }

  #lack(line: readonly Issued[]): "revoked" | "expired" | undefined {
    const now = this.#ports.now();
    if (line.some(({ revoked }) => revoked)) return "revoked";
    return line.some(({ token }) => token.expires !== null && now >= token.expires) ? "expired" : undefined;
  }

  #told(issued: Issued): void { this.#ports.kept?.("tokens", issued.token.id, rowOf(issued)); }

  /** Itself and all above it. */
  #line(id: string | null): readonly Issued[] {
    const line: Issued[] = [];
    for (let at = id; at !== null;) {
      const issued = this.#issued.get(at);
      if (issued === undefined) break;
      line.push(issued);
      at = issued.token.parent;
    }
    return line;
  }

  #freshId(): string {
    if (this.#issued.size >= TOKENS_MAX) throw new Fault("QUOTA_EXCEEDED", { resource: "tokens", limit: TOKENS_MAX });
    return `cap_${toHex(this.#ports.fresh(ID_BYTES))}`;
  }

  #add(token: Token): SignedToken {
    const kept = frozen(token);
    const issued: Issued = { token: kept, uses: 0, revoked: false, children: new Set() };
    this.#issued.set(token.id, issued);
    this.#told(issued);
    return signToken(kept, this.#ports.mac);
  }
}

const frozen = (token: Token): Token => Object.freeze({ ...token, caps: Object.freeze([...token.caps]) });
const rowOf = ({ token, uses, revoked }: Issued): unknown => ({ token, uses, revoked });
export const signToken = (token: Token, mac: Mac): SignedToken => Object.freeze({ ...token, signature: signText(mac, tokenText(token)) });

/** A token as text: canonical JSON of its nine fields and its signature. */
export const writeToken = (token: SignedToken): string => text.decode(canonicalJson(token));

/** @throws Fault TOKEN_REFUSED {reason: "form"} */
export function parseToken(shown: string): SignedToken {
  try {
    const row = readRecord(parseCanonicalJson(utf8.encode(shown)), "token");
    return { ...readToken(row), signature: row.text("signature") };
  } catch (cause) {
    throw new Fault("TOKEN_REFUSED", { reason: "form" }, { cause });
  }
}

const readToken = (row: Fields): Token => ({
  id: row.text("id"), tenant: row.text("tenant"), session: row.textOrNull("session"), caps: row.texts("caps"), issued: row.count("issued"),
  expires: row.countOrNull("expires"), max_uses: row.countOrNull("max_uses"), parent: row.textOrNull("parent"), depth: row.count("depth"),
});

/** Whole and at least 0: a fraction or a negative of a millisecond or use makes nothing last longer. */
const count = (value: number): number => (Number.isSafeInteger(value) && value >= 0 ? value : 0);
const countOrNull = (value: number | null | undefined): number | null => (value === undefined || value === null ? null : count(value));
/** Null is no limit. */
const lesser = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.min(a, b));
