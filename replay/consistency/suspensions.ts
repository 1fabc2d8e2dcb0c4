// Rules of suspension: when a process was away, and that its resumption tells it what of its own ended meanwhile.
import type { Entry } from "../../kernel-abi/frame.ts";
import type { ProcessRow, World } from "./world.ts";

/** Keeps when a process was suspended: what fell due meanwhile comes when it is resumed. */
export function suspension(world: World, row: ProcessRow, to: "suspended" | "active"): void {
  const { tick } = world.moment;
  const last = row.suspension;
  if (to === "suspended") Object.assign(row, { lost: [], away: tick, toldCalibrations: false, suspension: { from: last?.to === tick ? last.from : tick, to: -1 } });
  else {
    wasTold(world, row);
    row.suspension = { from: (last as NonNullable<typeof last>).from, to: tick };
  }
}

function wasTold(world: World, row: ProcessRow): void {
  const { flags } = world.header.abi;
  if (flags.includes("resumeTellsLost")) world.require(row.lost.length === 0, "who is resumed is told which contracts it lost", { process: row.name });
  if (flags.includes("resumeTellsCalibrations")) world.require(row.toldCalibrations || uncalibratedOf(world, row).length === 0, "who is resumed is told whose calibration ended", { process: row.name });
}

/** Its contracts that run, whose calibration ended since it was suspended. */
const uncalibratedOf = (world: World, { id, away }: ProcessRow): readonly number[] =>
  world.contracts.rows().filter((row) => {
    const { until, grace } = row.terms.calibration;
    const end = Math.min(until + grace, world.faults.uncalibrated.get(row.id) ?? Infinity);
    return row.owner === id && (row.state === "issued" || row.state === "active") && away < end && end <= world.moment.tick;
  }).map((row) => row.id);

/** CALIBRATIONS_LOST: right before it is resumed. */
export function toldCalibrations(world: World, entry: Entry): void {
  const row = world.process(entry.subject);
  const told = world.ids(world.body(entry.body), "contracts");
  const expected = uncalibratedOf(world, row);
  world.require(row.suspension?.to === -1 && row.parent === world.moment.actor && !row.toldCalibrations && told.length > 0 && told.length === expected.length && told.every((id, at) => id === expected[at]), "who is resumed is told whose calibration ended", { process: row.name });
  row.toldCalibrations = true;
}

/** CONTRACTS_LOST: right before it is resumed. */
export function told(world: World, entry: Entry): void {
  const row = world.process(entry.subject);
  const contracts = world.ids(world.body(entry.body), "contracts");
  world.require(row.suspension?.to === -1 && row.parent === world.moment.actor && contracts.length > 0 && contracts.length === row.lost.length && contracts.every((id, at) => id === row.lost[at]), "who is resumed is told which contracts it lost", { process: row.name });
  row.lost = [];
}
