// The conformance report: the table in an in-toto Statement v1 in a DSSE envelope, both canonical JSON, signed with the user's key.
//   E6  A report says who made it, with which versions, on which host; its subject is the digest of conformance.json, so that whoever
//       has the package can compare.
import { compiled, Type, type Static } from "../../kernel-abi/schema.ts";
import { keyOf, openStatement, plainReading, signStatement, STATEMENT_TYPE, StatementKeySchema, statementSchema } from "../../kernel-abi/dsse.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { HostFactsSchema, type HostFacts } from "../../kernel-abi/header.ts";
import type { Signer } from "../../kernel-abi/ports.ts";
import { signatureHolds } from "../../replay/seal.ts";
import { sha256 } from "../adapters/sha256.ts";
import { CLAIM, CountsSchema, ReferenceSchema, RowSchema, type ShippedConformance } from "./conformance.ts";
import type { SelfCheck } from "./conformance-runs.ts";

export const REPORT_TYPE = "urn:triad-runtime:conformance:v1";

const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });

const PredicateSchema = Type.Object({
  claim: Type.Literal(CLAIM),
  abi: Type.String(),
  format: Count,
  semantics: Count,
  /** Version of the package. */
  triad: Type.String(),
  counts: CountsSchema,
  reference: Type.Array(ReferenceSchema),
  rows: Type.Array(RowSchema),
  /** What `--self-test` found on this host; absent when it was not asked for. */
  selfTest: Type.Optional(Type.Array(Type.Object({ run: Type.String(), check: Type.String(), holds: Type.Boolean(), found: Type.String() }, exact))),
  host: HostFactsSchema,
  key: StatementKeySchema,
}, exact);

const StatementSchema = statementSchema({ subject: "conformance.json", predicateType: REPORT_TYPE, predicate: PredicateSchema });
type Statement = Static<typeof StatementSchema>;
const reading = plainReading(compiled(StatementSchema));

export interface ReportFacts {
  readonly shipped: ShippedConformance;
  readonly host: HostFacts;
  readonly selfTest?: readonly SelfCheck[];
}

/** The envelope's bytes. */
export function signReport({ shipped: { table: { schema: _, ...table }, digest }, host, selfTest }: ReportFacts, signer: Signer): Uint8Array {
  const statement: Statement = {
    _type: STATEMENT_TYPE,
    subject: [{ name: "conformance.json", digest: { sha256: digest } }],
    predicateType: REPORT_TYPE,
    predicate: {
      ...table, triad: host.triad, host, ...(selfTest === undefined ? {} : { selfTest: [...selfTest] }),
      key: keyOf(signer),
    },
  };
  return signStatement(statement, signer);
}

/** A report whose signature holds for the key it names; whether that key is trusted is another question. */
export interface OpenedReport {
  /** Of the conformance.json it speaks of, hex. */
  readonly digest: string;
  readonly keyId: string;
  readonly predicate: Readonly<Static<typeof PredicateSchema>>;
}

const refuse = (what: string, cause?: unknown): never => { throw new Fault("CONFORMANCE_REFUSED", { what: `the ${what}` }, { cause }); };

/** A report in a file that ends with a line feed is taken without it. */
const trimmed = (bytes: Uint8Array): Uint8Array => (bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes);

/**
 * Reads an envelope's bytes and checks form, key id and signature.
 * @throws Fault CONFORMANCE_REFUSED
 */
export function openReport(bytes: Uint8Array): OpenedReport {
  const { statement: { subject: [{ digest }], predicate }, keyId } = openStatement(trimmed(bytes), reading, { sha256, signature: signatureHolds, refuse });
  return { digest: digest.sha256, keyId, predicate };
}
