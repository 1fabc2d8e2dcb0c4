// Every fixed limit, in one place, with the relations between them asserted when the module loads.
import { invariant } from "./invariant.ts";

export const LIMITS = Object.freeze({
  /** Messages pending for one process, due or not. */
  mailbox_depth_max: 65_536,
  /** Syscalls one turn may make before it is aborted (a program that never waits). */
  turn_calls_max: 65_536,
  /** Microsteps that are pure reads (time, random) do not count; encoded payload of one message. */
  payload_bytes_max: 16 * 1024 * 1024,
  /** Bodies of all entries of one turn together: a turn is one frame. */
  turn_bytes_max: 64 * 1024 * 1024,
  process_name_bytes_max: 1024,
  processes_max: 1_048_576,
  capabilities_max: 16_777_216,
  contracts_max: 16_777_216,
  /** State vector: 2^27 amplitudes of 16 bytes are 2 GiB; twice that would leave 32-bit memory no room for anything else. */
  statevector_qubits_max: 27,
  /** A gradient holds two state vectors at once: 2 GiB at this size. */
  gradient_qubits_max: 26,
  stabilizer_qubits_max: 16_384,
  /** Shots × instructions × amplitudes of one job with noise: hours of one processor, were every shot evolved alone. */
  noisy_work_max: 10_000_000_000_000,
  shots_max: 10_000_000,
  circuit_operations_max: 4_194_304,
  /** Classical bits one circuit, and channels one contract, may have. */
  clbits_max: 1_048_576,
  /** Shots × clbits of one sample job: one byte each before they are counted. */
  result_bits_max: 268_435_456,
  /** Memory one opened frame program may take: planes, records, rows. */
  frame_bytes_of_memory_max: 1024 * 1024 * 1024,
  /** Words and instructions of a frame program that one block of 1,024 shots executes, loops unrolled. */
  frame_steps_max: 1_073_741_824,
  phi_components_max: 65_536,
  phi_envelopes_max: 4_096,
  /** A block closes when it holds this many frames or bytes (contracts, rule 12). */
  block_frames_max: 1_024,
  block_bytes_max: 65_536,
  frame_bytes_max: 256 * 1024 * 1024,
  header_bytes_max: 1024 * 1024,
  program_bytes_max: 64 * 1024 * 1024,
  inputs_bytes_max: 256 * 1024 * 1024,
  seal_bytes_max: 1024 * 1024,
  log_label_max: 64,
  /** Arms of one select, and numbered timers one process may have. */
  select_arms_max: 65_536,
  timers_max: 65_536,
  /** Canonical JSON of the state a scheduling policy keeps between two picks: it is read and written at each of them. */
  policy_state_bytes_max: 65_536,
} as const);

/** Bounds a run has unless told otherwise; all count logical things, never seconds (contracts, rule 4). */
export const DEFAULT_BOUNDS = Object.freeze({
  ticks: 1_000_000_000,
  turns: 100_000_000,
  messages: 100_000_000,
  shots: 100_000_000,
  bytes: 4 * 1024 * 1024 * 1024,
});

invariant(LIMITS.turn_calls_max <= LIMITS.mailbox_depth_max, "L1", "one turn's sends fit an empty mailbox");
invariant(LIMITS.turn_bytes_max + 4 * LIMITS.payload_bytes_max < LIMITS.frame_bytes_max, "L2", "a frame holds the largest turn and its end");
invariant(LIMITS.shots_max <= DEFAULT_BOUNDS.shots, "L3", "one job fits the default bounds of a run");
invariant(LIMITS.statevector_qubits_max <= 27, "L4", "a state vector fits 32-bit WebAssembly memory");
invariant(LIMITS.statevector_qubits_max <= LIMITS.stabilizer_qubits_max, "L5");
invariant(LIMITS.block_bytes_max <= LIMITS.frame_bytes_max, "L6", "an oversized frame has a block of its own");
invariant(Object.values(DEFAULT_BOUNDS).every(Number.isSafeInteger) && Object.values(LIMITS).every(Number.isSafeInteger), "L7");
