// How many qubits each provider takes, and what is said of a circuit that has more: which provider it is for, how many that has, how many were asked for.
import { Fault } from "../../kernel-abi/fault.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { widerProviders } from "../../kernel-abi/version.ts";

/** Qubits of the largest circuit, by provider. */
export interface Reach {
  readonly stabilizer: number;
  readonly statevector: number;
}

export const REACH: Reach = Object.freeze({ stabilizer: LIMITS.stabilizer_qubits_max, statevector: LIMITS.statevector_qubits_max });
/** Of runs from before `widerProviders`. */
export const REACH_BEFORE: Reach = Object.freeze({ stabilizer: 4_096, statevector: 26 });
export const reachOf = (flags: ReadonlySet<string> | undefined): Reach => (widerProviders(flags) ? REACH : REACH_BEFORE);

/** What a state vector of so many qubits takes: 16 bytes an amplitude. */
function stateMemory(qubits: number): string {
  if (qubits > 55) return `2^${qubits + 4} bytes`;
  const units = ["GiB", "TiB", "PiB"];
  const scale = Math.floor((qubits - 26) / 10);
  return `${1 << (qubits - 26 - 10 * scale)} ${units[scale] ?? ""}`;
}

/** Q_ERR_GATE_UNSUPPORTED. `qubits`: of the circuit, at once. Runs from before `widerProviders` are not told of memory. */
export function tooManyQubits(provider: keyof Reach, qubits: number, reach: Reach = REACH): Fault {
  const told = provider === "statevector" && reach !== REACH_BEFORE ? { memory: stateMemory(qubits) } : {};
  const would = told.memory === undefined ? "" : ` ${qubits} qubits would take ${told.memory} for the amplitudes alone.`;
  return new Fault("Q_ERR_GATE_UNSUPPORTED", { provider, qubits, allowed: reach[provider], ...told }, {
    next: `Use fewer qubits at once: a circuit of Clifford gates may have ${reach.stabilizer}, any other ${reach.statevector}; what is freed before the next is allocated does not count twice.${would}`,
  });
}

/** Q_ERR_GATE_UNSUPPORTED. Circuits with noise go to the state vector, whatever their gates. */
export const tooManyForNoise = (qubits: number, { statevector }: Reach = REACH): Fault =>
  new Fault("Q_ERR_GATE_UNSUPPORTED", { provider: "statevector", mode: "noise", qubits, allowed: statevector },
    { next: `Use at most ${statevector} qubits with noise, or describe a stabilizer circuit with its noise as .stim and sample it by q.detect.` });

/** Q_ERR_RESOURCE_UNAVAILABLE. `work`: amplitudes updated, were every shot evolved alone. */
export const tooMuchNoise = (work: number): Fault =>
  new Fault("Q_ERR_RESOURCE_UNAVAILABLE", { work, allowed: LIMITS.noisy_work_max },
    { next: "Ask for fewer shots, fewer gates or fewer qubits: with noise every shot may have a history of its own." });

/** Q_ERR_GATE_UNSUPPORTED. A gradient holds two states at once. */
export const tooManyForGradient = (qubits: number): Fault =>
  new Fault("Q_ERR_GATE_UNSUPPORTED", { provider: "statevector", mode: "gradient", qubits, allowed: LIMITS.gradient_qubits_max },
    { next: `Use at most ${LIMITS.gradient_qubits_max} qubits for a gradient: it holds two states, which are 2 GiB at that size.` });
