// Decoders' figures as people read them.
import type { DecoderTelemetry } from "../../kernel/logical/telemetry.ts";
import type { GraphDecoding } from "../qvm/decoding.ts";
import { plural, printable } from "./values.ts";

const us = (value: number): string => `${String(Number(value.toPrecision(4)))} µs`;

/** 21 rounds, each corrected after 0.1 µs (at most 0.1 µs); on time. */
export function decodingText({ rounds, latency_max_us, latency_mean_us, backlog_max_us, backlog_us, overloads, overloaded }: DecoderTelemetry): string {
  if (rounds === 0) return "no rounds";
  const late = backlog_max_us === 0 ? "on time" : `late by ${us(backlog_max_us)} at most and ${us(backlog_us)} at the end`;
  const over = overloads === 0 ? "" : `\noverloaded ${plural(overloads, "time")}, ${overloaded === 0 ? "and caught up" : `${plural(overloaded, "decoder")} to the end`}`;
  return `${plural(rounds, "round")}, each corrected after ${us(latency_mean_us)} in the mean, ${us(latency_max_us)} at most; ${late}${over}`;
}

/** Where logical error rates come from, by profile. */
export const ratesText = ({ rates }: Pick<GraphDecoding, "rates">): string => {
  const listed = Object.entries(rates).map(([profile, source]) => `${printable(profile)}: ${source === "sampled" ? "sampled" : "by the formula"}`);
  return listed.length === 0 ? "no logical qubit" : listed.join("\n");
};
