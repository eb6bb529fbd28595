import { type Comparison, compareValues, isOff, largest } from '../comparison';
import type { Levels } from './fixed-point';
import type { PredictedSigns } from './predicted-signs';

/** Tensors of one step of training as an engine computed them, by layer or weight and tensor: `conv1: input`. */
export type StepTensors = ReadonlyMap<string, ArrayLike<number>>;

/** Of the range, in which a value may be beyond the middle between two levels: many times what float32 differs by, and less than a level of 16 bits. */
const levelTolerance = 2e-5;

/** Of the largest input of a ReLU, in which roundings decide whether one near zero passes. */
const rectifiedMargin = 4e-6;

/**
 * The computed step that the definition in float64 goes along with. Each tensor is compared and then taken for the defined one as far as it is
 * right, so that the next layer is computed from the same operands and no difference, nor a level turned by one, adds up from layer to layer.
 */
export class ComputedStep {
  readonly comparisons: Comparison[] = [];
  /** Whether there is a ReLU's input so near zero that two right computations may let it pass or not. */
  hasUndecided = false;

  /** @param tensors absent: nothing is compared, and the definition stands alone. */
  constructor(private readonly tensors?: StepTensors) {}

  /**
   * @param name of the tensor in the step, where it does not stand under its layer's.
   * @returns the computed values where they are right, else the defined ones.
   */
  follow(layer: string, tensor: string, defined: Float64Array, name = `${layer}: ${tensor}`): Float64Array {
    return this.hold(layer, tensor, defined, name) ? Float64Array.from(this.values(name)) : defined;
  }

  /** The output of a ReLU behind a layer, which is what layers are compared by. */
  followRectified(layer: string, x: Float64Array): Float64Array {
    const margin = rectifiedMargin * largest(x);
    this.hasUndecided ||= x.some((value) => Math.abs(value) <= margin);
    return this.follow(
      layer,
      'output',
      x.map((value) => Math.max(0, value)),
    );
  }

  /**
   * Only compares.
   * @returns whether the computed tensor is right; never where there is none.
   */
  hold(layer: string, tensor: string, defined: ArrayLike<number>, name = `${layer}: ${tensor}`): boolean {
    if (!this.tensors) return false;
    const comparison = compareValues(`${tensor}: layer ${layer}`, this.values(name), defined);
    this.comparisons.push(comparison);
    return !isOff(comparison);
  }

  /** @param layer the layer to which the weight counts. */
  holdGradient(layer: string, weight: string, defined: ArrayLike<number>): void {
    this.hold(layer, `gradient of ${weight}`, defined, `${weight}: grads`);
  }

  /** @returns the levels of x: of two that x lies between, the computed one. */
  followLevels(layer: string, tensor: string, x: Float64Array, levels: Levels): Float64Array {
    if (levels.range === 0) return this.follow(layer, tensor, x);
    const own = x.map((value) => levels.of(value));
    if (!this.tensors) return own;
    const computed = this.values(`${layer}: ${tensor}`);
    let error = computed.length === x.length ? 0 : Number.POSITIVE_INFINITY;
    const followed = own.map((level, i) => {
      const value = computed[i]!;
      const nearest = levels.nearest(value);
      const clamped = Math.min(Math.max(x[i]!, levels.lowestValue), levels.highestValue);
      const besideLevel = Math.abs(value - levels.value(nearest));
      const besideValue = Math.abs(clamped - levels.value(nearest)) - levels.delta / 2;
      const relative = Math.max(0, besideLevel, besideValue) / levels.range;
      const distance = Number.isFinite(relative) ? relative : Number.POSITIVE_INFINITY;
      error = Math.max(error, distance);
      return distance <= levelTolerance ? nearest : level;
    });
    this.comparisons.push({ name: `${tensor}: layer ${layer}`, measure: 'relative error', error, tolerance: levelTolerance });
    return followed;
  }

  /** Signs that the optimizer sees and how many of them the predictor decided: exactly those that the definition gives, but where it leaves a choice. */
  holdSigns(layer: string, { least, most, predicted }: PredictedSigns): void {
    if (!this.tensors) return;
    const signs = this.values(`${layer}.weight: grads`);
    const wrong = least.filter((value, i) => !(Number.isInteger(signs[i]) && signs[i]! >= value && signs[i]! <= most[i]!)).length;
    const [count = Number.NaN] = Array.from(this.values(`${layer}: predicted`));
    const beyond = Math.max(0, predicted[0] - count, count - predicted[1]);
    const exact = { measure: 'share of entries', tolerance: 0 } as const;
    const share = (entries: number) => (Number.isNaN(entries) ? Number.POSITIVE_INFINITY : entries / least.length);
    this.comparisons.push(
      { name: `signs: layer ${layer}`, ...exact, error: signs.length === least.length ? share(wrong) : Number.POSITIVE_INFINITY },
      { name: `predicted entries: layer ${layer}`, ...exact, error: share(beyond) },
    );
  }

  private values(name: string): ArrayLike<number> {
    return this.tensors?.get(name) ?? [];
  }
}
