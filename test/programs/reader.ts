// Reads a named text and its input, with a schema for the input.
import { defineProcess, Type } from "triad-runtime";

export default defineProcess({
  name: "reader",
  input: Type.Object({ times: Type.Integer({ minimum: 1 }) }),
  *run({ k }, { times }) {
    return (yield* k.file("words")).trim().repeat(times);
  },
});
