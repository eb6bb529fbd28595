import { layerOf } from '../../network/graph-queries';
import type { DeviceProfile } from '../../protocol/device-profile';
import type { LayerGraph } from '../../protocol/layer-graph';
import { layerWork } from '../layer-work';
import type { PhaseWork } from '../work';
import { costOfWork, cyclesOfWork } from '../work-cost';
import { type FittedCoefficient, type PriceCoefficient, scaledPrices, staticPower } from './coefficients';
import { type CoefficientFit, fitCoefficients, type MeasuredWork } from './fit-coefficients';
import { fitTiming, type Timing } from './fit-timing';
import type { MeasuredPhase } from './measured-phase';
import { remarks } from './remarks';

export interface Calibration {
  readonly profile: DeviceProfile;
  /** Fitted prices over the base profile's. */
  readonly factors: Readonly<Partial<Record<PriceCoefficient, number>>>;
  /** Absent where it was not fitted. */
  readonly staticPowerW?: number;
  /** One standard deviation of each, from the scatter about the fit. */
  readonly standardErrors: Readonly<Partial<Record<FittedCoefficient, number>>>;
  /** Share of the variance of the measured energies that the new profile's estimates explain, at most 1; 0 where they do not vary. */
  readonly r2: number;
  /** Root mean square of estimate over measurement, minus 1. */
  readonly relativeError: number;
  /** The new profile's estimates minus measured joules, in the order of the measurements. */
  readonly residualsJ: readonly number[];
  /** What is to be known of the fit: one sentence for each thing that the data does not say or cannot tell apart. */
  readonly warnings: readonly string[];
}

/** Prices change the best mappings, and these the fit: more rounds change nothing that noise does not. */
const rounds = 6;

/**
 * Fits a profile's prices to measured energies, and its static power with clock and bandwidth to their times, by non-negative least squares on
 * relative errors: each measurement weighs alike. Sizes stay as they are. Mappings are searched anew under the fitted prices until they fit no
 * better.
 * @param provenance names the measurements in each fitted coefficient's source.
 * @throws RangeError with one sentence when there are too few measurements.
 */
export function calibrate(
  graph: LayerGraph,
  base: DeviceProfile,
  measured: readonly MeasuredPhase[],
  { name, provenance }: { name: string; provenance: string },
): Calibration {
  let [mappedFor, best] = [base, undefined as Round | undefined];
  for (let round = 0; round < rounds; round++) {
    const next = fitUnder(graph, base, mappedFor, measured);
    if (best && !(next.relativeError < 0.999 * best.relativeError)) break;
    best = next;
    mappedFor = next.profile;
  }
  const { fit, timing, residualsJ, relativeError } = best!;
  const { [staticPower]: staticPowerW, ...factors } = fit.values;
  const spread = spreadOf(measured.map(({ energyJ }) => energyJ));
  const r2 = spread > 0 ? 1 - sumOfSquares(residualsJ) / spread : 0;
  const profile = fittedProfile(base, fit, timing, `Calibrated from ${provenance}; R² ${r2.toFixed(4)}.`);
  return {
    profile: { ...profile, name, description: `${base.name} calibrated from ${provenance}.` },
    factors,
    ...(staticPowerW !== undefined && { staticPowerW }),
    standardErrors: fit.standardErrors,
    r2,
    relativeError,
    residualsJ,
    warnings: remarks(graph, base, measured, fit, timing),
  };
}

interface Round {
  readonly fit: CoefficientFit;
  readonly timing: Timing | undefined;
  readonly profile: DeviceProfile;
  readonly residualsJ: readonly number[];
  readonly relativeError: number;
}

/** One fit with the mappings that are best under some profile's prices, and what the profile that comes of it then estimates itself. */
function fitUnder(graph: LayerGraph, base: DeviceProfile, mappedFor: DeviceProfile, measured: readonly MeasuredPhase[]): Round {
  const works = measured.map((one) => workOf(graph, mappedFor, one));
  const priced = works.map((work, row): MeasuredWork => ({ work, ...measured[row]! }));
  const fit = fitCoefficients(base, priced);
  const timing = fit.values[staticPower] === undefined ? undefined : timingOf(base, priced);
  const profile = fittedProfile(base, fit, timing, 'Being fitted.');
  const residualsJ = measured.map((one) => joulesOf(workOf(graph, profile, one), profile) - one.energyJ);
  const relative = residualsJ.map((residual, row) => residual / measured[row]!.energyJ);
  return { fit, timing, profile, residualsJ, relativeError: Math.sqrt(sumOfSquares(relative) / relative.length) };
}

function fittedProfile(base: DeviceProfile, { values }: CoefficientFit, timing: Timing | undefined, source: string): DeviceProfile {
  const prices = scaledPrices(base, (coefficient) => values[coefficient] ?? 1, source);
  return timing ? { ...prices, static: staticOf(values[staticPower]!, timing, source) } : prices;
}

function workOf(graph: LayerGraph, profile: DeviceProfile, { layer, phase, widths, batchSize }: MeasuredPhase): PhaseWork {
  return layerWork(graph, layerOf(graph, layer), { batchSize, widths, profile })[phase];
}

function joulesOf(work: PhaseWork, profile: DeviceProfile): number {
  const { compute, sram, dram, static: leaked } = costOfWork(work, profile);
  return compute + sram + dram + leaked;
}

function timingOf(base: DeviceProfile, works: readonly MeasuredWork[]): Timing {
  return fitTiming(works.map(({ work, seconds }) => ({ cycles: cyclesOfWork(work, base), bytes: work.dramBits / 8, seconds: seconds! })));
}

function staticOf(watts: number, { clockHz, dramBytesPerSecond, told }: Timing, source: string): DeviceProfile['static'] {
  const bound = `${source} At least this: no measurement is longer than it allows.`;
  return {
    powerW: { value: watts, source },
    clockHz: { value: clockHz, source: told.clock ? source : bound },
    dramBytesPerSecond: { value: dramBytesPerSecond, source: told.traffic ? source : bound },
  };
}

const sumOfSquares = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0);

function spreadOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return sumOfSquares(values.map((value) => value - mean));
}
