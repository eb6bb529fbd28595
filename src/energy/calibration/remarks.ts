import type { DeviceProfile } from '../../protocol/device-profile';
import type { LayerGraph } from '../../protocol/layer-graph';
import type { PhaseWork } from '../work';
import { cyclesOfWork } from '../work-cost';
import { contributionsUnder, type FittedCoefficient, fittedCoefficients, priceCoefficients } from './coefficients';
import type { CoefficientFit } from './fit-coefficients';
import type { Timing } from './fit-timing';
import type { MeasuredPhase } from './measured-phase';
import { nextMeasurement } from './next-measurement';

/** What shows a coefficient that the measurements do not. */
const shownBy: Readonly<Partial<Record<FittedCoefficient, string>>> = {
  'arithmetic.8': 'a layer at int8',
  'arithmetic.32': 'a layer at fp32',
  'register.accessPJ': 'a convolution or a dense layer',
};

/** What a person has to know of a fit, one sentence each: coefficients that were not fitted, cannot be told apart, or came out at nothing. */
export function remarks(
  graph: LayerGraph,
  base: DeviceProfile,
  measured: readonly MeasuredPhase[],
  fit: CoefficientFit,
  timing: Timing | undefined,
): string[] {
  const unseen = priceCoefficients.filter((coefficient) => !fit.shown.includes(coefficient));
  return [
    ...unseen.map(
      (coefficient) =>
        `The measurements say nothing about ${coefficient}: the base profile's value stays; measure ${shownBy[coefficient] ?? 'other layers'} too.`,
    ),
    ...untimed(base, measured),
    ...fit.undetermined.map((group) => undetermined(graph, base, measured, fit, timing, group)),
    ...(timing ? boundsOnly(timing) : []),
  ];
}

function untimed(base: DeviceProfile, measured: readonly MeasuredPhase[]): string[] {
  const without = measured.filter(({ seconds }) => seconds === undefined).length;
  if (without === 0) return [];
  const left = base.static ? "the base profile's stays" : 'the new profile states none';
  return [`${without} of ${measured.length} measurements carry no time, so static power was not fitted: ${left}.`];
}

function boundsOnly({ told }: Timing): string[] {
  const bound = told.clock ? (told.traffic ? undefined : 'dramBytesPerSecond') : 'clockHz';
  return bound === undefined
    ? []
    : [`No measurement takes as long as static.${bound} would make it: the value is the least that the measured times allow.`];
}

function undetermined(
  graph: LayerGraph,
  base: DeviceProfile,
  measured: readonly MeasuredPhase[],
  fit: CoefficientFit,
  timing: Timing | undefined,
  group: readonly number[],
): string {
  const names = group.map((place) => fit.shown[place]!);
  const batchSizes = [...new Set(measured.map(({ batchSize }) => batchSize))];
  const next = nextMeasurement(graph, base, batchSizes, rowsOf(base, fit, timing), fit.columns, group);
  const advice = next ? `measure ${next} too` : 'measure more often, and layers of another model too';
  if (names.length === 1) return `${names[0]} is hardly shown by these measurements, and its value is little more than a guess: ${advice}.`;
  return `${namesInWords(names)} cannot be told apart by these measurements, and other mixtures of them fit nearly as well: ${advice}.`;
}

/** What a further measurement would add to the fit's columns, were it as the fit says. */
function rowsOf(base: DeviceProfile, { values, shown }: CoefficientFit, timing: Timing | undefined) {
  const contributions = contributionsUnder(base);
  return (work: PhaseWork): number[] => {
    const seconds = timing ? Math.max(cyclesOfWork(work, base) / timing.clockHz, work.dramBits / 8 / timing.dramBytesPerSecond) : 0;
    const joules = contributions(work, seconds);
    const places = shown.map((coefficient) => fittedCoefficients.indexOf(coefficient));
    const total = shown.reduce((sum, coefficient, at) => sum + values[coefficient]! * joules[places[at]!]!, 0);
    return places.map((place) => (total > 0 ? joules[place]! / total : 0));
  };
}

const namesInWords = (names: readonly string[]) => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
