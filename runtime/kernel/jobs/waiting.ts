// A job that waits, and which of two goes first within a tenant (J5).
/** Kernel epochs of waiting that weigh as much as one step of priority. */
export const AGING_EPOCHS = 64;

export interface Waiting {
  readonly id: string;
  readonly tenant: string;
  readonly session: string;
  readonly seq: number;
  readonly priority: number;
  /** Kernel epoch of its acceptance. */
  readonly accepted: number;
  /** Absolute kernel epoch; null: none. */
  readonly deadline: number | null;
}

/** The lower goes first. Fixed for good, while later jobs' bands rise (J5). */
export const bandOf = ({ accepted, priority }: Waiting): number => Math.floor(accepted / AGING_EPOCHS) - priority;

/** Negative when `a` goes first (J5). Total: no two jobs have one seq. */
export function compareWaiting(a: Waiting, b: Waiting): number {
  const bands = bandOf(a) - bandOf(b);
  if (bands !== 0) return bands;
  if (a.deadline !== b.deadline) return a.deadline === null ? 1 : b.deadline === null ? -1 : a.deadline - b.deadline;
  return a.seq - b.seq;
}
