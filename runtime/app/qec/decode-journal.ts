// What a decoding has done so far, beside where its predictions go: a ledger of parts, none of them lost by a kill. Owns the file.
//   J1  It is of one work, known by SHA-256: version, decoder with its settings, error model, detection events, and the cut into parts. That of
//       another is refused and left as it is.
//   J2  A part is decoded of its own shots alone, so it does not matter who decoded which when: the predictions are the same.
import { toHex } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { pack, unpack } from "../../../kernel-abi/packer.ts";
import { printModel } from "../../../domains/q/dem/print.ts";
import type { ErrorModel } from "../../../domains/q/dem/model.ts";
import type { DecoderSettings } from "../../../domains/q/qec/decoder-settings.ts";
import { discard, hostDisk } from "../../adapters/disk.ts";
import { packageVersion } from "../../adapters/host.ts";
import { openLedger, type Ledger } from "../../adapters/ledger.ts";
import { sha256 } from "../../adapters/sha256.ts";

/** What is decoded, by all that its predictions depend on. */
export interface DecodeWork {
  readonly settings: DecoderSettings;
  readonly model: ErrorModel;
  readonly shots: number;
  /** shots × ⌈detectors / 8⌉ bytes. */
  readonly events: Uint8Array;
  /** Shots of a part. */
  readonly part: number;
}

/** What the decoder said of the shots from `first` on. */
export interface DecodedPart {
  readonly first: number;
  /** Shots that no correction explains. */
  readonly unsolved: number;
  /** Shots × ⌈observables / 8⌉ bytes. */
  readonly predictions: Uint8Array;
}

export interface DecodeJournal {
  /** Parts that were decoded before, in the order they were kept. */
  readonly found: readonly DecodedPart[];
  /** The part survives a kill when this returns. @throws Fault DISK_FAILED | FILE_UNREADABLE */
  keep(part: DecodedPart): void;
  close(): void;
}

const FORMAT = "triad.qec-decode/1";

/** Of other bytes another, hex. */
export function workDigest({ settings, model, shots, events, part }: DecodeWork): string {
  const { detectors, observables } = model;
  return toHex(sha256(pack({ format: FORMAT, version: packageVersion(), settings, detectors, observables, model: sha256(new TextEncoder().encode(printModel(model))), shots, events: sha256(events), part })));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;
const isPart = (value: unknown): value is DecodedPart =>
  isRecord(value) && typeof value["first"] === "number" && typeof value["unsolved"] === "number" && value["predictions"] instanceof Uint8Array;

const NEXT = "Finish that one with the words it was begun with, write these predictions to another file, or remove the journal: what is in it can be decoded again.";
const refuse = (journal: string, why: string, cause?: unknown): never => { throw new Fault("RESUME_REFUSED", { journal, why }, { next: NEXT, cause }); };

/** @throws Fault RESUME_REFUSED for what is no ledger */
function opened(path: string): Ledger {
  try {
    return openLedger({ path });
  } catch (error) {
    if (!(error instanceof Fault) || error.fault !== "LEDGER_DAMAGED") throw error;
    return refuse(path, "it is damaged, or no journal of a decoding", error);
  }
}

function partsIn(ledger: Ledger, path: string, work: string): readonly DecodedPart[] {
  const [head, ...entries] = ledger.found.map((entry) => unpack(entry));
  if (head === undefined) {
    ledger.append(pack({ format: FORMAT, work }));
    ledger.commit();
    return [];
  }
  if (!isRecord(head) || head["format"] !== FORMAT || !entries.every(isPart)) return refuse(path, "it is no journal of a decoding");
  if (head["work"] !== work) return refuse(path, "it is of other detection events, another error model, decoder or version");
  return entries;
}

/** Begun, or taken up where one of the same work stops. @throws Fault RESUME_REFUSED | DISK_FAILED | FILE_UNREADABLE */
export function openDecodeJournal(path: string, work: DecodeWork): DecodeJournal {
  const ledger = opened(path);
  try {
    const found = partsIn(ledger, path, workDigest(work));
    return {
      found,
      keep({ first, unsolved, predictions }) {
        ledger.append(pack({ first, unsolved, predictions }));
        ledger.commit();
      },
      close: () => { ledger.close(); },
    };
  } catch (error) {
    ledger.close();
    throw error;
  }
}

/** Once the predictions are where they belong. */
export const forgetDecodeJournal = (path: string): void => { discard(hostDisk, path); };
