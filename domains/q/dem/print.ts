// Error models as `.dem` text: programs as they are, models as one error a line in their order, then detectors and observables.
import { argsText, tagText } from "../stim/lines.ts";
import type { ErrorModel, Symptoms } from "./model.ts";
import { isDemRepeat, observableTarget, type DemItem, type DemProgram } from "./program.ts";

const INDENT = "    ";
const targetText = (target: number): string => (target < 0 ? `L${-1 - target}` : `D${target}`);

/** The text of a program; lines end with a line feed, the last one too. */
export function printDem(program: DemProgram): string {
  const lines: string[] = [];
  print(program, "", lines);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function print(items: DemProgram, indent: string, lines: string[]): void {
  for (const item of items) {
    if (isDemRepeat(item)) {
      lines.push(`${indent}repeat${tagText(item.tag)} ${item.count} {`);
      print(item.body, indent + INDENT, lines);
      lines.push(`${indent}}`);
    } else {
      const shift = item.name === "shift_detectors";
      const targets = item.parts.map((part) => part.map(shift ? String : targetText).join(" ")).join(" ^ ");
      lines.push(`${indent}${item.name}${tagText(item.tag)}${argsText(item.args)}${targets === "" ? "" : ` ${targets}`}`);
    }
  }
}

const targets = ({ detectors, observables }: Symptoms): readonly number[] => [...detectors, ...observables.map(observableTarget)];

/** A model without shifts or blocks. Detectors and observables are declared where no error names them, or where they have a place. */
export function modelProgram({ detectors, observables, mechanisms, coordinates }: ErrorModel): DemProgram {
  const items: DemItem[] = mechanisms.map(({ probability, parts }) => ({ name: "error", tag: "", args: [probability], parts: parts.map(targets), line: 0 }));
  const seen = new Set(mechanisms.flatMap(({ parts }) => parts.flatMap(targets)));
  for (let detector = 0; detector < detectors; detector++) {
    const place = coordinates.get(detector) ?? [];
    if (place.length > 0 || !seen.has(detector)) items.push({ name: "detector", tag: "", args: place, parts: [[detector]], line: 0 });
  }
  for (let index = 0; index < observables; index++) {
    if (!seen.has(observableTarget(index))) items.push({ name: "logical_observable", tag: "", args: [], parts: [[observableTarget(index)]], line: 0 });
  }
  return items;
}

/** The `.dem` text of a model. */
export const printModel = (model: ErrorModel): string => printDem(modelProgram(model));
