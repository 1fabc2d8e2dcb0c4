// The closed fault registry: every error Triad shows has a row here. Codes are permanent; a row is
// retired, never reused. 0 OK; 1-6 XDV-052; 1001-1007 XDV-060 (Q); 2001-2005 XDV-061 (Φ); 3000+ ours.

/** Process exit codes of the command line; 130 is the shell's convention for SIGINT. */
export const EXIT = { ok: 0, failed: 1, usage: 2, divergence: 3, tamper: 4, denied: 5, budget: 6, environment: 7, timeout: 124, interrupted: 130 } as const;
export type ExitName = keyof typeof EXIT;

export interface FaultRow {
  /** Stable number, as it stands in traces. */
  readonly code: number;
  /** The XDV-052 code a caller of the bare ABI sees (hybrid-runtime section 9, row 21). */
  readonly abi: 1 | 2 | 3 | 4 | 5 | 6;
  readonly exit: ExitName;
  readonly blame: "caller" | "operator" | "provider" | "runtime" | "evidence";
  /** One sentence: what happened. */
  readonly says: string;
  /** One sentence: what to do next. */
  readonly next: string;
}

const row = (code: number, abi: FaultRow["abi"], exit: ExitName, blame: FaultRow["blame"], says: string, next: string): FaultRow =>
  Object.freeze({ code, abi, exit, blame, says, next });

