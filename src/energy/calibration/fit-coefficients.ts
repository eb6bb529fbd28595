import type { DeviceProfile } from '../../protocol/device-profile';
import type { PhaseWork } from '../work';
import { costOfWork } from '../work-cost';
import { contributionsUnder, type FittedCoefficient, fittedCoefficients, staticPower } from './coefficients';
import { determination, groupsOfUndetermined } from './determination';
import { nonnegativeLeastSquares } from './nonnegative-least-squares';

/** Counted work with what it was measured to take. */
export interface MeasuredWork {
  readonly work: PhaseWork;
  readonly energyJ: number;
  readonly seconds?: number | undefined;
}

export interface CoefficientFit {
  /** Coefficients that the data shows, in the order of `columns`. */
  readonly shown: readonly FittedCoefficient[];
  /** Factors over the base profile's prices, and static power in watts. */
  readonly values: Readonly<Partial<Record<FittedCoefficient, number>>>;
  /** One standard deviation of each. */
  readonly standardErrors: Readonly<Partial<Record<FittedCoefficient, number>>>;
  /** Share of each measurement's energy by coefficient, at the base profile's prices. */
  readonly columns: readonly (readonly number[])[];
  /** Places of the coefficients whose values the data does not determine: those of one group can stand for each other. */
  readonly undetermined: readonly (readonly number[])[];
}

/** Holds coefficients that the data cannot tell apart near the base profile's proportions, and moves no other by more than some per mille. */
const pullToBase = 1e-6;
/** No meter and no model is better than this, however well some measurements agree. */
const leastScatter = 0.01;
/** Above this share of its value, a standard error leaves a coefficient undetermined. */
const largestError = 0.25;
/** Static power below this share of the mean power need not be known better. */
const smallStaticShare = 0.1;

/**
 * Fits the base profile's prices, and its static power where all times are known, to measured works.
 * @throws RangeError when there are too few, or all the same.
 */
export function fitCoefficients(base: DeviceProfile, works: readonly MeasuredWork[]): CoefficientFit {
  const timed = works.every(({ seconds }) => seconds !== undefined);
  const contributions = contributionsUnder(base);
  const rows = works.map(({ work, energyJ, seconds = 0 }) => contributions(work, timed ? seconds : 0).map((joules) => joules / energyJ));
  const shown = fittedCoefficients.filter((_, place) => rows.some((row) => row[place]! > 0));
  if (works.length < shown.length + 1) {
    throw new RangeError(
      `${works.length === 1 ? 'One measurement' : `${works.length} measurements`} cannot fit ${shown.length} coefficients: measure ${shown.length + 1} layers and phases or more.`,
    );
  }
  const columns = shown.map((coefficient) => rows.map((row) => row[fittedCoefficients.indexOf(coefficient)]!));
  // Where times are not measured, static power stays the base profile's.
  const target = works.map(({ work, energyJ }) => 1 - (timed ? 0 : costOfWork(work, base).static / energyJ));
  const lengths = columns.map((column) => Math.hypot(...column));
  const unit = columns.map((column, place) => column.map((value) => value / lengths[place]!));
  const common = commonFactor(shown, columns, target);
  const point = shown.map((coefficient, place) => (coefficient === staticPower ? 0 : common * lengths[place]!));
  const solution = nonnegativeLeastSquares(unit, target, { point, weight: pullToBase });
  const values = solution.map((value, place) => value / lengths[place]!);
  const residuals = target.map((one, row) => columns.reduce((sum, column, place) => sum + column[row]! * values[place]!, 0) - one);
  const scatter = Math.hypot(...residuals) / Math.sqrt(works.length - shown.length);
  const determined = determination(columns);
  const usual = shown.map((coefficient, place) => (coefficient === staticPower ? smallStaticShare / mean(columns[place]!) : common));
  const undetermined = [...shown.keys()].filter(
    (place) => determined.errors[place]! * Math.max(scatter, leastScatter) > largestError * Math.max(values[place]!, usual[place]!),
  );
  return {
    shown,
    values: Object.fromEntries(shown.map((coefficient, place) => [coefficient, values[place]!])),
    standardErrors: Object.fromEntries(shown.map((coefficient, place) => [coefficient, scatter * determined.errors[place]!])),
    columns,
    undetermined: groupsOfUndetermined(determined, undetermined),
  };
}

/** The one factor over all prices that fits best. */
function commonFactor(shown: readonly FittedCoefficient[], columns: readonly (readonly number[])[], target: readonly number[]): number {
  const prices = columns.filter((_, place) => shown[place] !== staticPower);
  const sums = target.map((_, row) => prices.reduce((sum, column) => sum + column[row]!, 0));
  const product = sums.reduce((sum, value, row) => sum + value * target[row]!, 0);
  return Math.max(0, product / sums.reduce((sum, value) => sum + value * value, 0));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
