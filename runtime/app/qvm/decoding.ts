// What a graph asks of decoders, told without a machine to place it on: its nodes are charged to an account as the microkernel charges a job's
// (runtime/kernel/logical/accounts.ts), where nothing is wrong and every qubit has a place at once. Of one shot.
import type { Graph } from "../../../kernel-abi/qvm/graph.ts";
import { rateSource, type RateSource } from "../../../kernel-abi/qvm/qec/rates.ts";
import { withWishedDistance } from "../../../kernel-abi/qvm/wished-distance.ts";
import { Account } from "../../kernel/logical/accounts.ts";
import { profileOf } from "../../kernel/logical/demand.ts";
import { decoderTelemetry, type DecoderTelemetry } from "../../kernel/logical/telemetry.ts";

export interface GraphDecoding extends DecoderTelemetry {
  /** By profile: whether its logical error rate is a formula's or was sampled. */
  readonly rates: Readonly<Record<string, RateSource>>;
}

/** @param graph valid (verify.ts) @param most only the first so many nodes */
export function decodingOf({ program }: Graph, most: number = program.nodes.length): GraphDecoding {
  const account = new Account();
  const rates = new Map<string, RateSource>();
  const nodes = withWishedDistance(program.nodes).slice(0, most);
  account.begin({ from: 0, to: nodes.length, moves: [], conditions: [] });
  for (const node of nodes) {
    if (node.op === "ALLOC_LQ") {
      const profile = profileOf(node);
      rates.set(profile.text, rateSource(profile));
      for (const vq of node.vqs) account.seat(vq, { profile, module: "" });
    }
    account.charge(node);
    if (node.op === "FREE_LQ") for (const vq of node.vqs) account.freed(vq);
  }
  account.end();
  return { ...decoderTelemetry(account.qubits, [account]), rates: Object.fromEntries(rates) };
}
