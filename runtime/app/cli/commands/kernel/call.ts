// triad kernel call: any method of the kernel, by its name on the wire; what it answers, as JSON.
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../../kernel-abi/fault.ts";
import { runs, type Invocation } from "../../command.ts";
import { DISCOVER, isMethod, METHOD_NAMES } from "../../../../../kernel-abi/rpc/methods.ts";
import type { CallOptions, KernelClient } from "../../../kernel/client.ts";
import { parseJson } from "../../arguments.ts";
import { addSocketOption, calling, type Reach } from "../../kernel-call.ts";
import { jsonText, toJson } from "../../values.ts";

type AnyCall = (params: Readonly<Record<string, unknown>>, options?: CallOptions) => Promise<unknown>;

/** @throws Fault USAGE */
function callNamed(method: string): (client: KernelClient) => AnyCall {
  if (method === DISCOVER) return (client) => () => client.discover();
  if (!isMethod(method)) throw new Fault("USAGE", { option: "METHOD", value: method.slice(0, 80), allowed: [...METHOD_NAMES, DISCOVER].join(", ") });
  return (client) => client[method] as AnyCall; // the kernel holds the params against the method's schema
}

/** @throws Fault USAGE */
function paramsIn(text: string): Readonly<Record<string, unknown>> {
  const given = parseJson("PARAMS", text, "PARAMS");
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw new Fault("USAGE", { option: "PARAMS", value: text.slice(0, 200), allowed: "a JSON object" });
  return given as Readonly<Record<string, unknown>>;
}

export function configure(command: Command, invocation: Invocation): void {
  addSocketOption(command.argument("<method>", "q_delegate, rpc.discover and the like: `kernel-abi/rpc/REFERENCE.md` has them").argument("[params]", "its params, as a JSON object (default: {})"))
    .option("--json", "an error is one JSON object on stderr; the answer is JSON in any case");
  runs(command, invocation, async (method = "", params = "{}") => {
    const [named, given] = [callNamed(method), paramsIn(params)];
    const answer = await calling(invocation.io, command.opts<Reach>(), (client) => named(client)(given), { words: "wire" });
    invocation.io.out.print(jsonText(toJson(answer)));
    return EXIT.ok;
  });
}
