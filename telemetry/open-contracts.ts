// Contracts as telemetry follows them: what is open, how much of it is used. A view over entries, not the kernel's table.
import { DOMAIN_RANK } from "../kernel-abi/domain.ts";
import { EVENT, type Entry } from "../kernel-abi/frame.ts";
import { fieldsOf, numberIn, recordIn } from "./body.ts";

interface Open {
  readonly domain: number;
  readonly units: number;
  readonly noisePpm: number;
  budget: number;
  active: boolean;
}

export interface ContractTotals {
  readonly active: number;
  readonly units: number;
  /** Not yet charged. */
  readonly budget: number;
  /** Smallest among the open ones; 0 when there is none. */
  readonly noisePpm: number;
}

export interface OpenContracts {
  /** Takes note of a contract event; other entries are ignored. */
  note(entry: Entry): void;
  charge(contract: number, budget: number): void;
  totals(): { readonly q: ContractTotals; readonly phi: ContractTotals };
}

export function createOpenContracts(): OpenContracts {
  const open = new Map<number, Open>();

  function issue({ contract, domain, body }: Entry): void {
    const terms = recordIn(fieldsOf(body), "terms");
    open.set(contract, { domain, units: numberIn(terms, "units"), noisePpm: numberIn(terms, "noisePpm"), budget: numberIn(terms, "budget"), active: false });
  }

  function activate(contract: number, active: boolean): void {
    const known = open.get(contract);
    if (known !== undefined) known.active = active;
  }

  function totalsOf(rank: number): ContractTotals {
    const own = [...open.values()].filter(({ domain }) => domain === rank);
    const sum = (of: (contract: Open) => number): number => own.reduce((total, contract) => total + of(contract), 0);
    return {
      active: sum(({ active }) => (active ? 1 : 0)), units: sum(({ units }) => units), budget: sum(({ budget }) => budget),
      noisePpm: own.length === 0 ? 0 : Math.min(...own.map(({ noisePpm }) => noisePpm)),
    };
  }

  return {
    note(entry) {
      switch (entry.code) {
        case EVENT.CONTRACT_ISSUED: return issue(entry);
        case EVENT.CONTRACT_ACTIVATED: return activate(entry.contract, true);
        case EVENT.CONTRACT_EXPIRED:
        case EVENT.CONTRACT_REVOKED:
        case EVENT.CONTRACT_COMPLETED: return activate(entry.contract, false);
        case EVENT.CONTRACT_RELEASED: open.delete(entry.contract); return undefined;
        default: return undefined;
      }
    },
    charge(contract, budget) {
      const known = open.get(contract);
      if (known !== undefined) known.budget -= budget;
    },
    totals: () => ({ q: totalsOf(DOMAIN_RANK.Q), phi: totalsOf(DOMAIN_RANK.PHI) }),
  };
}
