// The OpenRPC document (spec.open-rpc.org, 1.3.2) of the interface, made from the records; what rpc.discover gives.
import { Type } from "../schema.ts";
import { ABI_VERSION } from "../version.ts";
import { CODES, type CodeName } from "./codes.ts";
import { METHOD_NAMES, METHODS, type MethodName } from "./methods.ts";

export interface OpenRpcMethod {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly paramStructure: "by-name";
  readonly params: readonly { readonly name: string; readonly required: boolean; readonly schema: unknown }[];
  readonly result: { readonly name: string; readonly schema: unknown };
  readonly errors: readonly unknown[];
  readonly examples: readonly unknown[];
}
export interface OpenRpc {
  readonly openrpc: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string; readonly license: { readonly name: string } };
  readonly methods: readonly OpenRpcMethod[];
  readonly components: { readonly errors: Readonly<Record<string, unknown>> };
}

const error = (name: CodeName) => ({ code: CODES[name].code, message: CODES[name].says, data: { name, next: CODES[name].next, ...CODES[name].data } });

function described(name: MethodName): OpenRpcMethod {
  const { summary, help, params, result, errors, example } = METHODS[name];
  const required: readonly string[] = Type.Object(params).required ?? [];
  return {
    name, summary, description: help, paramStructure: "by-name",
    params: Object.entries<unknown>(params).map(([param, schema]) => ({ name: param, required: required.includes(param), schema })),
    result: { name: "result", schema: result },
    errors: errors.map(error),
    examples: [{ name: "example", params: Object.entries(example.params).map(([param, value]) => ({ name: param, value })), result: { name: "result", value: example.result } }],
  };
}

let made: OpenRpc | undefined;

/** The same document every time. */
export function openRpc(): OpenRpc {
  made ??= {
    openrpc: "1.3.2",
    info: { title: "Triad qSyscall", version: `${ABI_VERSION.major}.${ABI_VERSION.minor}.0`, description: "The logical-qubit microkernel over JSON-RPC 2.0.", license: { name: "MIT" } },
    methods: METHOD_NAMES.map(described),
    components: { errors: Object.fromEntries((Object.keys(CODES) as CodeName[]).map((name) => [name, error(name)])) },
  };
  return made;
}
