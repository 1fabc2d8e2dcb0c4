// Contracts as telemetry follows them: what is open, how much of it is used. A view over entries, not the kernel's table.
import { DOMAIN_RANK } from "../kernel-abi/domain.ts";
import { EVENT, type Entry } from "../kernel-abi/frame.ts";
import { countIn, fieldsOf, ppm, recordIn } from "./body.ts";

export interface OpenContract {
  readonly id: number;
  /** DOMAIN_RANK. */
  readonly domain: number;
  readonly owner: number;
  readonly units: number;
  readonly budget: number;
  readonly noisePpm: number;
  readonly errorPpm: number;
  /** First tick at which it is over. */
  readonly end: number;
  readonly used: number;
  readonly active: boolean;
  /** A Φ contract's window: between its start and its stop. */
  readonly windowOpen: boolean;
}

type Mutable = { -readonly [F in keyof OpenContract]: OpenContract[F] };

export const remainingOf = ({ budget, used }: OpenContract): number => budget - used;
export const marginPpm = (contract: OpenContract): number => ppm(remainingOf(contract), contract.budget);

export interface OpenContracts {
  /** Takes note of a contract's or a window's event; other entries are ignored. */
  note(entry: Entry, owner: number): void;
  charge(contract: number, budget: number): void;
  get(contract: number): OpenContract | undefined;
  /** In order of their ids. */
  of(domain: "Q" | "PHI"): readonly OpenContract[];
}

const idle = Object.freeze({ used: 0, active: false, windowOpen: false });

export function createOpenContracts(): OpenContracts {
  const open = new Map<number, Mutable>();

  function issue({ contract, domain, body }: Entry, owner: number): void {
    const terms = recordIn(fieldsOf(body), "terms");
    const count = (name: string): number => countIn(terms, name);
    open.set(contract, { id: contract, domain, owner, units: count("units"), budget: count("budget"), noisePpm: count("noisePpm"), errorPpm: count("errorPpm"), end: count("end"), ...idle });
  }

  function change(contract: number, changes: Partial<Mutable>): void {
    const known = open.get(contract);
    if (known !== undefined) Object.assign(known, changes);
  }

  return {
    note(entry, owner) {
      const { code, contract } = entry;
      switch (code) {
        case EVENT.CONTRACT_ISSUED: return issue(entry, owner);
        case EVENT.CONTRACT_ACTIVATED: return change(contract, { active: true });
        case EVENT.CONTRACT_EXPIRED:
        case EVENT.CONTRACT_REVOKED:
        case EVENT.CONTRACT_COMPLETED: return change(contract, { active: false });
        case EVENT.WINDOW_START: return change(contract, { windowOpen: true });
        case EVENT.WINDOW_STOP: return change(contract, { windowOpen: false });
        case EVENT.CONTRACT_RELEASED: open.delete(contract); return undefined;
        default: return undefined;
      }
    },
    charge(contract, budget) {
      const known = open.get(contract);
      if (known !== undefined) known.used += budget;
    },
    get: (contract) => open.get(contract),
    of: (domain) => [...open.values()].filter((contract) => contract.domain === DOMAIN_RANK[domain]).sort((a, b) => a.id - b.id),
  };
}
