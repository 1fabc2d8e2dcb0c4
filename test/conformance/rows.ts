// The checklist as data: one row an item of a compliance list. Owns what is required, in our words, and why a row is not met, not
// offered or waived; what is met is said by tests named after the row (table.ts).
//   N1  An id is permanent: it stands in signed reports. Cn is the n-th item of that document's own compliance list; another number
//       is a section of the document, or the n-th item of the checklist's line where the document has no list.
//   N2  `unmet` is the one way to say that a row does not hold; tests beside it show what of it does.

/** M must hold; A is adapted; D holds where distribution or virtual machines are offered; W is waived; never: reserved documents. */
export type Level = "M" | "A" | "D" | "W" | "never";

export interface Row {
  readonly id: string;
  readonly requirement: string;
  readonly level: Level;
  /** Why the row does not hold. */
  readonly unmet?: string;
  /** Why nothing of the kind is offered (D), or why it is left out (W, never). */
  readonly why?: string;
  /** How it is adapted, where it is tested in depth, what to know. */
  readonly note?: string;
}

type More = Omit<Row, "id" | "requirement" | "level">;
const row = (level: Level) => (id: string, requirement: string, more: More = {}): Row => Object.freeze({ id, requirement, level, ...more });
const m = row("M");
const a = row("A");
const d = row("D");

const SINGLE = "One node, one virtual machine: nested machines are not offered.";
const ALONE = "One node: distribution, consensus and tenancy in a cloud are not offered.";
const TOKENS = "Capabilities are kernel-held table entries behind unforgeable handles; no token travels, so none is signed by itself. Their record is signed with the trace.";
const NO_PQ = "Node 20 has no ML-DSA, ML-KEM or SLH-DSA, and no pure-JavaScript suite is taken in: signatures are Ed25519.";

const SUITE: readonly Row[] = [
  m("084/4.1", "The same start and the same inputs give the same trace.", { note: "In depth: test/examples/determinism.test.ts, test/golden." }),
  m("084/4.2", "A call without, with a forged or with a revoked capability is refused and recorded, and changes nothing.", { note: "Every syscall, every way to lose a capability: test/unit/runtime/kernel/denied.test.ts." }),
  a("084/4.3", "A process cannot reach another's memory.", { note: "Adapted: processes of one run share a JavaScript heap; messages and inputs are encoded and decoded, handles are known to their owner alone, ambient state is trapped. Across machines: see 084/7.1." }),
  m("084/5.1", "Duplicating, snapshotting or serialising a Q handle does not compile, or is refused and recorded."),
  m("084/5.2", "A job beyond its budget is refused, its contract invalidated, the fault escalated.", { note: "Refused, recorded and raised to its owner at level 0; the contract ends with it, and work under way under it. A header may say otherwise (`overuse: refuse`): then a cheaper job may still use what is left." }),
  m("084/5.3", "A job under an expired calibration is refused before it is executed.", { note: "In depth: test/unit/domains/q/calibration.test.ts." }),
  m("084/6.1", "A transform outside its window is refused, and its envelope is invalid.", { note: "A call that could not be done by the end of the window counts as outside and is refused; within the window the envelope then lives on." }),
  m("084/6.2", "Instability ends the envelope and its contract, is recorded and escalates.", { note: "Provoked by a tolerance of zero, by an injected outcome and by a scripted fault; it escalates to the owner and, uncaught, up its parents. Levels above: 024/C3." }),
  d("084/6.3", "An envelope of another virtual machine cannot be used.", { why: SINGLE }),
  d("084/7.1", "Virtual machines cannot bind one another's resources.", { why: SINGLE }),
  d("084/7.2", "A nested machine cannot use its parent's capabilities.", { why: SINGLE }),
  d("084/8.1", "A distributed run has the same order twice.", { why: ALONE }),
  d("084/8.2", "Φ consensus reconciles deterministically and replays.", { why: ALONE }),
  d("084/8.3", "Disconnection, Q failure and Φ instability are contained between nodes.", { why: ALONE }),
  m("084/9.1", "A replayed trace equals the original."),
  m("084/9.2", "A replay checks isolation, conservation and order.", { note: "Rule by rule: test/unit/replay/consistency.test.ts." }),
  m("084/10", "Scripted faults: decoherence spike, instability, revocation in mid-run, contract invalidation, partition.", { note: "`triad run --faults`: every kind by tick, contract, job, process or domain, in the header and so in every replay (kernel-abi/injection.ts). A run of one node has no network to part: a partition is refused by name. In depth: test/unit/runtime/kernel/faults.test.ts." }),
  m("084/11", "Scheduling is fair and starves nobody, resources are released, the clock never goes back.", { note: "Bounds against adversaries: test/property/runtime/fairness.test.ts." }),
  m("084/13", "A signed report that machines can read.", { note: "`triad conformance --report FILE`, checked by `--verify FILE`." }),
  m("084/14", "The suite runs unattended, with fixed seeds.", { note: "`.ci/run` on a clean clone." }),
];

