// What providers declared of themselves when they were attested (XDV-060, 072): T1, T2 and errors of one application.
import { EVENT, type Entry } from "../kernel-abi/frame.ts";
import { countIn, fieldsOf, recordIn, textIn } from "./body.ts";

export interface GateFigure {
  readonly provider: string;
  /** `one-qubit`, `two-qubit`, `three-qubit`, `MEASURE`, `RESET`: what the provider declares one error for. */
  readonly gate: string;
  readonly errorPpm: number;
  readonly calibration: number;
}
export interface RelaxationFigure {
  readonly provider: string;
  readonly t1: number;
  readonly t2: number;
}

export interface Providers {
  /** Takes note of an attestation; answers whether it was one of a Q provider. */
  note(entry: Entry): { readonly gates: readonly GateFigure[]; readonly relaxation: RelaxationFigure | undefined } | undefined;
  gates(): readonly GateFigure[];
  relaxations(): readonly RelaxationFigure[];
}

const GATES: readonly (readonly [figure: string, gate: string])[] = [
  ["error1", "one-qubit"], ["error2", "two-qubit"], ["error3", "three-qubit"], ["errorMeasure", "MEASURE"], ["errorReset", "RESET"],
];

/** T2 ≤ 2·T1 holds in nature; what is declared above it is excess. */
export const excessOf = ({ t1, t2 }: RelaxationFigure): number => Math.max(0, t2 - 2 * t1);

export function createProviders(): Providers {
  const gates: GateFigure[] = [];
  const relaxations: RelaxationFigure[] = [];
  return {
    note({ code, body }) {
      if (code !== EVENT.PROVIDER_ATTESTED) return undefined;
      const fields = fieldsOf(body);
      if (textIn(fields, "domain") !== "Q") return undefined;
      const figures = recordIn(fields, "figures");
      const provider = textIn(fields, "provider");
      const calibration = countIn(fields, "version");
      const declared = GATES.filter(([figure]) => figure in figures).map(([figure, gate]): GateFigure => ({ provider, gate, errorPpm: countIn(figures, figure), calibration }));
      const relaxation = "t1" in figures && "t2" in figures ? { provider, t1: countIn(figures, "t1"), t2: countIn(figures, "t2") } : undefined;
      gates.push(...declared);
      if (relaxation !== undefined) relaxations.push(relaxation);
      return { gates: declared, relaxation };
    },
    gates: () => gates,
    relaxations: () => relaxations,
  };
}
