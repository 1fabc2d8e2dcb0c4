// JSON lines: every record on a line of its own in canonical form (RFC 8785), so that the same run gives the same bytes.
import { canonicalJson } from "../kernel-abi/canonical.ts";
import type { Signer } from "../kernel-abi/ports.ts";
import type { Exporter } from "./exporter.ts";
import { signedStart, streamSigner, type StreamSigner } from "./signing.ts";
import type { StreamStart, TelemetryLine } from "./schema.ts";

const utf8 = new TextDecoder();
export const lineOf = (record: TelemetryLine): string => `${utf8.decode(canonicalJson(record))}\n`;

export interface JsonLinesOptions {
  readonly write: (text: string) => void;
  /** Signs every line, bound to the stream's first. */
  readonly signer?: Signer | undefined;
  readonly name?: string;
}

export function jsonLines({ write, signer, name = "json-lines" }: JsonLinesOptions): Exporter {
  let sign: StreamSigner | undefined;
  const put = (record: TelemetryLine): void => { write(lineOf(sign === undefined ? record : sign(record))); };
  function begin(start: StreamStart): void {
    if (signer === undefined) return put(start);
    const signed = signedStart(start, signer);
    write(lineOf(signed));
    sign = streamSigner(signed, signer);
  }
  return { name, begin, metric: put, fault: put, diagnostic: put, alert: put, end: put };
}

/** Finished records as lines, without a stream around them. */
export const linesOf = (records: readonly TelemetryLine[]): string => records.map(lineOf).join("");