const FOUNDATIONS: readonly Row[] = [
  m("081/C1", "Programs reach the domains through the ABI alone."),
  m("081/C2", "No raw Q or Φ state is exposed."),
  m("081/C3", "Every use of a domain needs an explicit capability."),
  m("081/C4", "Every use of a domain needs a contract."),
  m("081/C5", "Replay is deterministic."),
  m("081/C6", "One telemetry over all domains."),
  row("W")("081/2", "Implemented in DPL.", { why: "No DPL compiler exists to build with; implemented in TypeScript and WebAssembly." }),
  m("001/1", "Domains are crossed under a capability that is scoped."),
  m("001/2", "One scheduler decides."),
  m("001/3", "Nothing passes the kernel by."),
  m("001/4", "Orchestration is deterministic."),
  m("001/5", "Each domain keeps its own constraints.", { note: "Simulated providers enforce the constraints they declare; see README.md of domains." }),
  m("002/1", "States stay separate unless a contract joins them."),
  m("002/2", "Each domain keeps its own semantics."),
  m("002/3", "Orchestration is a function of state and input."),
  m("002/4", "Capabilities govern every crossing, and only ever shrink.", { note: "As a lattice: test/property/kernel-abi/capability-set.test.ts." }),
  m("002/5", "Nothing is promoted to another domain implicitly."),
  m("003/1", "A projection is atomic and recorded."),
  m("004/1", "A process is bound to its domains before it acts in them."),
  m("004/2", "A measurement gives a classical outcome, once."),
  m("004/3", "Coherence has a window, and ends with it."),
  m("005/C1", "Events have one total order."),
  m("005/C2", "Orchestration keeps its invariants.", { note: "Rule by rule: test/unit/replay/consistency.test.ts." }),
  m("005/C3", "A run can be reproduced."),
  m("005/C4", "A run can be replayed from its record."),
  m("005/C5", "Nothing happens outside the order."),
  a("010/C1", "The kernel is minimal.", { note: "Adapted: the core is a library without input, output, clock or threads of its own; what it may import is a table that is checked." }),
  a("010/C2", "Each domain has a manager of its own.", { note: "Adapted: a domain service with a simulated provider behind it." }),
  a("010/C3", "Privileges have levels.", { note: "Adapted: verbs of capabilities in place of processor rings." }),
  a("010/C4", "Calls are scoped.", { note: "Adapted: scopes in ticks, uses, units and target." }),
  a("010/C5", "Interrupts and events keep the order.", { note: "Adapted: outcomes, timers and exits are deliveries at due ticks." }),
  m("011/C1", "Domains are used through the abstraction layer alone."),
  m("011/C2", "What is used is negotiated first."),
  m("011/C3", "Resources are reserved explicitly."),
  m("011/C4", "Bindings and contracts keep their lifecycle.", { note: "State by state against XState: test/unit/runtime/process/lifecycle.test.ts." }),
  m("011/C5", "Domains are isolated from one another."),
];

