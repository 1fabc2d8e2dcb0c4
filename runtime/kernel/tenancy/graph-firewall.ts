// The firewall over a whole graph, before any of it runs. Owns nothing: it reads the graph and the broker, and says what stands against it.
//   W13 A qubit is the session's tenant's unless its ALLOC_LQ claims another's; a claim on another tenant's behalf holds only while a channel
//       joins the two. So `tenant_id` proves nothing by being written.
//   W14 Every op on qubits of two tenants names a valid channel of both in `args.channel`, whatever the op is called; OPEN_CHAN and USE_CHAN
//       by the channel they act on, which the graph calls by the broker's id, so that what verifier and broker know by it is one thing. What the graph would use
//       of a channel is counted as a whole.
//   W15 A graph without claims belongs to one tenant and costs one look at each node.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { AdmittedGraph, AdmittedNode } from "./authority-terms.ts";
import type { Broker } from "./broker.ts";
import { entangles, pairsOf, refuseViolation } from "./firewall.ts";
import { shown } from "./witness.ts";

/** Uses of one channel by one graph. */
export interface ChannelUse {
  readonly channel: string;
  readonly tenants: readonly [string, string];
  readonly uses: number;
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const claims = (node: AdmittedNode): boolean => node.args["tenant_id"] !== undefined;

/**
 * What the graph uses of brokered channels; empty for a graph of one tenant. `counted`: its uses are among those of the channel already.
 * @throws Fault ACCESS_DENIED for a claim that does not hold; FIREWALL_VIOLATION for a crossing without a channel. `node` is in the detail.
 */
export function graphCrossings(graph: AdmittedGraph, tenant: string, broker: Broker, counted = false): readonly ChannelUse[] {
  const { nodes } = graph.program;
  if (!nodes.some(claims)) return [];
  const owners = new Map<string, string>();
  /** Ends of each channel that the graph itself opened. */
  const ends = new Map<string, readonly string[]>();
  const uses = new Map<string, ChannelUse>();
  for (const node of nodes) {
    const claimed = refuseClaim(node, tenant, broker);
    if (node.op === "ALLOC_LQ") for (const qubit of node.vqs) owners.set(qubit, claimed);
    if (node.op === "OPEN_CHAN") for (const channel of node.chs) ends.set(channel, node.vqs);
    const qubits = node.op === "USE_CHAN" ? [...new Set([...node.vqs, ...node.chs.flatMap((channel) => ends.get(channel) ?? [])])] : node.vqs;
    if (qubits.length > 1 && entangles(node.op)) cross(node, qubits, (qubit) => owners.get(qubit) ?? tenant, broker, { uses, counted });
  }
  return [...uses.values()];
}

/** Whose the node says it is. */
function refuseClaim(node: AdmittedNode, tenant: string, broker: Broker): string {
  if (!claims(node)) return tenant;
  const claimed = textOf(node.args["tenant_id"]);
  if (claimed === tenant) return tenant;
  const lack = claimed === undefined ? "missing_channel" : broker.lackBetween(tenant, claimed);
  if (lack === "channel_quota_exceeded") throw new Fault("CHANNEL_REFUSED", { reason: lack, node: node.id, tenant }, { next: "Agree on another channel with that tenant: what those you have may be used for is used up." });
  if (claimed === undefined || lack !== undefined) throw new Fault("ACCESS_DENIED", { kind: "tenant", id: claimed === undefined ? null : shown(claimed), reason: "tenant-claim", node: node.id, tenant });
  return claimed;
}

function cross(node: AdmittedNode, qubits: readonly string[], ownerOf: (qubit: string) => string, broker: Broker, { uses, counted: accepted }: { readonly uses: Map<string, ChannelUse>; readonly counted: boolean }): void {
  const channel = textOf(node.args["channel"]) ?? (node.op === "OPEN_CHAN" || node.op === "USE_CHAN" ? node.chs[0] : undefined);
  let counted = false;
  for (const pair of pairsOf(qubits)) {
    const tenants = [ownerOf(pair[0]), ownerOf(pair[1])] as const;
    if (tenants[0] === tenants[1]) continue;
    const before = channel === undefined ? 0 : uses.get(channel)?.uses ?? 0;
    const total = counted ? before : before + 1;
    const kind = broker.lacks(channel, ...tenants, accepted ? 0 : total);
    if (kind !== undefined) refuseViolation({ kind, op: node.op, qubits: pair, tenants, channel: channel ?? null }, node.id);
    if (channel !== undefined) uses.set(channel, { channel, tenants, uses: total });
    counted = true;
  }
}
