import { layerOf } from '../../network/graph-queries';
import type { DeviceProfile } from '../../protocol/device-profile';
import type { LayerGraph } from '../../protocol/layer-graph';
import type { Phase } from '../../protocol/phases';
import { layerWork } from '../layer-work';
import type { OperandWidths } from '../work';
import { costOfWork } from '../work-cost';
import { independentShare, nonnegativeLeastSquares } from './nonnegative-least-squares';

/** A measured energy that coefficients are fitted to. */
export interface MeasuredPhase {
  readonly layer: string;
  readonly phase: Phase;
  readonly widths: OperandWidths;
  readonly batchSize: number;
  readonly energyJ: number;
}

/** What is fitted: each scales the coefficients that it names. */
export const fittedCoefficients = ['arithmetic.8', 'arithmetic.32', 'register.accessPJ', 'buffer.accessPJ', 'dram.accessPJ'] as const;
export type FittedCoefficient = (typeof fittedCoefficients)[number];

export interface Calibration {
  readonly profile: DeviceProfile;
  /** Fitted over the base profile's, by coefficient. */
  readonly factors: Readonly<Partial<Record<FittedCoefficient, number>>>;
  /** Share of the variance of the measured energies that the fitted profile explains, at most 1. */
  readonly r2: number;
  /** Fitted minus measured joules, in the order of the measurements. */
  readonly residualsJ: readonly number[];
  /** One sentence for each coefficient that the data says nothing about or cannot tell from others. */
  readonly warnings: readonly string[];
}

/** Below this share of a column of its own, noise of a per cent moves the coefficient by ten. */
const leastIndependentShare = 0.01;

/** The profile with one coefficient alone; all others cost nothing. */
function scaled(base: DeviceProfile, factorOf: (coefficient: FittedCoefficient) => number, source?: string): DeviceProfile {
  const times = (coefficient: FittedCoefficient, one: { value: number; source: string }) => {
    const factor = factorOf(coefficient);
    return { value: one.value * factor, source: source !== undefined && factor !== 1 ? source : one.source };
  };
  const arithmetic = (width: 8 | 32) => ({
    addPJ: times(`arithmetic.${width}`, base.arithmetic[width].addPJ),
    multiplyPJ: times(`arithmetic.${width}`, base.arithmetic[width].multiplyPJ),
  });
  return {
    ...base,
    arithmetic: { 8: arithmetic(8), 32: arithmetic(32) },
    register: { ...base.register, accessPJ: times('register.accessPJ', base.register.accessPJ) },
    buffer: { ...base.buffer, accessPJ: times('buffer.accessPJ', base.buffer.accessPJ) },
    dram: { accessPJ: times('dram.accessPJ', base.dram.accessPJ) },
  };
}

/** Joules that each coefficient contributes to a measured phase under the base profile's mappings and values. */
function contributions(graph: LayerGraph, base: DeviceProfile, { layer, phase, widths, batchSize }: MeasuredPhase): number[] {
  const work = layerWork(graph, layerOf(graph, layer), { batchSize, widths, profile: base })[phase];
  return fittedCoefficients.map((coefficient) => {
    const { compute, sram, dram } = costOfWork(
      work,
      scaled(base, (one) => (one === coefficient ? 1 : 0)),
    );
    return compute + sram + dram;
  });
}

function warningsOf(columns: readonly (readonly number[])[]): string[] {
  const seen = fittedCoefficients.map((_, index) => index).filter((index) => columns[index]!.some((value) => value > 0));
  return fittedCoefficients.flatMap((name, index) => {
    if (!seen.includes(index)) return [`The measurements say nothing about ${name}: the base profile's value stays.`];
    const shown = seen.map((one) => columns[one]!);
    if (independentShare(shown, seen.indexOf(index)) >= leastIndependentShare) return [];
    return [
      `The measurements cannot tell ${name} from the other coefficients: its value is one of many that fit. Measure layers of other shapes.`,
    ];
  });
}

/**
 * Fits a profile's prices to measured energies by non-negative least squares on relative errors, each measurement weighing alike. Sizes, and
 * the mappings found for the base profile, stay as they are.
 * @param provenance names the measurements in each fitted coefficient's source.
 * @throws RangeError with one sentence when there are too few measurements.
 */
export function calibrate(
  graph: LayerGraph,
  base: DeviceProfile,
  measured: readonly MeasuredPhase[],
  { name, provenance }: { name: string; provenance: string },
): Calibration {
  const rows = measured.map((one) => contributions(graph, base, one));
  const relative = fittedCoefficients.map((_, index) => rows.map((row, place) => row[index]! / measured[place]!.energyJ));
  const seen = fittedCoefficients.map((_, index) => index).filter((index) => relative[index]!.some((value) => value > 0));
  if (measured.length < seen.length + 1)
    throw new RangeError(
      `${measured.length} measurements cannot fit ${seen.length} coefficients: measure ${seen.length + 1} layers and phases or more.`,
    );
  const lengths = seen.map((index) => Math.hypot(...relative[index]!));
  const unit = seen.map((index, place) => relative[index]!.map((value) => value / lengths[place]!));
  const solution = nonnegativeLeastSquares(
    unit,
    measured.map(() => 1),
  ).map((value, place) => value / lengths[place]!);
  const factors = Object.fromEntries(seen.map((index, place) => [fittedCoefficients[index]!, solution[place]!]));
  const residualsJ = rows.map(
    (row, place) => seen.reduce((sum, index, at) => sum + row[index]! * solution[at]!, 0) - measured[place]!.energyJ,
  );
  const mean = measured.reduce((sum, { energyJ }) => sum + energyJ, 0) / measured.length;
  const variance = measured.reduce((sum, { energyJ }) => sum + (energyJ - mean) ** 2, 0);
  const r2 = 1 - residualsJ.reduce((sum, residual) => sum + residual ** 2, 0) / variance;
  const source = `Calibrated from ${provenance}; R² ${r2.toFixed(4)}.`;
  const profile = {
    ...scaled(base, (coefficient) => (factors as Partial<Record<FittedCoefficient, number>>)[coefficient] ?? 1, source),
    name,
    description: `${base.name} calibrated from ${provenance}.`,
  };
  return { profile, factors, r2, residualsJ, warnings: warningsOf(relative) };
}