const ORCHESTRATION: readonly Row[] = [
  m("012+082/1", "Scheduling is a deterministic function."),
  m("012+082/2", "Time slices are stable."),
  m("012+082/3", "Windows bound what runs in Φ."),
  m("012+082/4", "Budgets bound what runs in Q."),
  m("012+082/5", "Policies are pure.", { note: "A plug-in policy that fails, or reads anything else, ends the run with a typed fault: test/unit/runtime/scheduler/plugin.test.ts." }),
  m("012+082/6", "Ties are broken the same way every time."),
  m("012+082/7", "A replay takes every scheduling decision again and compares."),
  a("013/C1", "Memory never clones Q state.", { note: "Adapted: state lives inside the provider for as long as a job runs." }),
  a("013/C2", "Memory keeps Φ coherent.", { note: "Adapted: the provider holds the envelope beside its noise-free reference." }),
  a("013/C3", "K memory of processes is isolated.", { note: "Adapted: see 084/4.3." }),
  a("013/C4", "Q and Φ state is not mapped into K.", { note: "Adapted: no operation reads or maps it." }),
  a("013/C5", "Transfers are atomic and scoped.", { note: "Adapted: a turn commits whole or not at all." }),
  ...["Virtual machines are isolated.", "A machine neither clones Q nor aliases Φ.", "A machine's contracts are its own.", "Nesting is safe.", "Snapshots hold no Q or Φ.", "Machines replay."]
    .map((requirement, at) => d(`014+083/${at + 1}`, requirement, { why: SINGLE })),
  m("020/C1", "Every process is anchored in K."),
  m("020/C2", "Domains are attached explicitly."),
  m("020/C3", "Affinity is advice."),
  m("020/C4", "Processes are isolated."),
  m("020/C5", "No process changes another's state."),
  m("021/C1", "Processes communicate by messages alone."),
  m("021/C2", "What is shared follows rules."),
  m("021/C3", "The cost of a crossing is modelled, never measured."),
  m("021/C4", "Messages alias nothing."),
  m("021/C5", "The order of messages replays."),
  m("022/C1", "Transitions are explicit."),
  m("022/C2", "A capability is checked first."),
  m("022/C3", "A contract is needed."),
  m("022/C4", "A transition is atomic and rolls back."),
  m("022/C5", "Nothing crosses implicitly."),
  m("023/C1", "Q runs under a contract."),
  m("023/C2", "Φ runs under a contract."),
  m("023/C3", "Contracts are recorded."),
  m("023/C4", "Conflicts over resources are decided deterministically."),
  m("023/C5", "Contracts are isolated, and conserve what is declared."),
  m("024/C1", "A Q fault is contained."),
  m("024/C2", "A Φ fault is isolated."),
  m("024/C3", "Faults escalate by levels: process, domain, machine, system.", { note: "One virtual machine a run: its level freezes both bound domains and leaves K. Which fault reaches how far is data (`recovery` in the header); too many failures freeze a domain, too many freezes halt the run." }),
  m("024/C4", "Recovery keeps order, isolation and accounts."),
  m("024/C5", "Faults are recorded."),
];

const SECURITY: readonly Row[] = [
  m("015/C1", "Capability tokens are secured.", { note: TOKENS }),
  m("015/C2", "Domains are authenticated before they are used.", { note: "A provider's declaration, with the digests of its kernels, stands in the signed header and is attested at boot, always as simulated." }),
  a("015/C3", "Signatures withstand quantum computers.", { unmet: NO_PQ }),
  m("015/C4", "The integrity of Φ is guarded."),
  m("015/C5", "Security decisions are deterministic."),
  m("030/C1", "Nothing is trusted for where it comes from."),
  a("030/C2", "Isolation is proved.", { note: "Adapted: shown by tests and by rules that every verification applies, not by a formal proof." }),
  m("030/C3", "What fails or is refused stays confined."),
  m("030/C4", "Authority stays confined: it is only delegated, cut down and revoked.", { note: "Random chains against a model: test/unit/runtime/kernel/delegation.test.ts." }),
  m("030/C5", "The same input has the same authorisation."),
  m("031/C1", "Modern classical cryptography.", { note: "SHA-256 (RFC 6962 tree) and Ed25519 over DSSE." }),
  a("031/C2", "Signatures and key exchange that withstand quantum computers.", { unmet: NO_PQ }),
  d("031/C3", "Keys are derived from a classical and a post-quantum secret.", { why: "Between nodes only, and one node is offered: no key is exchanged." }),
  m("031/C4", "Who signed is authenticated."),
  m("031/C5", "Cryptography does not disturb replay."),
  m("031/C6", "Tokens cannot be forged.", { note: TOKENS }),
  m("032/C1", "No Q state is cloned."),
  m("032/C2", "No raw Q state is serialised."),
  m("032/C3", "Measuring needs a capability."),
  a("032/C4", "Q state is not mapped into memory.", { note: "Adapted: see 013/C4." }),
  m("032/C5", "Qubits are virtual: programs name logical ones, within their contract."),
  m("032/C6", "That nothing was cloned can be verified afterwards."),
  m("033/C1", "Envelopes live within windows."),
  m("033/C2", "Nobody without authority changes an envelope."),
  m("033/C3", "Envelopes have boundaries."),
  m("033/C4", "Corruption is detected.", { note: "In depth: test/unit/domains/phi/envelopes.test.ts." }),
  m("033/C5", "Φ is enforced deterministically."),
  m("033/C6", "Instability does not spread."),
  m("034/C1", "Everything is recorded."),
  m("034/C2", "Records are chained."),
  m("034/C3", "Providers are attested.", { note: "Simulated, and said to be; attestation is under the seal's signature." }),
  m("034/C4", "Alteration is evident.", { note: "Every bit of a small trace: test/unit/replay/tamper.test.ts." }),
  m("034/C5", "What was audited replays."),
  m("034/C6", "The record leaks no raw state."),
];

