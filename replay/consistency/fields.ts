// Rules of fields: which of its fields an entry uses goes by its code (frame.ts says what they are). What a code does not use is zero,
// in a call that was refused too; what it always uses is there when it was granted.
import { EVENT, type Entry } from "../../kernel-abi/frame.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { World } from "./world.ts";

/** Domain, capability, contract, subject, body, in this order: `x` always, `?` now and then (or not looked at: payloads), `.` never. */
const FIELDS: Readonly<Record<number, string>> = {
  [SYSCALL.LOG]: ".x..x",
  [SYSCALL.TIMER_SET]: ".x.x.",
  [SYSCALL.TIMER_CANCEL]: ".x.?.",
  [SYSCALL.SELECT]: ".x.?.",
  [SYSCALL.PLACE_WITHDRAW]: "?x.?.",
  [SYSCALL.PROC_SPAWN]: ".x.xx",
  [SYSCALL.PROC_TRANSITION]: ".x.x.",
  [SYSCALL.PROC_EXIT]: "...xx",
  [SYSCALL.PROC_JOIN]: ".x.x.",
  [SYSCALL.PROC_LINK]: ".x.xx",
  [SYSCALL.PROC_UNLINK]: ".x.x.",
  [SYSCALL.PROC_MONITOR]: ".x.x.",
  [SYSCALL.PROC_STOP]: ".x.xx",
  [SYSCALL.PROC_CONTINUE]: ".x..x",
  [SYSCALL.CAP_REQUEST]: ".....",
  [SYSCALL.CAP_ATTENUATE]: ".x.x.",
  [SYSCALL.CAP_REVOKE]: ".x.x.",
  [SYSCALL.CONTRACT_REQUEST]: "xx???",
  [SYSCALL.CONTRACT_RELEASE]: "xxxx.",
  [SYSCALL.CONTRACT_QUERY]: "xxxx.",
  [SYSCALL.CONTRACT_SHARE]: "xxxxx",
  [SYSCALL.CONTRACT_ATTACH]: "xxxx.",
  [SYSCALL.BIND]: "x..x.",
  [SYSCALL.UNBIND]: "x..x.",
  [SYSCALL.IPC_SEND]: ".x.x?",
  [SYSCALL.XDV_CALL]: "xxxxx",
  [SYSCALL.MEASURE]: "xxxx.",
  [SYSCALL.PROJECT]: "xxxx.",
  [SYSCALL.JOB_CANCEL]: "xxxx.",
  [SYSCALL.METRIC_EMIT]: ".x..x",
  [SYSCALL.TRACE_READ]: ".x.?.",
  [SYSCALL.TELEMETRY_READ]: ".x.?.",
  [SYSCALL.FAULT_INJECT]: ".x..x",
  [EVENT.PROCESS_DECLARED]: "?..xx",
  [EVENT.TRANSITION]: "?..xx",
  [EVENT.CAPABILITY_ISSUED]: ".?.xx",
  [EVENT.CAPABILITY_REVOKED]: "...x.",
  [EVENT.PROVIDER_ATTESTED]: "x..xx",
  [EVENT.CONTRACT_ISSUED]: "xxxxx",
  [EVENT.CONTRACT_ACTIVATED]: "x.xx.",
  [EVENT.CONTRACT_EXPIRED]: "x.xx.",
  [EVENT.CONTRACT_REVOKED]: "x.xx.",
  [EVENT.CONTRACT_COMPLETED]: "x.xx.",
  [EVENT.CONTRACT_RELEASED]: "x.xxx",
  [EVENT.WINDOW_START]: "x.xx.",
  [EVENT.WINDOW_STOP]: "x.xx.",
  [EVENT.REQUEST_GRANTED]: "x..xx",
  [EVENT.REQUEST_LAPSED]: "x..xx",
  [EVENT.JOB_INTENT]: "xxxxx",
  [EVENT.JOB_OUTCOME]: "x.xxx",
  [EVENT.JOB_ABANDONED]: "x.xx.",
  [EVENT.EXIT_NOTICED]: "...xx",
  [EVENT.ROOM_MADE]: "...x.",
  [EVENT.MESSAGE_DROPPED]: "...xx",
  [EVENT.MESSAGE_PARKED]: "...x.",
  [EVENT.CONTRACTS_LOST]: "...xx",
  [EVENT.CALIBRATIONS_LOST]: "...xx",
  [EVENT.FAULT]: "...xx",
  [EVENT.FAULT_INJECTED]: "?..?x",
  [EVENT.JOB_RETRIED]: "xxxxx",
  [EVENT.FAULT_CONTAINED]: "?.??x",
  [EVENT.DOMAIN_FROZEN]: "x...x",
  [EVENT.DOMAIN_THAWED]: "x....",
  [EVENT.CALIBRATION_EXPIRED]: "x.xxx",
  [EVENT.PROCESS_HALTED]: "...xx",
  [EVENT.RUN_END]: "....x",
};

/** By code: a bit for each field that has this letter. */
function bits(letter: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const [code, fields] of Object.entries(FIELDS)) {
    table[Number(code)] = [...fields].reduce((mask, field, at) => (field === letter ? mask | (1 << at) : mask), 0);
  }
  return table;
}
const NEVER = bits(".");
const ALWAYS = bits("x");
const BODY = 1 << 4;
const MAYBE = bits("?");
const FIRST_EVENT = EVENT.PROCESS_DECLARED;

const used = ({ domain, capability, contract, subject, body }: Entry): number =>
  (domain === 0 ? 0 : 1) | (capability === 0 ? 0 : 2) | (contract === 0 ? 0 : 4) | (subject === 0 ? 0 : 8) | (body.length === 0 ? 0 : BODY);

/** A refused call has a body, its fault's, and of the fields it would have used those it got to. */
export function check(world: World, entry: Entry): void {
  const { code, verdict } = entry;
  const fields = used(entry);
  const never = NEVER[code] as number;
  const always = ALWAYS[code] as number;
  const fits = verdict === 0 ? (fields & never) === 0 && (~fields & always) === 0
    : (fields & never & ~BODY) === 0 && (code >= FIRST_EVENT || ((fields | (MAYBE[code] as number)) & BODY) !== 0);
  world.require(fits, "an entry uses the fields of its code", { code });
}
