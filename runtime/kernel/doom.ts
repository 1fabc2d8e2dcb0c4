// Doom: work in flight whose end is decided before it is due. By a strike, by the end of its contract, by a freeze of its domain.
import { FAULTS } from "../../kernel-abi/fault.ts";
import { injectionRow, type InjectionKindRow } from "../../kernel-abi/injection.ts";
import { pack } from "../../kernel-abi/packer.ts";
import type { JobRecord } from "./job-table.ts";

/** How work ends whose contract does. */
export const WITH_ITS_CONTRACT = injectionRow("contract-invalidation");

/** From now on the job ends so, whatever its provider finds. The first fault that hits it decides. */
export function doom(job: JobRecord, { outcome }: Pick<InjectionKindRow, "outcome">, kind: string): boolean {
  const name = outcome[job.domain];
  if (name === undefined || job.doom !== undefined) return false;
  job.doom = { verdict: FAULTS[name].code, body: pack({ job: job.id, what: kind }) };
  return true;
}