const INTERFACES: readonly Row[] = [
  d("040/1", "Transport between nodes is authenticated and ordered.", { why: ALONE }),
  d("041/1", "Contracts with other nodes are signed.", { why: ALONE }),
  d("042/1", "Consensus is reconciled.", { why: ALONE }),
  d("043/1", "Tenants are kept apart in a cloud.", { why: ALONE }),
  row("W")("050/1", "A subset of DPL.", { why: "Programs are TypeScript; no DPL compiler exists." }),
  a("050/C3", "Builds are reproducible.", { note: "Adapted: a program's closure is bundled to the same script, and its digest stands in the header." }),
  a("050/C4", "Concurrency is explicit.", { note: "Adapted: processes and scopes of the ABI; no threads, timers or promises within a turn." }),
  a("051/C1", "Domains are types.", { note: "Adapted to TypeScript; compiled and refused programs: test/unit/types.test.ts." }),
  a("051/C2", "Q values cannot be copied.", { note: "Adapted: TypeScript has no move-only types; a copy is a dead handle." }),
  a("051/C3", "Φ values are bound to a contract.", { note: "Adapted to TypeScript." }),
  a("051/C4", "Signatures say which domains they need.", { note: "Adapted: the declared domains are part of a definition's type." }),
  a("051/C5", "No domain is coerced into another.", { note: "Adapted to TypeScript." }),
  a("051/C6", "Checks are deterministic.", { note: "Adapted: what the compiler lets pass, admission decides from the call and the terms alone." }),
  m("052/C1", "The ABI is stable."),
  m("052/C2", "The ABI exposes no raw state."),
  m("052/C3", "Capabilities are explicit and scoped."),
  m("052/C4", "Domain calls name a contract."),
  m("052/C5", "Errors are versioned: permanent numbers, each with its class."),
  m("052/C6", "Calls replay."),
  a("053/C1", "Model: the scheduler.", { note: "Adapted: property tests, no proof assistant. test/property/runtime/scheduler.test.ts." }),
  a("053/C2", "Model: isolation.", { note: "Adapted, as 053/C1. test/property/replay/consistency.test.ts." }),
  a("053/C3", "Model: conservation.", { note: "Adapted, as 053/C1. test/property/runtime/authority.test.ts." }),
  a("053/C4", "Model: no cloning.", { note: "Adapted, as 053/C1." }),
  a("053/C5", "Model: Φ.", { note: "Adapted, as 053/C1. test/property/domains/phi-admission.test.ts." }),
  d("053/C6", "Model: distribution.", { why: ALONE }),
  a("053/C7", "Model: replay.", { note: "Adapted, as 053/C1. test/property/replay/replay.test.ts." }),
  m("060/C1", "A Q provider issues calibrations."),
  m("060/C2", "A Q provider works under contracts."),
  m("060/C3", "A Q provider shows no raw state."),
  m("060/C4", "A Q provider's errors are signed.", { note: "They stand in the trace, under the seal's signature; a provider has no key of its own." }),
  m("060/C5", "A Q provider clones nothing."),
  m("060/C6", "A Q provider's work is recorded."),
  m("061/C1", "A Φ provider issues windows."),
  m("061/C2", "A Φ provider runs the transforms of the contract only."),
  m("061/C3", "A Φ provider reports stability."),
  m("061/C4", "A Φ provider shows no raw state."),
  m("061/C5", "A Φ provider's errors are signed.", { note: "As 060/C4." }),
  m("061/C6", "A Φ provider's work is recorded."),
  d("061/C7", "Φ across nodes.", { why: ALONE }),
  row("W")("062/C1", "Boot is verified.", { why: "The host boots; a library cannot verify firmware. Packages and kernels are named by digest in every trace." }),
  m("062/C2", "Boot has one order."),
  m("062/C3", "Root authority comes before any domain is bound.", { note: "It is the header's list of verbs, fixed before anything is declared." }),
  m("062/C4", "Providers are attested before anything is bound to them."),
  m("062/C5", "Boot succeeds whole, or nothing runs."),
  m("062/C6", "Boot is recorded."),
];

