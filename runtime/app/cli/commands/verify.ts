// triad verify: is this file what was sealed, and by whom? Executes nothing, and loads nothing that could.
import type { Command } from "commander";
import { existsSync } from "node:fs";
import { EXIT, Fault } from "../../../../kernel-abi/fault.ts";
import { verify, type VerifyReport } from "../../../../replay/verify.ts";
import { keyIdOf } from "../../../../replay/seal.ts";
import type { Attestation } from "../../../../kernel-abi/qvm/attestation.ts";
import { openSource, readText } from "../../../adapters/files.ts";
import { listKeys, type KnownKey } from "../../../adapters/keys.ts";
import { jsonOption, readPublicKey } from "../arguments.ts";
import { runs, type Invocation } from "../command.ts";
import { printFacts, printJson, type Facts } from "../output.ts";
import type { Io } from "../terminal.ts";
import { plural, printable } from "../values.ts";

interface Flags {
  readonly signer?: string;
  readonly allowUnsealed?: boolean;
  readonly attestation?: string;
  readonly json?: boolean;
}

/** A key id as it stands, or the id of the public key in a PEM file. @throws Fault USAGE | FILE_UNREADABLE */
function signerId(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  if (!existsSync(text)) throw new Fault("USAGE", { option: "--signer", value: text.slice(0, 200), allowed: "a key id (64 hex digits) or the path of a public key in PEM" });
  return keyIdOf(readPublicKey("--signer", text));
}

function check(file: string, flags: Flags, keys: readonly KnownKey[]): VerifyReport {
  const source = openSource(file);
  try {
    return verify(source, {
      trusted: keys.map(({ keyId }) => keyId),
      allowUnsealed: flags.allowUnsealed === true,
      ...(flags.signer === undefined ? {} : { signer: signerId(flags.signer) }),
    });
  } finally {
    source.close();
  }
}

/** What the kernel says of the job: the file named, else the one that stands beside the trace. */
function attestationFile(file: string, { attestation }: Flags): string | undefined {
  const beside = `${file}.attestation`;
  return attestation ?? (existsSync(beside) ? beside : undefined);
}

/** Loaded when there is one: most traces are of other things than graphs. */
async function attested(file: string, path: string | undefined, report: VerifyReport, keys: readonly KnownKey[]): Promise<Attestation | undefined> {
  if (path === undefined) return undefined;
  const { checkAttestation } = await import("../../attested.ts");
  const source = openSource(file);
  try {
    return checkAttestation(new TextEncoder().encode(readText(path)), { source, report, trusted: keys.map(({ keyId }) => keyId) });
  } finally {
    source.close();
  }
}

const attestationFacts = ({ job, tenant, certificate, nodes, epochs, usage: { logicalQubits, physicalQubits, channels } }: Attestation): Facts => [
  ["attested", printable(`job ${job} of ${tenant}: ${plural(nodes, "node")} in ${plural(epochs.count, "epoch")}, ${plural(logicalQubits, "logical qubit")} on ${physicalQubits} physical, ${plural(channels, "channel")}`)],
  ["certificate", certificate],
];

function whose({ keyId, trusted }: VerifyReport, keys: readonly KnownKey[], { out: { paint } }: Io): string {
  if (keyId === null) return "nobody";
  const known = keys.find((key) => key.keyId === keyId);
  if (known?.own === true) return `${keyId} ${paint.good("(your own key)")}`;
  return trusted ? `${keyId} ${paint.good("(trusted)")}` : `${keyId} ${paint.warn("(unknown here)")}`;
}

function factsOf(report: VerifyReport, keys: readonly KnownKey[], io: Io): Facts {
  const { host } = report;
  return [
    ["run", `${report.status ?? "no end on record"}: ${plural(report.events, "event")} in ${plural(report.frames, "frame")}, ${plural(report.blocks, "block")}, ${plural(report.intactBytes, "byte")}`],
    ["digest", report.digest],
    ["signer", whose(report, keys, io)],
    report.batch === null ? undefined : ["signed", `run ${report.batch.index + 1} of ${report.batch.count} under one signature; the audit path holds`],
    report.durability === null ? undefined : ["durability", report.durability],
    host === null ? undefined : ["recorded", printable(`${host.sealed} by triad ${host.triad}, node ${host.node}, ${host.platform}, ${plural(host.workers, "worker")}`)],
    host === null || host.label === "" ? undefined : ["label", printable(host.label)],
  ];
}

function advise({ keyId, sealed, trusted }: VerifyReport, { err }: Io): void {
  const warn = (text: string, next: string): void => {
    err.print(`${err.paint.warn("warning")}: ${text}`);
    printFacts(err, [["next", next]], "  ");
  };
  if (!sealed) warn("the journal has no seal: what is intact is only chained, nobody signed it", "Look at it with `triad trace`; record the run again for evidence.");
  else if (!trusted) warn(`the seal holds, but its signer ${keyId ?? ""} is unknown here`, "Get the signer's public key from the signer, then `triad keys trust KEY.pem`, or require it with --signer.");
}

export function configure(command: Command, invocation: Invocation): void {
  command
    .argument("<trace>", "a .triad file")
    .option("--signer <key>", "accept this signer only: a key id, or a public key in a PEM file")
    .option("--allow-unsealed", "accept a journal without a seal (.partial) and say how far it is intact")
    .option("--attestation <file>", "check what the kernel attests of the job against the trace (default: TRACE.attestation where there is one)")
    .addOption(jsonOption());
  runs(command, invocation, async (file = "") => {
    const { io } = invocation;
    const flags = command.opts<Flags>();
    const keys = listKeys();
    const report = check(file, flags, keys);
    const attestation = await attested(file, attestationFile(file, flags), report, keys);
    if (flags.json === true) printJson(io.out, "verify", { file, ...report, ...(attestation === undefined ? {} : { attestation }) });
    else {
      io.out.print(`${io.out.paint.good(report.sealed ? "intact" : "intact so far")}  ${printable(file)}`);
      printFacts(io.out, [...factsOf(report, keys, io), ...(attestation === undefined ? [] : attestationFacts(attestation))]);
      advise(report, io);
    }
    return EXIT.ok;
  });
}
