// Derivatives by the adjoint method, T. Jones and J. Gacon, arXiv:2009.02823: with φ the state behind a gate exp(-iθG/2) and λ the observable's image
// carried back to the same place, the derivative is Im⟨λ|G|φ⟩. One sweep forward, one back, two states.
import { backPrograms, bracketOf, inverted, slopeOf, type BackProgram } from "./back.ts";
import type { GradientTask, Slopes } from "./slopes.ts";
import { addImage } from "./image.ts";
import { sharesOf, tableOf } from "./passes.ts";
import type { Step } from "./plan.ts";
import { Register, scratchAt } from "./register.ts";
import { expectationIn } from "./sums.ts";

/** Indices of one block sum of a bracket (assembly/adjoint.ts). */
const BLOCK = 256;
/** Smaller states go back gate by gate. */
const QUBITS_MIN = 10;

/** Im⟨image|G|state⟩ for the gate G belongs to, by a pass of its own. */
function bracketBy({ passes, wasm, state, qubits, scratch }: Register, image: number, step: Step): number {
  const { x, z, flags } = bracketOf(step);
  const count = Math.min(BLOCK, 1 << qubits);
  const blocks = (1 << qubits) / count;
  const shares = sharesOf(qubits);
  passes.share(tableOf([{ what: "brackets", words: [image, x, z, scratch, blocks / shares, count, flags] }], shares), state);
  return wasm.foldedRow(scratch, blocks, 0, scratch);
}

/** Back gate by gate. */
function backPlainly(register: Register, image: number, steps: readonly Step[], wanted: readonly boolean[], slopes: Float64Array): void {
  const first = wanted.indexOf(true);
  for (let at = steps.length - 1; at >= first && first >= 0; at--) {
    const step = steps[at] as Step;
    if (wanted[at] === true) slopes[at] = slopeOf(step, bracketBy(register, image, step));
    if (at === first) return;
    const back = inverted(step);
    register.apply(back);
    register.apply(back, image);
  }
}

/** Back by programs; rows of a pass are folded when it is over. */
function backPlanned(register: Register, image: number, steps: readonly Step[], programs: readonly BackProgram[], slopes: Float64Array): void {
  const { wasm, scratch, qubits } = register;
  const sums = (1 << qubits) / BLOCK;
  for (const { program, derivatives } of programs) {
    register.runBoth(program, image, (pass) => {
      derivatives[pass]?.forEach((at, row) => {
        const place = scratch + 8 * sums * row;
        slopes[at] = slopeOf(steps[at] as Step, wasm.foldedRow(place, sums, 0, place));
      });
    });
  }
}

export function slopesByAdjoint({ staged, words, angles, crew }: GradientTask): Slopes {
  const { plan: { steps, qubits }, plan } = staged;
  const wanted = Array.from(angles, (angle) => angle >= 0);
  const planned = qubits >= QUBITS_MIN;
  const programs = planned ? backPrograms({ plan, wanted, scratch: scratchAt(qubits), sums: (1 << qubits) / BLOCK }, staged.schedules) : [];
  const program = programs.reduce((most, { program: { bytes } }) => Math.max(most, bytes.length), staged.programBytes);
  const register = new Register({ qubits, program, copies: 1, states: planned ? 2 : 1, crew });
  try {
    staged.stages.forEach((_, at) => { register.evolve(staged, at); });
    const value = expectationIn(register, words);
    const slopes = new Float64Array(steps.length);
    const image = register.zeros(0);
    if (wanted.includes(true)) addImage(register, image, words);
    if (planned) backPlanned(register, image, steps, programs, slopes);
    else backPlainly(register, image, steps, wanted, slopes);
    return { value, slopes };
  } finally {
    register.close();
  }
}
