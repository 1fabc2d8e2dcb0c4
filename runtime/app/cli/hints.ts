// What to do about a refusal, in the words of the command line: flags and commands, where the kernel's own advice names methods and params. A
// refusal that is not here, or that its row does not know, keeps the kernel's advice.
import type { KernelError } from "../../../kernel-abi/rpc/client.ts";
import type { CodeName } from "../../../kernel-abi/rpc/codes.ts";
import { printable, shellWord } from "./values.ts";

interface Refused {
  readonly data: Readonly<Record<string, unknown>>;
  /** `--socket PATH`. */
  readonly on: string;
}
type Hint = (refused: Refused) => string | undefined;

const TENANTS = "the file of `triad kernel serve --tenants`";

const without = (cap: unknown): string => printable(String(cap).replace(/^CAP_/, ""));
const caps = (missing: unknown): string => (Array.isArray(missing) && missing.length > 0 ? missing.map(without).join(",") : "what is missing");

const anew = ({ on }: Refused): string => `Open a new one with \`triad session open ${on}\`, as \`triad job submit\` does by itself: this one was closed, has expired or is another kernel's, and does not come back.`;
const isExplained = ({ data }: Refused): boolean => (data["detail"] as Refused["data"] | undefined)?.["reason"] !== undefined;

/** By `reason`; every other is of the credential that was shown. */
const OF_WHO: Readonly<Record<string, Hint>> = {
  "session-expired": anew,
  "tenant-unknown": () => `Give --tenant NAME, a tenant that the kernel serves: ${TENANTS} has them.`,
  "tenant-name": () => `Give --tenant NAME, a tenant that the kernel serves: ${TENANTS} has them.`,
  "token-needed": ({ data }) => `Give --credential FILE with what \`triad kernel token ${printable(String((data["detail"] as Refused["data"] | undefined)?.["tenant"] ?? "NAME"))} --tenants FILE\` prints.`,
  operator: () => "Give --session ID for what its tenant may know, or ask as the user whose TRIAD_HOME the kernel is served with.",
};
const credential: Hint = () => "Give --credential FILE with a credential that stands, and the --tenant NAME it is for: `triad kernel token NAME --tenants FILE` prints one.";

const OF_KIND: Readonly<Record<string, Hint>> = {
  job: ({ on }) => `\`triad job list ${on}\` shows the jobs there are; one of a session that was opened elsewhere needs its --session ID.`,
  session: (refused) => (isExplained(refused) ? undefined : anew(refused)), // then the kernel says where its evidence is
};

const HINTS: Readonly<Partial<Record<CodeName | "UNKNOWN", Hint>>> = {
  INSUFFICIENT_CAPS: ({ data }) => `Name ${caps(data["missing"])} in --caps LIST, of \`triad job submit\` or \`triad session open\`, beside what else is needed: a session holds what it was opened with. What its tenant does not hold, the operator gives it in ${TENANTS}.`,
  AUTH_FAILED: (refused) => (OF_WHO[String(refused.data["reason"])] ?? credential)(refused),
  TENANT_SUSPENDED: () => `Ask the operator: "state" in ${TENANTS} says so.`,
  JOB_NOT_FOUND: (refused) => OF_KIND[String(refused.data["kind"])]?.(refused),
  ACCESS_DENIED: ({ data }) => (data["kind"] === "job" ? "Give the --session ID that submitted it, or leave out --session where it was submitted here." : undefined),
  ALREADY_COMPLETED: ({ data, on }) => `\`triad job status ${printable(String(data["job_id"]))} ${on}\` shows what it came to.`,
  INVALID_PARAMS: ({ data }) => (data["at"] === "/client_token" ? "Give --token another text: with this one the session submitted another graph, seed or policy." : undefined),
  NOT_ENDED: ({ data, on }) => `Wait for it, then ask again: \`triad job wait ${printable(String(data["job_id"]))} ${on}\`.`,
  QUOTA_EXCEEDED: ({ data }) => (data["resource"] === "sessions" ? `Close some with \`triad session close\`, or have the tenant's quota raised in ${TENANTS}.` : undefined),
  CHECKPOINT_NOT_FOUND: ({ on }) => `Make one with \`triad job checkpoint JOB ${on}\`; a session keeps the latest only.`,
  MIGRATION_REFUSED: () => "Give another --target, or ask again at a later fence: the detail says why, and which modules there are.",
};

/** What to do next about a refusal of the kernel at `socket`. */
export const hintOf = ({ name, data, next }: KernelError, socket: string): string => HINTS[name]?.({ data, on: `--socket ${shellWord(socket)}` }) ?? next;
