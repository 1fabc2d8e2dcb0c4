// triad diff: where two runs parted, and what each side knew then. Executes nothing. Exit 0: the same run; 3: they differ; 4: one
// of the files is not what was sealed.
import type { Command } from "commander";
import type { Json } from "../../../../kernel-abi/canonical.ts";
import { EXIT } from "../../../../kernel-abi/fault.ts";
import { diff, type DescriptionDifference, type DiffReport, type DiffSide, type FrameDifference } from "../../../../replay/diff.ts";
import type { PastCause, PastFrame } from "../../../../replay/past.ts";
import { verify, type VerifyReport } from "../../../../replay/verify.ts";
import { openSource } from "../../../adapters/files.ts";
import { jsonOption } from "../arguments.ts";
import { runs, type Invocation } from "../command.ts";
import { printFacts, printJson, type Facts } from "../output.ts";
import type { Io } from "../terminal.ts";
import { jsonText, plural, printable, toJson } from "../values.ts";

interface Compared {
  readonly report: DiffReport;
  readonly a: VerifyReport;
  readonly b: VerifyReport;
}

/** Both are verified first: a difference between files nobody can answer for says nothing. @throws Fault TRACE_* */
function compare(left: string, right: string): Compared {
  const a = openSource(left);
  try {
    const b = openSource(right);
    try {
      const [one, other] = [verify(a, { allowUnsealed: true }), verify(b, { allowUnsealed: true })];
      return { report: diff(a, b), a: one, b: other };
    } finally {
      b.close();
    }
  } finally {
    a.close();
  }
}

const SHOWN = 160;
const short = (value: Json): string => {
  const text = typeof value === "string" ? printable(value) : jsonText(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
};

const described = ({ part, field, line, a, b }: DescriptionDifference): readonly [string, string] =>
  [part, `${printable(field)}${line === undefined ? "" : ` line ${line}`}\n  a ${a === null ? "(not there)" : short(a)}\n  b ${b === null ? "(not there)" : short(b)}`];

const WHY: Readonly<Record<PastCause["why"], string>> = Object.freeze({
  sent: "sent by", spawned: "spawned by", exited: "end of", answered: "outcome from", asked: "asked by", touched: "changed by",
});

const caused = ({ why, event, tick, actor, body }: PastCause): string =>
  `    ${WHY[why]} ${printable(actor)}, event ${event}, tick ${tick}${body === null ? "" : `: ${short(body)}`}`;

const remembered = ({ event, tick, what, causes, calls, end }: PastFrame): string => [
  `event ${event}, tick ${tick}: ${what}${end === null ? "" : ` → ${end}`}`, ...causes.map(caused), ...(calls.length === 0 ? [] : [`    ${calls.join(", ")}`]),
].join("\n");

function side(name: string, { event, tick, actor, value, past }: DiffSide): Facts {
  const shown = typeof value === "string" ? printable(value) : String(value);
  const own = past.at(-1);
  if (tick < 0) return [[name, "nothing: the run has no more frames"]];
  return [[name, [`${shown === "" ? "(nothing)" : short(shown)}`, `at event ${event}, tick ${tick}, ${printable(actor)}`, ...(own === undefined ? [] : [remembered(own)])].join("\n")]];
}

/** What happened before is the same on both sides, and so is what an actor knew; unless the two frames are of two actors. */
function before({ a, b }: FrameDifference): Facts {
  const [left, right] = [a, b].map(({ past, tick }) => (tick < 0 ? past : past.slice(0, -1)).map(remembered).join("\n")) as [string, string];
  if (left === right) return [left === "" ? undefined : ["both knew", left]];
  return [left === "" ? undefined : ["a knew", left], right === "" ? undefined : ["b knew", right]];
}

const sideText = (value: Json, there: boolean): string => (there ? short(jsonText(value)) : "nothing");

/** Members of the body that differ beyond the first. */
const also = ({ members: [, ...others] }: FrameDifference): Facts[number] => (others.length === 0 ? undefined
  : ["also", others.map(({ field, a, b, only }) => `${printable(field)}  a ${sideText(a, only !== "b")}  b ${sideText(b, only !== "a")}`).join("\n")]);

const partedAt = (first: FrameDifference): Facts => [
  ["frame", `${first.frame}; the ${plural(first.frame, "frame")} before it are equal`],
  ["field", printable(first.field)], ["cause", first.cause], ...side("a", first.a), ...side("b", first.b), also(first), ...before(first),
];

const HEADLINES: Readonly<Record<DiffReport["where"], string>> = Object.freeze({
  nowhere: "the same run", description: "the same events under different descriptions", frame: "different runs", blocks: "the same events in different blocks",
});

function print({ out }: Io, files: readonly [string, string], { report, a, b }: Compared): void {
  const { where, equal, description, more, first, frames, events } = report;
  out.print(`${equal ? out.paint.good("equal") : out.paint.bad("different")}  ${files.map(printable).join(" and ")}: ${HEADLINES[where]}`);
  printFacts(out, [
    equal ? ["digest", a.digest] : undefined,
    equal ? ["compared", `${plural(events, "event")} in ${plural(frames, "frame")}`] : undefined,
    equal && a.keyId !== b.keyId ? ["signers", `${a.keyId ?? "nobody"} and ${b.keyId ?? "nobody"}`] : undefined,
    ...description.map(described),
    more === 0 ? undefined : ["more", plural(more, "further difference")],
    ...(first === null ? [] : partedAt(first)),
  ]);
}

const facts = (file: string, { digest, sealed, status, frames, events, keyId }: VerifyReport): Readonly<Record<string, unknown>> =>
  ({ file, digest, sealed, status, frames, events, keyId });

export function configure(command: Command, invocation: Invocation): void {
  command.argument("<a>", "a .triad or .triad.partial file").argument("<b>", "another").addOption(jsonOption());
  runs(command, invocation, async (left = "", right = "") => {
    const compared = compare(left, right);
    const { report } = compared;
    if (command.opts<{ readonly json?: boolean }>().json === true) {
      printJson(invocation.io.out, "diff", { a: facts(left, compared.a), b: facts(right, compared.b), ...report, first: toJson(report.first) });
    } else print(invocation.io, [left, right], compared);
    return report.equal ? EXIT.ok : EXIT.divergence;
  });
}
