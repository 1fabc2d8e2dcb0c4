// Estimates by whoever makes them: the well-kept estimator through its adapter, or our own formula. Where both rooms meet.
import { qsharpEstimates, QSHARP_VERSION } from "../../adapters/qsharp.ts";
import type { PhysicalEstimate } from "../../../domains/q/estimate/estimate.ts";
import { formulaAnswer, formulaFrontier, least, pareto, type Measure } from "../../../domains/q/estimate/frontier.ts";
import { estimatesOf, parametersOf, programOf } from "../../../domains/q/estimate/qsharp.ts";
import type { EstimateRequest } from "../../../domains/q/estimate/request.ts";

export interface Wanted {
  /** Our own formula alone; the estimator of qsharp-lang otherwise. */
  readonly formula: boolean;
  readonly frontier: boolean;
  /** Which of the frontier to report. Default: the estimator's own choice, the quickest. */
  readonly minimise?: Measure;
}

export interface Estimates {
  readonly by: string;
  readonly estimate: PhysicalEstimate;
  /** Empty when it was not asked for. */
  readonly frontier: readonly PhysicalEstimate[];
}

/** @throws Fault ENVIRONMENT without qsharp-lang; ESTIMATE_REFUSED */
export async function estimates(request: EstimateRequest, { formula, frontier, minimise }: Wanted): Promise<Estimates> {
  const wide = frontier || minimise !== undefined;
  if (formula) {
    const all = wide ? formulaFrontier(request) : [];
    return { by: "formula", estimate: minimise === undefined ? formulaAnswer(request) : least(all, minimise), frontier: all };
  }
  const answers = await qsharpEstimates(programOf(request.counts), [parametersOf(request, false), ...(wide ? [parametersOf(request, true)] : [])]);
  const [one, many] = answers.map((answer) => estimatesOf(answer, request));
  const all = wide ? pareto([...one ?? [], ...many ?? []]) : [];
  return { by: `qsharp-lang ${QSHARP_VERSION}`, estimate: least(minimise === undefined ? one ?? [] : all, minimise ?? "time"), frontier: all };
}