export const FAULTS = Object.freeze({
  // XDV-052
  DOMAIN_UNAUTHORIZED: row(1, 1, "denied", "caller", "The process holds no capability that permits this call.", "Ask the parent for a grant at spawn, or run with a wider --allow."),
  CONTRACT_INVALID: row(2, 2, "failed", "caller", "The contract is unknown, not owned by the caller, or not active.", "Reserve a contract in this process and use it before it expires."),
  RESOURCE_EXHAUSTED: row(3, 3, "budget", "caller", "The requested resource is not available.", "Release contracts you no longer need, or ask for less."),
  DECOHERENCE_EXCEEDED: row(4, 4, "budget", "caller", "The job would exceed the contract's decoherence budget.", "Reserve a larger budget or submit a cheaper circuit."),
  COHERENCE_VIOLATION: row(5, 5, "failed", "caller", "A coherence window or stability tolerance was violated.", "Open the window for longer or widen its tolerance."),
  DOMAIN_PANIC: row(6, 6, "failed", "runtime", "A domain failed as a whole.", "Read the run's report; the domain's jobs have ended with typed outcomes."),
  // XDV-060, Q providers
  Q_ERR_DECOHERENCE_EXCEEDED: row(1001, 4, "budget", "caller", "The circuit costs more than is left of the decoherence budget.", "Reserve a larger budget, submit fewer shots or a cheaper circuit."),
  Q_ERR_CALIBRATION_INVALID: row(1002, 2, "failed", "provider", "The provider's calibration does not cover the tick of the call.", "Reserve again to bind a fresh calibration."),
  Q_ERR_RESOURCE_UNAVAILABLE: row(1003, 3, "budget", "provider", "Fewer qubits or channels are available than the call asks for.", "Reserve more in the contract, ask for less, or release other contracts; the detail says which."),
  Q_ERR_HARDWARE_FAILURE: row(1004, 2, "failed", "provider", "The provider lost the job.", "Submit again; if it recurs, run `triad doctor`."),
  Q_ERR_GATE_UNSUPPORTED: row(1005, 2, "failed", "caller", "The circuit uses a gate or a size that the contract or the providers do not permit.", "Use the gates the contract permits; the detail names the one that is not."),
  Q_ERR_MEASUREMENT_FAILURE: row(1006, 2, "failed", "caller", "The measurement could not be made.", "Check that the circuit measures what is asked for, within the contract's channels."),
  Q_ERR_NO_CLONE_VIOLATION: row(1007, 1, "denied", "caller", "A Q or Φ handle was copied, serialised or used by another process.", "Send classical outcomes, never handles; reserve a contract in the other process."),
  // XDV-061, Φ providers
  PHI_ERR_COHERENCE_TIMEOUT: row(2001, 5, "failed", "caller", "The call lies outside the coherence window.", "Open a longer window, or transform earlier."),
  PHI_ERR_STABILITY_BREACH: row(2002, 5, "failed", "provider", "Noise or drift went beyond the contract's tolerance; the envelope is invalid.", "Open a new envelope with a wider tolerance or fewer transforms."),
  PHI_ERR_TRANSFORM_UNSUPPORTED: row(2003, 2, "failed", "caller", "The transform is not in the contract's transform set.", "Reserve the window with a transform set that includes it."),
  PHI_ERR_ENVELOPE_INVALID: row(2004, 2, "failed", "caller", "The envelope is unknown, invalidated or busy.", "Open a new envelope; wait for a transform before the next."),
  PHI_ERR_HARDWARE_FAILURE: row(2005, 2, "failed", "provider", "The provider lost the transform.", "Submit again; if it recurs, run `triad doctor`."),
  // 30xx the ABI itself
  ABI_MALFORMED: row(3001, 2, "failed", "caller", "A descriptor does not have the shape the ABI requires.", "The detail names the argument and what is allowed."),
  ABI_INCOMPATIBLE: row(3002, 2, "environment", "caller", "The caller was built for an ABI this runtime does not speak.", "Install the version named in the detail."),
  ABI_UNENCODABLE: row(3003, 2, "failed", "caller", "The value has no encoded form.", "Send plain data: numbers, strings, arrays, records and typed arrays."),
  ABI_UNDECODABLE: row(3004, 2, "failed", "evidence", "The bytes are not one encoded value.", "The sender or the file is damaged; verify the trace."),
  ABI_UNKNOWN_SYSCALL: row(3005, 2, "failed", "caller", "No such syscall in this ABI version.", "Yield operations made by the domain APIs only."),
  ABI_LIMIT: row(3006, 3, "budget", "caller", "A fixed limit of the ABI was exceeded.", "Split the work; the detail names the limit."),
  // 31xx processes
  MAILBOX_FULL: row(3101, 3, "budget", "caller", "The receiver's mailbox is full; the message was not sent.", "Let the receiver catch up (await a reply) before sending more."),
  PROCESS_UNKNOWN: row(3102, 2, "failed", "caller", "No live process has this id.", "Send to a process that has not ended; wait for its result instead."),
  PROCESS_FAILED: row(3103, 6, "failed", "caller", "A process ended by an uncaught error.", "See the cause in the detail; catch it in the program or mend the program."),
  PROGRAM_INVALID: row(3104, 2, "usage", "caller", "The file is not a program Triad can run.", "Export default defineProcess({ name, domains, *run(...) {} }); import triad-runtime, packages and files of your own, and nothing of the host's."),
  LIFECYCLE_REFUSED: row(3105, 2, "failed", "runtime", "The lifecycle does not allow this transition now.", "The detail names the state and the guard that refused."),
  AMBIENT_ACCESS: row(3106, 1, "failed", "caller", "A process touched the host's clock, randomness, timers or approximated mathematics.", "Use the replacement named in the detail."),
  INPUT_INVALID: row(3107, 2, "usage", "caller", "The input does not match what the program declares.", "Compare the input (--input, --file NAME=PATH, or what spawn is given) with what the program declares; the detail names the place."),
  TIMED_OUT: row(3108, 6, "failed", "caller", "The work was not done within the ticks it was given.", "Give it more ticks, or catch the fault and go on without it; the detail says how many it had."),
  CANCELLED: row(3109, 6, "failed", "caller", "The work was cancelled by the scope it belongs to.", "Nothing to do: the scope ended first. Catch it only to clean up."),
  PROCESS_STOPPED: row(3110, 6, "failed", "caller", "A process was stopped before it finished.", "The detail says by whom or with whom it ended; start it again if its work is still wanted."),
  SUPERVISION_ESCALATED: row(3111, 6, "failed", "caller", "Children failed more often than their supervisor may restart them.", "See the last failure in the detail; mend the child, or allow more restarts or a shorter window."),
  MACHINE_INVALID: row(3113, 2, "failed", "caller", "The machine cannot be a process's behaviour as it stands.", "The detail names the place in its configuration and what is allowed there."),
  FAULTS_INVALID: row(3115, 2, "usage", "operator", "The scripted faults or the recovery policy are not understood.", "The detail names the place and what is allowed there."),
  DOMAIN_FROZEN: row(3116, 6, "failed", "operator", "The domain is frozen: nothing is done in it until it is thawed.", "Go on without the domain; only an operator thaws it."),
  RUN_HALTED: row(3117, 6, "denied", "operator", "The run was halted by its fault policy.", "The detail names the fault; its events stand at the end of the trace."),
  // 312x telemetry
  SINK_FAILED: row(3120, 6, "environment", "operator", "What was watching the run failed and was cut off; the run went on as if it had not been there.", "Mend the sink the detail names; replay the trace to give it what it missed."),
  RULES_INVALID: row(3121, 2, "usage", "operator", "The alert rules are not understood.", "The detail names the place and what is allowed; telemetry/METRICS.md lists the series."),
  POLICY_INVALID: row(3114, 2, "failed", "caller", "The scheduling policy could not be used, or failed while it was picking.", "The detail says why; mend the policy, hand over the one that was recorded, or choose a built-in one with --policy."),
  POLICY_ENDLESS: row(3118, 6, "failed", "caller", "The scheduling policy did not come to an answer; the run was broken off and has no seal, because no tick tells when to stop waiting.", "Give the policy a loop that ends; what happened so far stands in the .partial journal."),
  // 32xx runs
  RUN_BOUNDED: row(3201, 3, "budget", "operator", "The run used up one of its bounds.", "Raise the bound named in the detail, or give the program less to do."),
  RUN_STUCK: row(3202, 6, "failed", "caller", "Nothing is due and processes are still waiting.", "Read the wait-for graph in the report: someone must send what the others wait for."),
  RUN_INTERRUPTED: row(3203, 6, "interrupted", "operator", "The run was interrupted.", "The .partial journal verifies with --allow-unsealed."),
  // 33xx evidence
  TRACE_TAMPERED: row(3301, 2, "tamper", "evidence", "The trace is not what was sealed.", "Do not trust this file; fetch the original again."),
  TRACE_TRUNCATED: row(3302, 2, "tamper", "evidence", "The trace ends before its seal does.", "Do not trust this file; fetch the original again."),
  TRACE_UNSEALED: row(3303, 2, "tamper", "evidence", "The journal has no seal: the run did not end, or the file was cut short.", "If the run was killed, `triad resume FILE --allow … --trust-program` goes on with it; --allow-unsealed tells how far it is intact."),
  TRACE_UNREADABLE: row(3304, 2, "tamper", "evidence", "The file is not a Triad trace.", "Give the path of a .triad file written by `triad run`."),
  TRACE_VERSION: row(3305, 2, "environment", "evidence", "The trace was written by a format or semantics this version does not read.", "Use the triad version named in the detail."),
  TRACE_INCONSISTENT: row(3306, 2, "tamper", "evidence", "The chain is intact but its entries contradict each other.", "The recorder was faulty or forged; do not trust this file."),
  SIGNER_MISMATCH: row(3307, 1, "tamper", "evidence", "The seal was made by another key than the one required.", "Check --signer, or obtain the trace from the signer you trust."),
  REPLAY_DIVERGED: row(3310, 6, "divergence", "caller", "The replay did not do what the trace records.", "Compare the first differing field; restore the program that was recorded."),
  REPRODUCE_DIFFERS: row(3311, 6, "divergence", "evidence", "A kernel, run again from the sealed seeds, gave another outcome.", "The recorded outcome was forged, or the kernel is of another version."),
  PROGRAM_UNTRUSTED: row(3312, 1, "denied", "operator", "Code embedded in a trace runs only when you say so.", "Give --trust-program, or --program FILE with the same digest."),
  OUTCOME_IMPOSSIBLE: row(3316, 2, "tamper", "evidence", "A recorded outcome cannot come from the recorded job.", "Do not trust this file; the detail names the event, the job and the outcome."),
  OUTCOME_IMPLAUSIBLE: row(3317, 2, "failed", "evidence", "The recorded outcomes are possible, but an honest run gives such ones less often than the threshold.", "Reproduce the run (`triad reproduce`); if the outcomes are not its kernels', do not trust this file."),
  RESUME_REFUSED: row(3318, 2, "usage", "operator", "This cannot be resumed.", "The detail says why; `triad verify FILE --allow-unsealed` says how far a journal is intact."),
  RESUME_UNAUTHORIZED: row(3319, 1, "denied", "operator", "A run is resumed only under authority that is given afresh.", "Say with --allow what the run may do; the detail names what it was allowed when it began."),
  DISK_FAILED: row(3320, 6, "environment", "operator", "The disk did not take or give back what was asked of it.", "Free space or mend the disk and try again; a .partial journal holds what was written before, see `triad verify --allow-unsealed`."),
  REPRODUCE_PLAN_DIFFERS: row(3323, 6, "divergence", "evidence", "The outcome was computed by another plan than this version makes of the circuit, so its last digits may be others.", "Reproduce it with the version that recorded it, or `triad judge` it, which needs no plan; record with fusion \"exact\" what every version is to reproduce."),
  CONFORMANCE_REFUSED: row(3322, 2, "tamper", "evidence", "The conformance report is not what was signed, or is not one.", "Do not rely on this file; fetch the report again, or make one with `triad conformance --report FILE`."),
  // 34xx command line
  USAGE: row(3401, 2, "usage", "operator", "The command line is not understood.", "See `triad help`."),
  FILE_UNREADABLE: row(3402, 2, "usage", "operator", "A file could not be read or written.", "See `path` and `what`: what is read has to exist and be readable, what is written to a folder that is there and writable. A file that exists is replaced only with --replace; a .partial is what `triad resume` goes on with."),
  // 35xx environment
  ENVIRONMENT: row(3501, 6, "environment", "operator", "This machine lacks something Triad needs.", "Run `triad doctor`."),
  KEY_UNUSABLE: row(3502, 6, "environment", "operator", "The signing key could not be used.", "Run `triad keys` to see where keys live; remove a damaged one to have it made anew."),
  WORKER_LOST: row(3503, 6, "environment", "runtime", "A worker died or hung and its job could not be finished elsewhere.", "Run again; if it recurs, run `triad doctor`."),
  RUNTIME_DEFECT: row(3504, 6, "failed", "runtime", "Triad itself failed; this is a defect of ours.", "Report it with the command, the seed and the trace; TRIAD_DEBUG=1 shows the stack."),
  // 36xx kernels
  KERNEL_REFUSED: row(3601, 2, "failed", "caller", "A numerical kernel refused its input.", "The detail names the argument and its allowed range."),
  // 3712-3715 graphs as circuits
  QVM_NOT_EXECUTABLE: row(3712, 2, "failed", "caller", "The graph cannot be made a circuit.", "Run `triad qvm verify` on it; the detail names the node and what is wrong with it."),
  QVM_GUARD_LIMIT: row(3713, 3, "failed", "caller", "A guard expands into too many conjunctions.", "Split the guard: put the node several times, or guard on fewer events with `or`."),
  QVM_NOISE_LIMIT: row(3714, 3, "budget", "caller", "The noise asked for makes too many different circuits.", "Ask for fewer shots or lower rates."),
  // 3740-3749 logical qubits: profiles, blocks, channels
  PROFILE_INVALID: row(3740, 2, "failed", "caller", "The error-correction profile cannot be read.", "The detail says why; write logical:surface_code(d=9) or azure:qubit_gate_ns_e3:surface_code(d=9)."),
  RESOURCES_EXHAUSTED: row(3741, 3, "budget", "caller", "There are fewer free physical qubits than the job's logical qubits are made of; nothing was taken.", "Wait for other jobs to end, ask for a smaller code distance or for fewer qubits."),
  QUBIT_UNKNOWN: row(3742, 2, "failed", "caller", "The job holds no logical qubit of this name, or holds it already.", "Place a qubit once before it is used, and use no other job's."),
  HOLDER_UNKNOWN: row(3743, 2, "failed", "caller", "No such job holds resources here, or it was opened before.", "Open a job once before it acquires, and close it once."),
  MIGRATION_REFUSED: row(3744, 2, "failed", "caller", "A block is moved only at a fence of its job, and to a place that has room.", "Wait for the job's next fence; the detail says what stood in the way."),
  CHANNEL_UNKNOWN: row(3745, 2, "failed", "caller", "There is no such open channel.", "Open the channel first; q_chan_status tells which are open."),
  CHANNEL_EXISTS: row(3746, 2, "failed", "caller", "This channel is open already, or joins a qubit with itself.", "Close the channel before it is opened again."),
  CHANNEL_FIDELITY_UNREACHABLE: row(3747, 3, "failed", "provider", "The link's pairs cannot be purified to the fidelity that is asked for.", "Ask for less; the detail says what the link reaches. A local decomposition needs no channel."),
  CHANNEL_CAPACITY_EXCEEDED: row(3748, 3, "budget", "caller", "The channel takes more entangled pairs than the link makes.", "Ask for a lower fidelity, wait for the next epoch, or close channels."),
  MODULE_UNKNOWN: row(3749, 2, "usage", "operator", "There is no such module or link in the machine.", "The detail lists the modules."),
  // 3706-3709 assembly of graphs
  QVM_ASM_SYNTAX: row(3706, 2, "usage", "caller", "The assembly text is not understood.", "The detail names the place; kernel-abi/qvm/asm/README.md has the grammar."),
  QVM_ASM_VALUE: row(3707, 2, "usage", "caller", "A value or name in the assembly text cannot stand where it does.", "The detail names the place and the value."),
  QVM_ASM_INCLUDE: row(3708, 2, "usage", "caller", "An included file cannot be had.", "Includes stay inside the folder of the program; std/ is the library."),
  QVM_ASM_LIMIT: row(3709, 3, "failed", "caller", "The assembly text unfolds into more than is allowed.", "The detail names the limit; make loops, lists or recursion smaller."),
  // 3701-3705 QVM graphs
  GRAPH_INVALID: row(3701, 2, "failed", "caller", "The QVM graph breaks a rule, so it does not run.", "`triad qvm verify FILE` lists every finding with what to write instead."),
  // 3750-3759 jobs of the logical-qubit kernel
  JOB_UNKNOWN: row(3750, 2, "failed", "caller", "No job has this id.", "Use the job_id that submit answered; of ended jobs a session keeps the latest alone; sealed traces stay in the kernel's state folder."),
  JOB_FOREIGN: row(3751, 1, "denied", "caller", "The job is another session's.", "Ask in the session that submitted it."),
  JOB_ENDED: row(3752, 2, "failed", "caller", "The job has ended already.", "Ask for its status; its end is final."),
  JOB_EXPIRED: row(3753, 3, "failed", "caller", "The job ran out of time.", "Give it a longer timeout_ms or more deadline_epochs."),
  WAIT_EXPIRED: row(3754, 3, "timeout", "caller", "The job had not ended when the wait did.", "Wait again; the job goes on."),
  CHECKPOINT_UNKNOWN: row(3755, 2, "failed", "caller", "No checkpoint has this id.", "A session keeps its latest checkpoints only; make another."),
  CHECKPOINT_REFUSED: row(3756, 2, "tamper", "evidence", "The checkpoint is not what the kernel made.", "Restore from another checkpoint, or submit the graph again."),
  LEDGER_DAMAGED: row(3757, 2, "tamper", "evidence", "The ledger of accepted jobs is damaged before its end.", "Restore the file from a copy, or start with an empty state folder; jobs of the damaged part must be reported as lost."),
  QUEUE_FULL: row(3758, 3, "budget", "caller", "Too many jobs wait already.", "Wait for some to end and submit again."),
  KERNEL_STOPPING: row(3759, 6, "environment", "operator", "The kernel is stopping and takes no more work.", "Submit again when it serves; accepted jobs are kept."),
  // 3720-3739 tenancy: who may do what beside whom. Their codes on the wire stand in kernel-abi/wire-codes.ts.
  INSUFFICIENT_CAPS: row(3720, 1, "denied", "caller", "The session does not hold a capability that the work needs.", "Negotiate a session with the capabilities the detail names as missing; a tenant that does not hold them is given them by an operator or by delegation."),
  AUTH_FAILED: row(3721, 1, "denied", "caller", "Who asks could not be authenticated.", "Negotiate a new session; the detail says what was wrong with the one presented."),
  TENANT_SUSPENDED: row(3722, 1, "denied", "operator", "The tenant is suspended.", "Ask an operator to resume the tenant."),
  QUOTA_EXCEEDED: row(3723, 3, "budget", "caller", "The request goes beyond a quota.", "Let running work end or release resources, ask for less, or have the quota named in the detail raised."),
  ACCESS_DENIED: row(3724, 1, "denied", "caller", "The object belongs to another session or tenant.", "Use the session that made it."),
  RATE_LIMITED: row(3725, 3, "budget", "caller", "Too many requests in the last minute.", "Wait as long as the detail says, then ask again."),
  TOKEN_REFUSED: row(3726, 1, "denied", "caller", "The capability token is not valid.", "Obtain a fresh token; the detail says what was wrong with this one."),
  HANDLE_REFUSED: row(3727, 1, "denied", "caller", "The handle presented is not valid here.", "Use a handle of this session with the signature it was issued with; the detail says what was wrong."),
  LINEARITY_BROKEN: row(3728, 2, "failed", "caller", "A linear handle was used against its state.", "Use each qubit or channel only while it is yours and only until it is consumed; the detail names the violation."),
  DELEGATION_REFUSED: row(3729, 1, "denied", "caller", "The capabilities cannot be delegated so.", "Delegate a subset of what is held, no deeper than the detail allows, while it is held."),
  CHANNEL_REFUSED: row(3730, 1, "denied", "caller", "The brokered channel does not permit this.", "Have both tenants consent to a channel that is active, unexpired and has uses left; the detail says what it lacks."),
  FIREWALL_VIOLATION: row(3731, 1, "denied", "caller", "The operation would entangle qubits of two tenants without a channel between them.", "Name a brokered channel of both tenants in the node's args.channel, or keep to your own qubits."),
  POLICY_DENIED: row(3732, 1, "denied", "operator", "A policy of the kernel denies this.", "The detail names the rule; ask an operator."),
  AUDIT_BROKEN: row(3733, 2, "tamper", "evidence", "The audit log is not what was signed.", "Do not rely on it; the detail names the first entry or the size that does not fit."),
  SESSION_UNKNOWN: row(3735, 1, "denied", "caller", "No session of this id is open.", "Negotiate a new session; one that was closed does not come back."),
  TENANCY_UNREADABLE: row(3734, 2, "tamper", "evidence", "The saved state of the tenants cannot be read.", "Restore it from the place it was saved to; the detail names the table and the place."),
  // 3716-3719 certificates and attestations of graphs
  CERTIFICATE_REFUSED: row(3716, 2, "tamper", "evidence", "The certificate is not what was signed, or is not this graph's.", "Verify the graph again with `triad qvm verify FILE --certificate OUT`."),
  GRAPH_UNCERTIFIED: row(3717, 1, "denied", "caller", "A graph runs only on a certificate, and there is none for this one.", "The detail says why; `triad qvm verify FILE` lists what is wrong with the graph and what to write instead."),
  ATTESTATION_REFUSED: row(3718, 2, "tamper", "evidence", "The attestation is not what was signed, or does not fit the run.", "Do not rely on this file; fetch the attestation again, or ask the kernel that ran the job for it."),
  // 3760-3769 the kernel's socket and its clients
  SOCKET_IN_USE: row(3760, 3, "environment", "operator", "Another server answers on this socket.", "Stop it, or serve on another path."),
  SOCKET_REFUSED: row(3761, 2, "environment", "operator", "The socket cannot be made at this path.", "The detail says why; choose a short path in a folder of your own, where nothing else stands."),
  KERNEL_UNREACHABLE: row(3762, 6, "environment", "operator", "No kernel answers on this socket.", "Start one with `triad kernel serve --socket PATH`, or check the path."),
  KERNEL_SILENT: row(3763, 6, "failed", "runtime", "The kernel did not answer in the time it was given.", "Ask again with more time; what was accepted goes on."),
  KERNEL_GARBLED: row(3764, 2, "failed", "runtime", "What came back is not an answer to this call.", "Check that a Triad kernel serves this socket."),
  CALL_REFUSED: row(3765, 2, "failed", "caller", "The kernel refused the call.", "The detail has the kernel's own code and reason."),
  CALL_DENIED: row(3766, 1, "denied", "caller", "The kernel did not permit the call.", "Negotiate a session that holds what is missing; the detail names it."),
  CALL_EXHAUSTED: row(3767, 3, "budget", "caller", "The kernel has no room for this now, or the session's quota is used up.", "Release what is held, or try again later; the detail has the limit."),
  JOB_UNDONE: row(3768, 6, "failed", "caller", "The job ended without a result.", "The detail says how and why; mend the graph or submit it again."),
  STATE_IN_USE: row(3769, 3, "environment", "operator", "Another kernel keeps its state in this folder.", "Stop it, or use another folder; the detail has its process number."),
  // 3780-3784 estimates and sampled rates
  ESTIMATE_REFUSED: row(3780, 3, "failed", "caller", "There is no physical estimate for this.", "The detail says why: allow a larger error budget, better qubits or another code, or loosen the bound it names."),
  RATE_UNSAMPLED: row(3781, 2, "failed", "caller", "The table of sampled logical error rates does not reach there.", "Sample it with `triad qec threshold`, or use a profile whose rate comes from the formula; the detail says what the table covers."),
  // 3610-3619 stabilizer circuits, detector error models and shots as files
  STIM_SYNTAX: row(3610, 2, "usage", "caller", "The text of the circuit or error model is not understood.", "The detail names the place; domains/q/stim/SUPPORT.md lists what each instruction takes."),
  STIM_VALUE: row(3611, 2, "usage", "caller", "A number or target cannot stand where it does.", "The detail names the place and what is allowed there."),
  STIM_LIMIT: row(3612, 3, "budget", "caller", "The circuit or error model is larger than is allowed.", "The detail names the limit; make repetitions, nesting or the text smaller."),
  STIM_UNSUPPORTED: row(3613, 2, "failed", "caller", "An instruction cannot be used for this.", "The detail names the line; domains/q/stim/SUPPORT.md lists what each instruction can be used for."),
  DETECTOR_UNDETERMINED: row(3614, 2, "failed", "caller", "A detector or observable is random even without noise.", "The detail says which reset or measurement makes it so; let it compare only measurements whose parity is fixed."),
  ERROR_UNDECOMPOSED: row(3615, 2, "failed", "caller", "An error cannot be split into parts of at most two detectors each, as matching and union-find need.", "Use the decoder bp_osd, which takes errors whole."),
  SHOTS_MALFORMED: row(3616, 2, "usage", "caller", "The bytes are not shots of this format and size.", "The detail names the offset; check the format, and how many measurements, detectors and observables a shot has."),
} satisfies Record<string, FaultRow>);

