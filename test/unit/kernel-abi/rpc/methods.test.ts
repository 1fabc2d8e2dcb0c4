import { describe, expect, it } from "vitest";
import { FAULTS } from "../../../../kernel-abi/fault.ts";
import { CODES, codeName, type CodeName } from "../../../../kernel-abi/rpc/codes.ts";
import { CODE_OF } from "../../../../kernel-abi/rpc/fault-data.ts";
import { AUTHORITY_CODES } from "../../../../kernel-abi/wire-codes.ts";
import { METHOD_NAMES, METHODS } from "../../../../kernel-abi/rpc/methods.ts";
import { openRpc } from "../../../../kernel-abi/rpc/openrpc.ts";
import { Compile, Type, type TSchema } from "../../../../kernel-abi/schema.ts";

/** Written down a second time: what callers of other languages have in their programs. */
const DOCUMENTED: Readonly<Record<number, CodeName>> = {
  [-32700]: "PARSE_ERROR", [-32600]: "INVALID_REQUEST", [-32601]: "METHOD_NOT_FOUND", [-32602]: "INVALID_PARAMS", [-32603]: "INTERNAL_ERROR",
  [-32001]: "INSUFFICIENT_CAPS", [-32100]: "AUTH_FAILED", [-32101]: "TENANT_SUSPENDED", [-32200]: "INVALID_GRAPH", [-32201]: "QUOTA_EXCEEDED", [-32202]: "RESOURCE_EXHAUSTED",
  [-32300]: "JOB_NOT_FOUND", [-32301]: "ACCESS_DENIED", [-32302]: "TIMEOUT", [-32303]: "ALREADY_COMPLETED",
};

describe("codes", () => {
  it("are the documented ones, and each number has one name (R1)", () => {
    for (const [code, name] of Object.entries(DOCUMENTED)) expect(codeName(Number(code))).toBe(name);
    const numbers = Object.values(CODES).map(({ code }) => code);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(codeName(1)).toBe(undefined);
  });

  it("of faults lead to a code, from a name the registry has", () => {
    for (const code of Object.values(CODE_OF)) expect(code in CODES).toBe(true);
    for (const [fault, { code, name }] of Object.entries(AUTHORITY_CODES)) expect([CODES[CODE_OF[fault] ?? "PARSE_ERROR"].code, CODE_OF[fault]]).toEqual([code, name]);
  });

  it("every fault of the kernel's rooms has one: add its row to CODE_OF", () => {
    const ours = Object.entries(FAULTS).filter(([, { code }]) => code > 3_700 && code < 3_760).map(([name]) => name);
    expect(ours.filter((name) => !(name in CODE_OF))).toEqual([]);
  });
});

/** Beside what upstream's documents name. */
const OURS = ["q_accept_channel", "q_attenuate", "q_delegate", "q_kernel_status", "q_list_channels", "q_list_delegations", "q_list_jobs", "q_offer_channel", "q_revoke_channel", "q_revoke_credential", "q_revoke_delegation"];

describe("methods", () => {
  it("are the documented ones", () => {
    expect([...METHOD_NAMES].sort()).toEqual([
      "q_alloc", "q_cancel", "q_chan_status", "q_checkpoint", "q_close_chan", "q_close_session", "q_get_mapping", "q_get_telemetry", "q_job_events", "q_migrate", "q_negotiate_caps",
      "q_open_chan", "q_release", "q_replay", "q_restore", "q_status", "q_submit", "q_wait", ...OURS,
    ].sort());
  });

  it.each(METHOD_NAMES)("%s: its example fits its schemas", (name) => {
    const { params, result, example } = METHODS[name];
    expect([...Compile(Type.Object(params)).Errors(example.params)]).toEqual([]);
    expect([...Compile(result as TSchema).Errors(example.result)]).toEqual([]);
    expect(Object.keys(example.params).every((member) => member in params)).toBe(true);
  });

  it("a submit is never made twice for nothing known of it", () => {
    expect(METHOD_NAMES.filter((name) => METHODS[name].idempotent)).not.toContain("q_submit");
  });
});

/** The shape the OpenRPC meta schema (1.3.2) requires, as far as we use it: written from its text. */
const Descriptor = Type.Object({ name: Type.String({ minLength: 1 }), schema: Type.Object({}), required: Type.Optional(Type.Boolean()) });
const MetaShape = Type.Object({
  openrpc: Type.String({ pattern: "^1\\.3\\.\\d+$" }),
  info: Type.Object({ title: Type.String(), version: Type.String({ pattern: "^\\d+\\.\\d+\\.\\d+$" }), description: Type.Optional(Type.String()), license: Type.Optional(Type.Object({ name: Type.Optional(Type.String()) }, { additionalProperties: false })) }, { additionalProperties: false }),
  methods: Type.Array(Type.Object({
    name: Type.String({ minLength: 1 }), summary: Type.Optional(Type.String()), description: Type.Optional(Type.String()), params: Type.Array(Descriptor), result: Descriptor,
    paramStructure: Type.Optional(Type.Union([Type.Literal("by-name"), Type.Literal("by-position"), Type.Literal("either")])),
    errors: Type.Array(Type.Object({ code: Type.Integer(), message: Type.String(), data: Type.Optional(Type.Unknown()) }, { additionalProperties: false })),
    examples: Type.Array(Type.Object({ name: Type.String(), params: Type.Array(Type.Object({ name: Type.String(), value: Type.Unknown() })), result: Type.Optional(Type.Object({ name: Type.String(), value: Type.Unknown() })) })),
  }, { additionalProperties: false })),
  components: Type.Optional(Type.Object({ errors: Type.Record(Type.String(), Type.Unknown()) }, { additionalProperties: false })),
}, { additionalProperties: false });

describe("the OpenRPC document", () => {
  const sent = JSON.parse(JSON.stringify(openRpc())) as ReturnType<typeof openRpc>;

  it("has the shape the meta schema requires, as it is sent", () => {
    expect([...Compile(MetaShape).Errors(sent)]).toEqual([]);
  });

  it("has every method once, with its params, errors and an example", () => {
    expect(sent.methods.map(({ name }) => name)).toEqual(METHOD_NAMES);
    for (const { params, examples, errors } of sent.methods) expect([params.length > 0, examples.length, errors.length > 0]).toEqual([true, 1, true]);
    expect(sent.methods.find(({ name }) => name === "q_wait")?.params.map(({ name, required }) => [name, required])).toEqual([["job_id", true], ["session_id", true], ["timeout_ms", false]]);
  });

  it("has JSON schemas that say the same as the records: what they are compiled to from the document refuses and accepts alike", () => {
    for (const { name, params } of sent.methods) {
      const schema = { type: "object", required: params.filter(({ required }) => required).map((param) => param.name), properties: Object.fromEntries(params.map((param) => [param.name, param.schema])) };
      const read = Compile(schema as TSchema);
      const given = METHODS[name as (typeof METHOD_NAMES)[number]].example.params;
      expect(read.Check(given)).toBe(true);
      for (const param of params) {
        const { [param.name]: _, ...without } = given;
        expect(read.Check(without)).toBe(!param.required);
        if (param.name !== "graph") expect(read.Check({ ...given, [param.name]: { wrong: [] } })).toBe(Compile(Type.Object(METHODS[name as (typeof METHOD_NAMES)[number]].params)).Check({ ...given, [param.name]: { wrong: [] } }));
      }
    }
  });
});
