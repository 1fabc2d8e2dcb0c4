// Recorded bodies as readings, to the byte: what encodes to something else was not written by a provider.
import { sameBytes } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { toHex } from "../../../kernel-abi/canonical.ts";
import type { CircuitWork } from "../job.ts";
import { encodeResult, parseResult, type QResult } from "../outcome.ts";
import type { Reading } from "./tally.ts";

const SHOWN = 120;
const PLAN_BYTES = 32;
/** An outcome short enough for a message. */
export const shortened = (text: string): string => (text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}… (${text.length} characters)`);

const bytesShown = (body: Uint8Array): string => `${body.length} bytes ${toHex(body.subarray(0, 32))}`;

function resultIn(body: Uint8Array): QResult | undefined {
  try {
    const result = parseResult(body);
    return sameBytes(encodeResult(result), body) ? result : undefined;
  } catch (cause) {
    if (cause instanceof Fault) return undefined;
    throw cause;
  }
}

/** What is recorded, if a job of this kind may have it: a plan's digest stands with fused ones, and with none else. */
function resultFor(work: Pick<CircuitWork, "mode">, body: Uint8Array): QResult | undefined {
  const result = resultIn(body);
  const plan = result !== undefined && "plan" in result ? result.plan : undefined;
  return plan?.length === ("fusion" in work ? PLAN_BYTES : undefined) ? result : undefined;
}

/** A value, or what stands in its place. */
export function valueIn(work: CircuitWork, body: Uint8Array): number | string {
  const result = resultFor(work, body);
  const value = result?.kind === "value" && result.value.length === 1 ? result.value[0] : undefined;
  return value === undefined ? bytesShown(body) : Number.isFinite(value) ? value : String(value);
}

/** A value with so many derivatives, all finite, or what stands in their place. */
export function gradientIn(body: Uint8Array, count: number): { readonly value: number; readonly gradient: Float64Array } | string {
  const result = resultIn(body);
  const value = result?.kind === "gradient" && result.value.length === 1 && result.gradient.length === count ? result.value[0] : undefined;
  if (result?.kind !== "gradient" || value === undefined) return bytesShown(body);
  const { gradient } = result;
  return Number.isFinite(value) && gradient.every(Number.isFinite) ? { value, gradient } : [value, ...gradient].join(" ");
}

const isRecord = (text: string, clbits: number): boolean => text.length === clbits && /^[01]*$/.test(text);

function ofBits(bits: Uint8Array, clbits: number): readonly Reading[] | string {
  const record = bits.join("");
  return bits.length === clbits && isRecord(record, clbits) ? [{ record, times: 1 }] : record;
}

/** Distinct records in code-unit order, counts of at least 1 that add up to the shots. */
function ofCounts({ keys, counts }: QResult & { readonly kind: "counts" }, { circuit, shots }: CircuitWork): readonly Reading[] | string {
  let total = 0;
  const readings: Reading[] = [];
  for (const [at, record] of keys.entries()) {
    const times = counts[at] ?? 0;
    const before = keys[at - 1];
    if (!isRecord(record, circuit.clbits) || !(Number.isSafeInteger(times) && times > 0) || (before !== undefined && before >= record)) return `${record}: ${times}`;
    total += times;
    readings.push({ record, times });
  }
  return total === shots ? readings : `${total} shots of ${shots}`;
}

/** What a job of bits or counts read; text that shows the body when it is no outcome of this job. */
export function readingsOf(job: CircuitWork, body: Uint8Array): readonly Reading[] | string {
  const result = resultFor(job, body);
  if (result?.kind === "bits" && job.mode === "bits") return ofBits(result.bits, job.circuit.clbits);
  if (result?.kind === "counts" && job.mode === "counts") return ofCounts(result, job);
  return bytesShown(body);
}
