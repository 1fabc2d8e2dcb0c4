// Diagnostics of XDV-072, made from what is public: declarations, charges and reports. Formulas are hybrid-runtime section 5's,
// in integer arithmetic; nothing here has seen a state.
import { ppm } from "./body.ts";
import type { EnvelopeReport } from "./envelopes.ts";
import type { ReadTotals } from "./known-reads.ts";
import { remainingOf, type OpenContract } from "./open-contracts.ts";
import { excessOf, type GateFigure, type RelaxationFigure } from "./providers.ts";
import type { Diagnostic } from "./schema.ts";

type Place = "schema" | "node" | "tenant" | "vhm" | "sequence" | "logicalTimestamp" | "signature" | "process";
type Without<T> = T extends unknown ? Omit<T, Place> : never;
/** A measurement that has no place in a stream yet. */
export type DiagnosticDraft = Without<Diagnostic>;

const ofProvider = (sourceId: string) => ({ domain: "Q", sourceId, processId: 0, resourceContractId: 0 } as const);

function relaxationDiagnostics(figure: RelaxationFigure): readonly DiagnosticDraft[] {
  const { provider, t1, t2 } = figure;
  const every = { qubit: null, confidence: "declared", ...ofProvider(provider) } as const;
  return [{ kind: "T1", estimate: t1, ...every }, { kind: "T2", estimate: t2, limit: 2 * t1, excess: excessOf(figure), ...every }];
}

export const providerDiagnostics = (declared: { readonly gates: readonly GateFigure[]; readonly relaxation: RelaxationFigure | undefined } | undefined): readonly DiagnosticDraft[] =>
  (declared === undefined ? [] : [
    ...(declared.relaxation === undefined ? [] : relaxationDiagnostics(declared.relaxation)),
    ...declared.gates.map(({ provider, gate, errorPpm, calibration }): DiagnosticDraft =>
      ({ kind: "GateFidelity", gate, fidelity: 1_000_000 - errorPpm, errorRate: errorPpm, calibration, ...ofProvider(`${provider}/${gate}`) })),
  ]);

/** After a charge. Φ contracts have work units and no decoherence. */
export const contractDiagnostics = (contract: OpenContract | undefined): readonly DiagnosticDraft[] =>
  (contract === undefined || contract.domain !== 1 ? [] : [{
    kind: "DecoherenceMargin", used: contract.used, remaining: remainingOf(contract), budget: contract.budget,
    domain: "Q", sourceId: `contract/${contract.id}`, processId: contract.owner, resourceContractId: contract.id,
  }]);

/** After a report: index, gradient and drift, and what a transform did. */
export function envelopeDiagnostics(report: EnvelopeReport, contract: OpenContract | undefined): readonly DiagnosticDraft[] {
  const { envelope, owner, scores, noiseChange, ticks, gradient, transform, impact, before } = report;
  const place = { domain: "PHI", sourceId: `envelope/${envelope}`, processId: owner, resourceContractId: report.contract } as const;
  return [
    { kind: "StabilityIndex", score: scores.stability, threshold: 1_000_000 - (contract?.noisePpm ?? 0), ...place },
    { kind: "NoiseGradient", level: scores.noise, change: noiseChange, ticks, gradient, ...place },
    { kind: "EnvelopeDrift", magnitude: scores.drift, tolerance: contract?.errorPpm ?? 0, ...place },
    ...(transform === undefined ? [] : [{ kind: "TransformImpact", transform, change: impact, before, after: scores.stability, ...place } as const]),
  ];
}

/** Over [from, until]: one for each qubit with reads whose answers were known. */
export const readDiagnostics = (reads: ReadonlyMap<number, ReadTotals>, from: number, until: number): readonly DiagnosticDraft[] =>
  [...reads].sort(([a], [b]) => a - b).map(([qubit, { samples, mismatches }]) => ({
    kind: "MeasurementError", qubit, probability: samples === 0 ? 0 : ppm(mismatches, samples), mismatches, samples, window: Object.freeze({ from, until }),
    domain: "Q", sourceId: `qubit/${qubit}`, processId: 0, resourceContractId: 0,
  }));
