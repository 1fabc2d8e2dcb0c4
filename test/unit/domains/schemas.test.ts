// The schemas of requests and calls leave the package as plain JSON Schema.
import { describe, expect, it } from "vitest";
import { PhiCallSchema, PhiReserveSchema, QCallSchema, QReserveSchema } from "../../../domains/index.ts";

const document = (schema: unknown): unknown => JSON.parse(JSON.stringify(schema));

describe("JSON Schema", () => {
  it.each([["triad/q/reserve", QReserveSchema, ["qubits", "budget"]], ["triad/phi/reserve", PhiReserveSchema, ["components", "duration"]]])(
    "of %s: an object with defaults, bounds and a sentence a field", (id, schema, required) => {
      const { properties, ...rest } = document(schema) as { properties: Record<string, { description?: string; properties?: object }> };
      expect(rest).toMatchObject({ $id: id, type: "object", required, additionalProperties: false });
      for (const field of Object.values(properties)) expect(field.description ?? field.properties).toBeDefined();
    });
  it.each([["triad/q/call", QCallSchema, "mode", ["bits", "counts", "expectation", "gradient", "events", "logical"]],
    ["triad/phi/call", PhiCallSchema, "op", ["open", "shift", "align", undefined, "kuramoto", "ising", "spectrum"]]])(
    "of %s: one form an operation, nothing beside its fields", (id, schema, tag, tags) => {
      const { $id, anyOf } = document(schema) as { $id: string; anyOf: { additionalProperties: boolean; properties: Record<string, { const?: string }> }[] };
      expect($id).toBe(id);
      expect(anyOf.map(({ properties }) => properties[tag]?.const)).toEqual(tags);
      expect(anyOf.every(({ additionalProperties }) => additionalProperties === false)).toBe(true);
    });
});
