// The lives of CH handles, and the firewall between tenants. Rules: undeclared, channel, leak, firewall.
//   F1  An op that can entangle qubits of different tenants names an open channel between just these two. That somebody wrote a channel's
//       name is no permission: the kernel's broker decides at run time, this only refuses what could never be permitted.
//   F2  Two qubits are joined by one channel at a time, whichever of them it begins with.
import { actedOn, pairOf } from "./channel-ends.ts";
import { quoted, type Findings } from "./findings.ts";
import type { GraphNode } from "./graph.ts";
import type { OpRow } from "./ops.ts";
import type { QubitLives } from "./verify-qubits.ts";

interface Channel {
  opened: GraphNode | undefined;
  closed: GraphNode | undefined;
}

export class ChannelLives {
  readonly #channels = new Map<string, Channel>();
  /** By its two qubits: the channel that is open between them. */
  readonly #joining = new Map<string, string>();
  readonly #declared: ReadonlySet<string>;
  readonly #findings: Findings;
  constructor(declared: readonly string[], findings: Findings) {
    this.#declared = new Set(declared);
    this.#findings = findings;
    for (const name of declared) this.#channels.set(name, { opened: undefined, closed: undefined });
  }

  visit(node: GraphNode): void {
    for (const name of node.chs) {
      if (!this.#declared.has(name)) this.#findings.error("undeclared", node.id, `The channel ${quoted(name)} is not declared.`, `Add ${quoted(name)} to resources.chs.`);
      const channel = this.#channels.get(name) ?? { opened: undefined, closed: undefined };
      this.#channels.set(name, channel);
      if (node.op === "OPEN_CHAN") this.#open(name, channel, node);
      else this.#use(name, channel, node);
    }
  }

  #open(name: string, channel: Channel, node: GraphNode): void {
    if (channel.opened !== undefined) this.#findings.error("channel", node.id, `The channel ${quoted(name)} is opened again; ${quoted(channel.opened.id)} did so before.`, "Use another name: a channel has one life.");
    else this.#join(name, node);
    channel.opened ??= node;
  }

  #join(name: string, node: GraphNode): void {
    const pair = pairOf(node.vqs);
    const other = this.#joining.get(pair);
    if (other === undefined) this.#joining.set(pair, name);
    else this.#findings.error("channel", node.id, `${quoted(name)} joins two qubits between which ${quoted(other)} is open.`, `Use ${quoted(other)}, or close ${quoted(other)} before this node.`);
  }

  #use(name: string, channel: Channel, node: GraphNode): void {
    if (channel.opened === undefined) this.#findings.error("channel", node.id, `${node.op} uses the channel ${quoted(name)}, which is not open.`, `Put an OPEN_CHAN of ${quoted(name)} before this node.`);
    else if (channel.closed !== undefined && channel.closed !== node) this.#findings.error("channel", node.id, `${node.op} uses the channel ${quoted(name)} after ${quoted(channel.closed.id)} has closed it.`, "Close a channel once, after its last use.");
    else if (node.op === "USE_CHAN" && node.vqs.some((vq) => channel.opened?.vqs.includes(vq) === false)) {
      this.#findings.error("channel", node.id, `USE_CHAN names a qubit that is no end of ${quoted(name)}.`, `Name one of the qubits that ${quoted(channel.opened.id)} joins, or both.`);
    }
    if (node.op === "CLOSE_CHAN") this.#close(name, channel, node);
  }

  #close(name: string, channel: Channel, node: GraphNode): void {
    channel.closed ??= node;
    const pair = pairOf(channel.opened?.vqs ?? []);
    if (this.#joining.get(pair) === name) this.#joining.delete(pair);
  }

  /** The ends a node acts on without naming them: what moves on along a channel from one end arrives at the other. */
  implied(node: GraphNode): readonly string[] {
    if (node.op !== "USE_CHAN") return [];
    return actedOn(node, this.#channels.get(node.chs[0] ?? "")?.opened?.vqs ?? []).filter((end) => !node.vqs.includes(end));
  }

  /** Whether it is open between these qubits, either way round. */
  #joins(name: string, qubits: readonly string[]): boolean {
    const channel = this.#channels.get(name);
    if (channel?.opened === undefined || channel.closed !== undefined) return false;
    return qubits.every((qubit) => channel.opened?.vqs.includes(qubit) === true);
  }

  /** Ops on several qubits, after `visit`. */
  firewall(node: GraphNode, row: OpRow, qubits: QubitLives): void {
    if (node.vqs.length < 2 || !("channel" in row.args)) return;
    const { channel } = node.args;
    const tenants = new Set(node.vqs.map((name) => qubits.tenantOf(name)));
    const crosses = tenants.size > 1;
    if (typeof channel === "string" && this.#joins(channel, node.vqs)) return;
    if (crosses) {
      this.#findings.error("firewall", node.id, `${node.op} joins qubits of different tenants ${typeof channel === "string" ? `by ${quoted(channel)}, which is no open channel between them` : "without a channel"}.`,
        "Open a channel between the two with OPEN_CHAN and name it in args.channel; the kernel must broker it.");
    } else if (typeof channel === "string") {
      this.#findings.error("channel", node.id, `${node.op} names ${quoted(channel)}, which is no open channel between its qubits.`, "Open it with OPEN_CHAN before this node, or leave args.channel out.");
    }
  }

  end(): void {
    for (const [name, { opened, closed }] of this.#channels) {
      if (opened === undefined && this.#declared.has(name)) this.#findings.warning("channel", null, `The channel ${quoted(name)} is declared and never opened.`, `Take ${quoted(name)} out of resources.chs.`);
      else if (opened !== undefined && closed === undefined) this.#findings.warning("leak", opened.id, `The channel ${quoted(name)} is never closed.`, `Add a CLOSE_CHAN of ${quoted(name)}.`);
    }
  }
}
