import { largest } from '../comparison';
import type { ComputedStep } from './computed-step';
import { convolve, type Geometry, inputGradient, outputSize, weightGradient } from './convolution';
import { Levels, meanRange, quantisedWeights } from './fixed-point';
import { addSigns, type PredictedSigns, predictedSigns } from './predicted-signs';

/** PSG's widths and threshold, as the reference file has them. */
export interface PredictorSettings {
  /** Of activations and weights. */
  readonly bits: number;
  readonly msbBits: number;
  /** Of the output gradient that the predictor sees. */
  readonly msbGradBits: number;
  /** tau, or where negative −β. */
  readonly threshold: number;
}

/** A convolution of the network: in float32, or with settings predictive, in fixed point and updated by signs. */
export class PredictiveConvolution {
  private readonly quantised: Float64Array;
  private input: Float64Array = new Float64Array();
  private mostSignificant: Float64Array = new Float64Array();
  private uses = 0;
  /** Of all uses so far. */
  private gradient: Float64Array | undefined;
  private signs: PredictedSigns | undefined;

  /** @param layer name of the weight, without `.weight`. */
  constructor(
    readonly layer: string,
    w: Float64Array,
    readonly geometry: Geometry,
    private readonly settings: PredictorSettings | undefined,
    private readonly computed: ComputedStep,
  ) {
    this.quantised = settings ? quantisedWeights(w, geometry.outputs, settings.bits) : w;
  }

  get outputSize(): [height: number, width: number] {
    return outputSize(this.geometry);
  }

  /** @param signed whether values of x may be negative. */
  forward(x: Float64Array, signed: boolean): Float64Array {
    if (this.settings) {
      const { bits, msbBits } = this.settings;
      const levels = new Levels(meanRange(x, this.geometry.samples), { bits, signed });
      const level = this.computed.followLevels(this.layer, 'input', x, levels);
      this.input = level.map((value) => levels.value(value));
      this.mostSignificant = level.map((value) => levels.value(levels.ofMostSignificant(value, Math.min(bits, msbBits))));
    } else this.input = this.computed.follow(this.layer, 'input', x);
    return convolve(this.input, this.quantised, this.geometry);
  }

  /** Adds this use to the gradient of the weights. */
  backward(defined: Float64Array): Float64Array {
    const { geometry, settings } = this;
    const dy = this.computed.follow(this.layer, outputGradientOf(this.uses++), defined);
    const full = weightGradient(this.input, dy, geometry);
    this.gradient = this.gradient?.map((value, i) => value + full[i]!) ?? full;
    if (settings) {
      const levels = new Levels(largest(dy), { bits: settings.msbGradBits, signed: true });
      const rounded = levels.range === 0 ? dy : dy.map((value) => levels.value(levels.of(value)));
      const signs = predictedSigns(weightGradient(this.mostSignificant, rounded, geometry), full, settings.threshold);
      this.signs = this.signs ? addSigns(this.signs, signs) : signs;
    }
    return inputGradient(dy, this.quantised, geometry);
  }

  /** What the optimizer sees for the gradient of the weights. */
  get optimizerGradient(): Float64Array {
    return this.signs?.exact ?? this.gradient!;
  }

  /** Compares it. */
  hold(): void {
    if (this.signs) this.computed.holdSigns(this.layer, this.signs);
    else this.computed.holdGradient(this.layer, `${this.layer}.weight`, this.gradient!);
  }
}

/** Name of the gradient of the output in the use of that number. */
export const outputGradientOf = (use: number) => (use === 0 ? 'output gradient' : `output gradient of use ${use + 1}`);
