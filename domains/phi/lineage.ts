// Lineage: what an envelope's state was made by. A run that is resumed has the outcomes of earlier jobs on record, but an
// envelope's state stands in no record (A4): before a new transform the jobs that made the state are done again, in their order.
//   1  Envelopes that were ever transformed together are one family; a job's history is its family's jobs before it.
//   2  Only what a new job builds on is done again: a family nobody asks for costs nothing, one that is closed or whose window is
//      over is forgotten.
//   3  A transform that the pool lost (2005) is done again like any other: what comes after is what `reproduce` finds.
import { unpack } from "../../kernel-abi/packer.ts";
import type { JobStart } from "../../kernel-abi/ports.ts";

interface Family {
  readonly envelopes: Set<number>;
  /** First tick at which the window of its contract is over. */
  readonly end: number;
  /** In order; empty once the provider has its states. */
  history: JobStart[];
  alive: boolean;
}

interface Shape {
  readonly op: unknown;
  readonly envelopes: readonly number[];
}

/** The part of a descriptor that says which envelopes it is about; `open` names the one it makes by its own job. */
function shapeOf({ job, descriptor }: JobStart): Shape {
  const value = unpack(descriptor);
  if (typeof value !== "object" || value === null) return { op: undefined, envelopes: [] };
  const op: unknown = "op" in value ? value.op : undefined;
  if (op === "open") return { op, envelopes: [job] };
  const named: unknown = "envelopes" in value ? value.envelopes : undefined;
  return { op, envelopes: Array.isArray(named) ? named.filter((id) => typeof id === "number") : [] };
}

export class Lineage {
  readonly #families = new Map<number, Family>();

  /** A job whose outcome is on record: what has to be done again for its sake now; nothing, as a rule. */
  recorded(job: JobStart): readonly JobStart[] {
    return this.#follow(job, false);
  }

  /** A job whose outcome is wanted: what it builds on and is not there yet, then the job itself. */
  wanted(job: JobStart): readonly JobStart[] {
    return this.#follow(job, true);
  }

  #follow(job: JobStart, wanted: boolean): readonly JobStart[] {
    const { op, envelopes } = shapeOf(job);
    if (envelopes.length === 0) return wanted ? [job] : [];
    const family = this.#familyOf(envelopes, job);
    const alive = wanted || family.alive;
    family.history.push(job);
    const again = alive ? family.history.splice(0) : [];
    family.alive = alive;
    if (op === "close") this.#close(family, envelopes);
    return again;
  }

  /** The envelopes' common family; a job that names several makes one of theirs. */
  #familyOf(envelopes: readonly number[], { job, issued, contract: { terms } }: JobStart): Family {
    if (envelopes[0] === job) this.#forget(issued);
    const parts = [...new Set(envelopes.map((id) => this.#families.get(id)))].filter((family) => family !== undefined);
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only;
    const family: Family = {
      envelopes: new Set([...envelopes, ...parts.flatMap((part) => [...part.envelopes])]),
      end: terms.end,
      history: parts.flatMap(({ history }) => history).sort((a, b) => a.job - b.job),
      alive: parts.some(({ alive }) => alive),
    };
    for (const id of family.envelopes) this.#families.set(id, family);
    return family;
  }

  #close(family: Family, envelopes: readonly number[]): void {
    for (const id of envelopes) {
      family.envelopes.delete(id);
      this.#families.delete(id);
    }
  }

  #forget(now: number): void {
    for (const [id, { end }] of this.#families) if (end <= now) this.#families.delete(id);
  }
}
