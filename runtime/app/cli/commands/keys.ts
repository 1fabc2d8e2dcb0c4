// triad keys: who signs here, and whose seals are trusted (contracts, rule 16).
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../kernel-abi/fault.ts";
import { configurationFolder, exportPublicKey, listKeys, publicKeyPem, trust, type KnownKey } from "../../../adapters/keys.ts";
import { jsonOption, readPublicKey } from "../arguments.ts";
import { runs, type Invocation } from "../command.ts";
import { printFacts, printJson } from "../output.ts";
import { table } from "../table.ts";
import type { Io } from "../terminal.ts";
import { printable } from "../values.ts";

interface Flags {
  readonly json?: boolean;
}

const roleOf = ({ own }: KnownKey): string => (own ? "own" : "trusted");
const described = (key: KnownKey): Readonly<Record<string, unknown>> => ({ keyId: key.keyId, role: roleOf(key), path: key.path, pem: publicKeyPem(key.publicKey) });

async function list({ out, err }: Io, json: boolean): Promise<void> {
  const keys = listKeys();
  if (json) return printJson(out, "keys", { folder: configurationFolder(), keys: keys.map(described) });
  if (keys.length === 0) {
    err.print(`no keys yet in ${printable(configurationFolder())}`);
    return printFacts(err, [["next", "`triad run` makes your signing key; `triad keys trust FILE` adds another's."]], "  ");
  }
  await out.flow(table([{ title: "role" }, { title: "key id" }, { title: "path" }], keys.map((key) => [roleOf(key), key.keyId, printable(key.path)]), undefined, out.paint.dim));
}

/** The key with this id, or one's own. @throws Fault USAGE */
function find(id: string | undefined): KnownKey {
  const keys = listKeys();
  const found = keys.filter((key) => (id === undefined ? key.own : key.keyId.startsWith(id.toLowerCase())));
  const [key] = found;
  if (key !== undefined && found.length === 1) return key;
  throw new Fault("USAGE", id === undefined
    ? { what: "you have no signing key yet", hint: "`triad run` or `triad keys export` makes it" }
    : { key: id.slice(0, 80), what: found.length === 0 ? "no such key" : "several keys begin like this", known: keys.map(({ keyId }) => keyId.slice(0, 16)).join(", ") || "none" });
}

function show({ out }: Io, json: boolean, id: string | undefined): void {
  const key = find(id);
  if (json) return printJson(out, "key", described(key));
  printFacts(out, [["key id", key.keyId], ["role", roleOf(key)], ["path", printable(key.path)]]);
  out.print(publicKeyPem(key.publicKey).trimEnd());
}

function add({ out }: Io, json: boolean, file: string | undefined): void {
  if (file === undefined) throw new Fault("USAGE", { what: "missing file", usage: "triad keys trust FILE" });
  const keyId = trust(readPublicKey("FILE", file));
  if (json) printJson(out, "key", { keyId, role: "trusted" });
  else out.print(`trusted  ${keyId}`);
}

function give({ out }: Io, json: boolean): void {
  const pem = exportPublicKey();
  if (json) printJson(out, "key", described(find(undefined)));
  else out.print(pem.trimEnd());
}

export function configure(command: Command, invocation: Invocation): void {
  const { io } = invocation;
  command
    .argument("[verb]", "list (default) | show [ID] | trust FILE | export")
    .argument("[what]", "a key id for show, a public key in PEM for trust")
    .addOption(jsonOption());
  runs(command, invocation, async (verb = "list", what) => {
    const json = command.opts<Flags>().json === true;
    switch (verb) {
      case "list": await list(io, json); break;
      case "show": show(io, json, what); break;
      case "trust": add(io, json, what); break;
      case "export": give(io, json); break;
      default: throw new Fault("USAGE", { verb: verb.slice(0, 80), allowed: "list, show, trust, export" });
    }
    return EXIT.ok;
  });
}
