// What follows when authority ends: somebody revoked, an operator suspended, a time ran out. Owns that nothing goes on without it.
//   K24 Sessions whose credential fell are closed. A job that lacks what it was accepted for (capabilities, a channel, an active tenant) is
//       cancelled: at once when it waits, at its next fence when it runs; its events and its `error` say why. Channels nobody may use are closed.
import type { Parts } from "./parts.ts";
import { isEnd } from "../../kernel/jobs/lifecycle.ts";

export interface Fallen {
  readonly sessions: number;
  readonly jobs: number;
  readonly channels: number;
}

/** Looks at everybody; what had to end. Nothing to do costs one look at each session and each job that has not ended. */
export function standing({ authority, jobs, hand, histories, ended, now }: Parts, sessions: { end(session: string): number }): Fallen {
  const fallen = { sessions: 0, jobs: 0, channels: hand.cut() };
  for (const { id, token } of authority.sessions.all) {
    if (token === null || authority.tokens.stands(token)) continue;
    authority.closeSession(id);
    fallen.jobs += sessions.end(id);
    fallen.sessions++;
  }
  for (const [id] of authority.jobs.all) {
    const job = jobs.get(id);
    if (job === undefined || isEnd(job.state) || job.cancelAsked) continue;
    const why = authority.lost(id);
    if (why === undefined) continue;
    histories.add(id, { type: "revoked", state: job.state, epoch: job.epoch, data: { fault: why.fault, code: why.code, ...why.detail } });
    const cancelled = jobs.cancel(job.order.session, id, now(), { type: why.fault, message: why.message, code: why.code });
    if (isEnd(cancelled.state)) ended(cancelled);
    fallen.jobs++;
  }
  return fallen;
}
