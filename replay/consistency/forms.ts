// What is kept of rows that are over, column by column (rows.ts). A field added to a row must be added here: the compiler says so.
import { VERBS, type Scope, type VerbName } from "../../kernel-abi/capability.ts";
import type { Terms } from "../../kernel-abi/contract.ts";
import { ROOT } from "../../kernel-abi/ids.ts";
import { Inbox } from "./inbox.ts";
import { Column, Rows, type Form } from "./rows.ts";
import { Timers } from "./timers.ts";
import type { CapabilityRow, ContractRow, JobRow, ProcessRow, Tables } from "./world.ts";

type Columns<Name extends string> = Readonly<Record<Name, Column>>;

function columns<const Name extends string>(...names: readonly Name[]): Columns<Name> {
  return Object.fromEntries(names.map((name) => [name, new Column()])) as Columns<Name>;
}

/** Flags and small enumerations in one number. */
const bits = (...flags: readonly boolean[]): number => flags.reduce((sum, flag, at) => sum + (flag ? 1 << at : 0), 0);
const bit = (of: number, at: number): boolean => (of >> at) % 2 === 1;

const always = (): boolean => true;

/** An ended process of which nothing is on its way: its name is gone, and it lives no more. */
export function processForm(): Form<ProcessRow> {
  const kept = columns("parent", "seq", "exit", "joinSeq", "flags", "on", "subject", "from", "startSeq", "startTick");
  return {
    settled: ({ live, inbox, notices, parked, places }) => !live && inbox.left === 0 && notices.length === 0 && parked === undefined && places.length === 0,
    pack({ parent, seq, over, finished, stopping, exit, joinSeq, on, subject, start }, at) {
      kept.parent.set(at, parent);
      kept.seq.set(at, seq);
      kept.exit.set(at, exit);
      kept.joinSeq.set(at, joinSeq < 0 ? null : joinSeq);
      kept.flags.set(at, bits(over, finished, stopping));
      kept.on.set(at, on);
      kept.subject.set(at, subject);
      kept.from.set(at, start.from);
      kept.startSeq.set(at, start.seq);
      kept.startTick.set(at, start.tick);
    },
    unpack(id, at) {
      const flags = kept.flags.number(at);
      return {
        id, name: `#${id}`, parent: kept.parent.number(at), seq: kept.seq.number(at), exit: kept.exit.number(at),
        live: false, over: bit(flags, 0), finished: bit(flags, 1), stopping: bit(flags, 2), joinSeq: kept.joinSeq.get(at) ?? -1, on: kept.on.number(at), subject: kept.subject.number(at),
        start: { from: kept.from.number(at), seq: kept.startSeq.number(at), tick: kept.startTick.number(at) },
        inbox: new Inbox(), arms: [], timer: undefined, timers: new Timers(), notices: [], parked: undefined, places: [], admitted: [], lost: [], away: -1, toldCalibrations: false, suspension: undefined,
      };
    },
  };
}

const SCOPE: readonly (keyof Scope)[] = ["from", "until", "uses", "units", "target"];

/** A capability whose holder ended: others may still descend from it. */
export function capabilityForm(): Form<CapabilityRow> {
  const kept = columns("holder", "parent", "verb", "left", ...SCOPE);
  return {
    settled: always,
    pack({ holder, parent, grant, uses, revoked }, at) {
      kept.holder.set(at, holder);
      kept.parent.set(at, parent);
      kept.verb.set(at, 2 * VERBS.indexOf(grant.verb) + bits(revoked));
      kept.left.set(at, uses);
      for (const name of SCOPE) kept[name].set(at, grant.scope[name]);
    },
    unpack(id, at) {
      const verb = kept.verb.number(at);
      const { until, uses, units, target } = kept;
      return {
        id, holder: kept.holder.number(at), parent: kept.parent.number(at), uses: kept.left.get(at), revoked: bit(verb, 0),
        grant: {
          verb: VERBS[verb >> 1] as VerbName,
          scope: { from: kept.from.number(at), until: until.get(at), uses: uses.get(at), units: units.get(at), target: target.get(at) },
        },
      };
    },
  };
}

const NO_TERMS: Terms = Object.freeze({
  domain: "Q", units: 0, start: 0, end: 0, budget: 0, shots: 0, channels: 0, errorPpm: 0, noisePpm: 0,
  calibration: Object.freeze({ id: 0, from: 0, until: 0, grace: 0 }), permitted: Object.freeze([]),
});
const TERMS_OF = Object.freeze({ Q: NO_TERMS, PHI: Object.freeze({ ...NO_TERMS, domain: "PHI" as const }) });

/** A released contract: whose it was, and of which domain. */
export function contractForm(): Form<ContractRow> {
  const kept = columns("owner", "domain");
  return {
    settled: always,
    pack({ owner, terms }, at) {
      kept.owner.set(at, owner);
      kept.domain.set(at, bits(terms.domain === "PHI"));
    },
    unpack: (id, at) => ({
      id, owner: kept.owner.number(at), capability: 0, terms: TERMS_OF[kept.domain.number(at) === 1 ? "PHI" : "Q"], state: "released", budget: 0, shots: 0, jobs: 0,
    }),
  };
}

const JOB_STATES: readonly JobRow["state"][] = ["called", "intended", "delivered", "abandoned"];

/** A job with its outcome, which its owner may look at again. */
export function jobForm(): Form<JobRow> {
  const kept = columns("owner", "contract", "capability", "code", "due", "origin");
  return {
    settled: always,
    pack({ owner, contract, capability, domain, due, origin, state }, at) {
      kept.owner.set(at, owner);
      kept.contract.set(at, contract);
      kept.capability.set(at, capability);
      kept.code.set(at, 4 * domain + JOB_STATES.indexOf(state));
      kept.due.set(at, due);
      kept.origin.set(at, origin);
    },
    unpack(id, at) {
      const code = kept.code.number(at);
      return {
        id, owner: kept.owner.number(at), contract: kept.contract.number(at), capability: kept.capability.number(at),
        domain: code >> 2, due: kept.due.number(at), origin: kept.origin.number(at), state: JOB_STATES[code & 3] as JobRow["state"],
      };
    },
  };
}

export const emptyTables = (): Tables => ({
  processes: new Rows(ROOT, processForm()), capabilities: new Rows(1, capabilityForm()), contracts: new Rows(1, contractForm()), jobs: new Rows(1, jobForm()),
});
