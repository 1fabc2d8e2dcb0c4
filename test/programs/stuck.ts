// Waits for a message that nobody sends.
import { defineProcess } from "triad-runtime";

export default defineProcess({
  name: "stuck",
  *run({ k }) {
    return (yield* k.receive()).body;
  },
});
