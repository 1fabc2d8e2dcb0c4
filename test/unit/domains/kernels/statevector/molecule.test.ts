// The hydrogen molecule by the state vector: full CI and Hartree-Fock along the bond, its minimum, and the Hamiltonian of the example.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hydrogen, type Hydrogen } from "../../../../support/hydrogen.ts";
import { expectation, gate, pauliSum, turned } from "../../../../support/statevector-circuits.ts";

/** cos(θ/2)|01⟩ + sin(θ/2)|10⟩, the first letter qubit 1: what the ground state is one of. */
const mixed = (theta: number) => [turned("RY", theta, 1), gate("CX", 1, 0), gate("X", 0)];
const energyAt = ({ nuclear, words }: Hydrogen, theta: number): number =>
  nuclear + expectation(2, mixed(theta), pauliSum(words.map(([coefficient, word]) => [coefficient, [...word].reverse().join("")] as const)));

/** The energy is a sinusoid in θ: three values give its minimum exactly. */
function groundState(molecule: Hydrogen): number {
  const [here, ahead, behind] = [0, Math.PI / 2, -Math.PI / 2].map((theta) => energyAt(molecule, theta));
  const least = -Math.PI / 2 - Math.atan2(2 * here! - ahead! - behind!, ahead! - behind!);
  return energyAt(molecule, least);
}

describe("H2 in STO-3G", () => {
  it.each([[0.735, -1.137306], [0.7414, -1.13727], [0.75, -1.137117], [1, -1.10115]])("full CI at %f Å: %f", (bond, energy) => {
    expect(Math.abs(groundState(hydrogen(bond)) - energy)).toBeLessThan(1e-6);
  });

  it("Hartree-Fock at 0.735 Å: -1.116999, electronic full CI: -1.8572750", () => {
    const molecule = hydrogen(0.735);
    expect(Math.abs(energyAt(molecule, 0) - -1.116999)).toBeLessThan(1e-6);
    expect(Math.abs(groundState({ ...molecule, nuclear: 0 }) - -1.857275)).toBeLessThan(1e-6);
  });

  it("is lowest at 0.73487 Å: -1.1373060", () => {
    let [low, high] = [0.7, 0.78];
    while (high - low > 1e-6) {
      const [left, right] = [low + (high - low) / 3, high - (high - low) / 3];
      if (groundState(hydrogen(left)) < groundState(hydrogen(right))) high = right;
      else low = left;
    }
    expect(Math.abs(low - 0.73487)).toBeLessThan(5e-6 + 2e-5); // near its minimum the energy tells lengths to 1e-5 alone
    expect(Math.abs(groundState(hydrogen(low)) - -1.137306)).toBeLessThan(1e-6);
  });

  it("has the Hamiltonian that the example writes down, to 1e-6", () => {
    const source = readFileSync(new URL("../../../../../examples/h2/h2.ts", import.meta.url), "utf8");
    const { words, nuclear } = hydrogen(0.735);
    for (const [coefficient, word] of [...words, [nuclear, "NUCLEAR_REPULSION"] as const]) {
      const written = Number(new RegExp(`${word}(?::| =) (-?[\\d.]+)`).exec(source)?.[1]);
      expect(Math.abs(written - coefficient), word).toBeLessThan(1e-6);
    }
  });
});