export type FaultName = keyof typeof FAULTS;
export type FaultDetail = Readonly<Record<string, string | number | boolean | null>>;

/** The form a fault has in JSON output, in traces and between processes. */
export interface FaultJson {
  readonly code: number;
  readonly name: FaultName;
  readonly abi: number;
  readonly message: string;
  readonly next: string;
  readonly detail: FaultDetail;
}

/** A typed, catchable error. `detail` is plain data and never holds raw amplitudes, phases or handles (A4). */
export class Fault extends Error {
  readonly fault: FaultName;
  readonly code: number;
  readonly detail: FaultDetail;
  /** No property: a program that copies what a fault has was recorded doing so. */
  readonly #next: string | undefined;
  /** `next`: a next step that fits this one better than the registry's. */
  constructor(fault: FaultName, detail: FaultDetail = {}, options?: { readonly cause?: unknown; readonly next?: string }) {
    const what = Object.entries(detail).map(([key, value]) => `${key}=${String(value)}`).join(" ");
    super(`${FAULTS[fault].says}${what === "" ? "" : ` (${what})`}`, options);
    this.name = fault;
    this.fault = fault;
    this.code = FAULTS[fault].code;
    this.detail = Object.freeze({ ...detail });
    this.#next = options?.next;
  }
  /** What to do next. */
  get next(): string { return (#next in this ? this.#next : undefined) ?? FAULTS[this.fault].next; }
  get exitCode(): number { return EXIT[FAULTS[this.fault].exit]; }
  toJSON(): FaultJson {
    const { code, abi } = FAULTS[this.fault];
    return { code, name: this.fault, abi, message: this.message, next: this.next, detail: this.detail };
  }
}

const BY_CODE: ReadonlyMap<number, FaultName> = new Map(
  (Object.keys(FAULTS) as FaultName[]).map((name) => [FAULTS[name].code, name]));

/** The fault with this number, or undefined when the registry has none (0 is OK and no fault). */
export const faultByCode = (code: number): FaultName | undefined => BY_CODE.get(code);