const OBSERVATION: readonly Row[] = [
  m("070/C1", "Telemetry follows a schema."),
  m("070/C2", "Telemetry is isolated: a scope shows what concerns it alone.", { note: "In depth: test/unit/telemetry/scope.test.ts." }),
  m("070/C3", "Telemetry holds no raw state."),
  m("070/C4", "Telemetry is timed by ticks."),
  m("070/C5", "Tenants see their own.", { note: "By virtual machine, on frames of several; this runtime runs one." }),
  m("070/C6", "Telemetry replays."),
  m("071/C1", "The trace format is versioned."),
  m("071/C2", "A replay takes identical decisions."),
  m("071/C3", "A replay rebuilds no raw state."),
  m("071/C4", "Looking changes nothing: a replay can be stopped and watched."),
  d("071/C5", "Distributed replay.", { why: ALONE }),
  m("071/C6", "Divergence is detected and located."),
  m("072/C1", "Q diagnostics."),
  m("072/C2", "Φ diagnostics."),
  m("072/C3", "Diagnostics hold no raw state."),
  m("072/C4", "Diagnostics are scoped."),
  m("072/C5", "Diagnostics escalate.", { note: "Thresholds raise alerts; they never change the run." }),
  m("072/C6", "Diagnostics replay."),
  row("W")("080/1", "A kernel in DPL.", { why: "As 081/2." }),
];

const RESERVED = ["006-009", "016-019", "025-029", "035-039", "044-049", "054-059", "063-069", "073-079"] as const;
const REQUIREMENTS: readonly Row[] = [
  m("REQ/001-005", "Invariants can be traced, are consistent and reproducible."),
  a("REQ/010-015", "The subsystem enforces contracts; its deterministic tests pass.", { note: "Adapted, as the documents' own rows." }),
  m("REQ/020-024", "Transitions, rollback and the lifecycle of contracts are deterministic."),
  m("REQ/030-034", "Authorisation, cryptography, no-cloning and Φ integrity can be audited."),
  d("REQ/040-043", "Distributed decisions replay.", { why: ALONE }),
  a("REQ/050-053", "Rules of types and ABI are enforced, with evidence that executes.", { note: "Adapted, as the documents' own rows." }),
  m("REQ/060-062", "Registration is attested, execution scoped, errors deterministic."),
  m("REQ/070-072", "Records are deterministic, complete and leak nothing."),
  a("REQ/080-084", "It builds, is aligned, and its conformance can be tested.", { note: "Adapted: this table." }),
  ...RESERVED.map((documents) => row("never")(`REQ/${documents}`, "Reserved documents.", { why: "There is nothing to comply with; a claim would be a failure in itself." })),
];

export const ROWS: readonly Row[] = Object.freeze([...SUITE, ...FOUNDATIONS, ...ORCHESTRATION, ...SECURITY, ...INTERFACES, ...OBSERVATION, ...REQUIREMENTS]
  .sort((one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0)));
