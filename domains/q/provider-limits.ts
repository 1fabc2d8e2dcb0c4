// What is said of a circuit that no provider takes at its size: which provider it is for, how many qubits that has, how many were asked for.
import { Fault } from "../../kernel-abi/fault.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";

const { stabilizer_qubits_max: stabilizer, statevector_qubits_max: statevector } = LIMITS;
const MOST = { stabilizer, statevector } as const;

/** Q_ERR_GATE_UNSUPPORTED. `qubits`: of the circuit, at once. */
export const tooManyQubits = (provider: keyof typeof MOST, qubits: number): Fault => new Fault("Q_ERR_GATE_UNSUPPORTED", { provider, qubits, allowed: MOST[provider] },
  { next: `Use fewer qubits at once: a circuit of Clifford gates may have ${stabilizer}, any other ${statevector}; what is freed before the next is allocated does not count twice.` });
