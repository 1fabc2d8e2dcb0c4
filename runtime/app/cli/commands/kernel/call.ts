// triad kernel call: any method of the kernel, by its name on the wire; what it answers, as JSON.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { runs, type Invocation } from "../../command.ts";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { isMethod, METHOD_NAMES } from "../../../../../kernel-abi/rpc/methods.ts";
import type { CallOptions, KernelClient } from "../../../kernel/client.ts";
import { parseJson } from "../../arguments.ts";
import { addSocketOption, calling } from "../../kernel-call.ts";
import { jsonText, toJson } from "../../values.ts";

type AnyCall = (params: Readonly<Record<string, unknown>>, options?: CallOptions) => Promise<unknown>;

export function configure(command: Command, invocation: Invocation): void {
  addSocketOption(command.argument("<method>", "q_delegate and the like: `kernel-abi/rpc/REFERENCE.md` has them").argument("[params]", "its params, as a JSON object (default: {})"));
  runs(command, invocation, async (method = "", params = "{}") => {
    if (!isMethod(method)) throw new Fault("USAGE", { option: "METHOD", value: method.slice(0, 80), allowed: METHOD_NAMES.join(", ") });
    const given = parseJson("PARAMS", params, "PARAMS");
    if (typeof given !== "object" || given === null || Array.isArray(given)) throw new Fault("USAGE", { option: "PARAMS", value: params.slice(0, 200), allowed: "a JSON object" });
    const { socket } = command.opts<{ readonly socket: string }>();
    const answer = await calling(socket, (client: KernelClient) => (client[method] as AnyCall)(given as Readonly<Record<string, unknown>>)); // the kernel holds them against the method's schema
    invocation.io.out.print(jsonText(toJson(answer)));
    return EXIT.ok;
  });
}
