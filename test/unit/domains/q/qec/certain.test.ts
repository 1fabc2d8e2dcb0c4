// Errors of probability 1: decoded as if a gate stood in their place, by every decoder, from circuits and from models.
import { describe, expect, it } from "vitest";
import { countErrors, decodeRows, qecKernel } from "../../../../../domains/kernels/qec/kernel.ts";
import { encodeDecodeRows, type QecDecoder } from "../../../../../domains/kernels/qec/job.ts";
import { flattened } from "../../../../../domains/q/dem/flatten.ts";
import { DECODERS, decoderSettings, type DecoderName } from "../../../../../domains/q/qec/decoder-settings.ts";
import { decoderFor, decoderOfModel } from "../../../../../domains/q/qec/decoder.ts";
import { circuitOf, uniformNoise } from "../../../../../domains/q/qec/experiment.ts";
import { compileFrames } from "../../../../../domains/q/stim/compile.ts";
import { parseStim } from "../../../../../domains/q/stim/parse.ts";
import { printStim } from "../../../../../domains/q/stim/print.ts";
import { unpack } from "../../../../../kernel-abi/packer.ts";
import { faultName } from "../../../../support/refusals.ts";

const key = Uint32Array.of(3, 8);
const text = printStim(circuitOf({ code: "repetition_code:memory", distance: 5, rounds: 2, noise: uniformNoise(0.04) }));
const second = text.lastIndexOf("TICK");

/** The circuit with a line in the middle of its last round. */
const withLine = (line: string): ReturnType<typeof parseStim> => parseStim(`${text.slice(0, second)}${line}\n${text.slice(second)}`);
const counted = (name: DecoderName, circuit: ReturnType<typeof parseStim>, decoder: QecDecoder = decoderFor(circuit, decoderSettings(name))) =>
  countErrors({ program: compileFrames(circuit), decoder, shots: 20_000, key }, decoder);

/** Rows of `b8` for models of at most eight detectors, and the predictions of each. */
const predicted = (dem: string, name: DecoderName, rows: readonly number[]): { readonly said: readonly number[]; readonly unsolved: number } => {
  const model = flattened(dem);
  const job = { decoder: decoderOfModel(model, decoderSettings(name)), detectors: model.detectors, observables: model.observables, shots: rows.length, events: Uint8Array.from(rows) };
  const answer = decodeRows(job);
  expect(unpack(qecKernel.run(encodeDecodeRows(job)))).toEqual(answer);
  return { said: [...answer.predictions], unsolved: answer.unsolved };
};

describe.each(DECODERS)("%s", (name) => {
  it("errs on the same shots whether a qubit is flipped for certain or by a gate", () => {
    // Qubit 0 is read out with the observable; 0, 2 and 4 are data.
    for (const on of ["0", "2", "0 4"]) {
      const [certain, plain] = [counted(name, withLine(`X_ERROR(1) ${on}`)), counted(name, withLine(`X_ERROR(0) ${on}`))];
      expect([certain.errors, certain.flips, certain.unsolved]).toEqual([plain.errors, plain.flips, plain.unsolved]);
      const gate = withLine(`X ${on}`);
      expect(counted(name, gate)).toEqual(plain); // a gate is no error: it moves what the detectors are measured against
      expect(certain.events).toBeGreaterThan(plain.events);
    }
  });

  it("says of a model what its certain errors flip, and twice is not at all", () => {
    const open = "error(0.1) D0 L1\nerror(0.1) D0 D1\nerror(0.1) D1\n";
    for (const [sure, events, flips] of [["error(1) D0 L0\n", 1, 1], ["error(1) D0 L0\nerror(1) D1 L0 L1\n", 3, 2], ["error(1) D0 L0\nerror(1) D0 L0 ^ D1 D2\n", 6, 0], ["error(1) D0 D1 D2 L0\n", 7, 1]] as const) {
      const rows = [0, 1, 2, 3];
      const size = "error(0.01) D2\nerror(0) L1\n";
      const without = predicted(open + size, name, rows);
      expect(predicted(open + size + sure, name, rows.map((row) => row ^ events)), sure).toEqual({ said: without.said.map((row) => row ^ flips), unsolved: without.unsolved });
    }
  });

  it("takes a model in which nothing else may happen", () => {
    expect(predicted("error(1) D0 L0\n", name, [1])).toEqual({ said: [1], unsolved: 0 });
  });
});

it("nothing is sent along where nothing is certain, and flips of other sizes are refused", () => {
  const model = flattened("error(0.1) D0 L0\nerror(0.1) D1\n");
  const decoder = decoderOfModel(model, decoderSettings("matching"));
  expect("certain" in decoder).toBe(false);
  const job = { detectors: 2, observables: 1, shots: 1, events: Uint8Array.of(1) };
  const run = (events: number[], flips: number[]): Uint8Array => qecKernel.run(encodeDecodeRows({ ...job, decoder: { ...decoder, certain: { events: Uint8Array.from(events), flips: Uint8Array.from(flips) } } }));
  expect(unpack(run([1], [1]))).toEqual({ predictions: Uint8Array.of(1), unsolved: 0 });
  for (const [events, flips] of [[[4], [0]], [[0, 0], [0]], [[0], []], [[0], [2]]] as const) expect(faultName(() => run([...events], [...flips]))).toBe("KERNEL_REFUSED");
});
