// Where the time of one subject goes: V8's sampling profiler over a run of it, by function, own time only.
import { Session } from "node:inspector/promises";
import { basename } from "node:path";

export interface Share {
  /** Function, file and line. */
  readonly place: string;
  readonly percent: number;
}

const SAMPLE_MICROSECONDS = 200;

/** The largest shares of processor time in one run of `subject`; what Node does on its own is among them. */
export async function profileOf(subject: () => Promise<unknown>, most = 15): Promise<readonly Share[]> {
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: SAMPLE_MICROSECONDS });
    await session.post("Profiler.start");
    await subject();
    const { profile: { nodes, samples = [], timeDeltas = [] } } = await session.post("Profiler.stop");
    const placeOf = new Map(nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [id, `${functionName === "" ? "(anonymous)" : functionName}${url === "" ? "" : ` ${basename(url)}:${lineNumber + 1}`}`]));
    const own = new Map<string, number>();
    for (const [at, id] of samples.entries()) {
      const place = placeOf.get(id) ?? "?";
      own.set(place, (own.get(place) ?? 0) + (timeDeltas[at] ?? 0));
    }
    const whole = [...own.values()].reduce((sum, time) => sum + time, 0);
    return [...own].sort(([, a], [, b]) => b - a).slice(0, most).map(([place, time]) => ({ place, percent: 100 * time / whole }));
  } finally {
    session.disconnect();
  }
}
