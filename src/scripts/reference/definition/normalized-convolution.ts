import type { GatedResNetCase } from '../gated-resnet-case';
import { BatchNormalization } from './batch-normalization';
import type { ComputedStep } from './computed-step';
import { PredictiveConvolution } from './predictive-convolution';

/** Images [samples, height, width, channels]. */
export interface Images {
  readonly size: readonly [height: number, width: number];
  readonly values: Float64Array;
}

/** A convolution and the batch normalization behind it. */
export class NormalizedConvolution {
  readonly convolution: PredictiveConvolution;
  private readonly normalization: BatchNormalization;
  /** By the weight's name, of all uses so far. */
  readonly gradients = new Map<string, Float64Array>();

  constructor(
    reference: GatedResNetCase,
    layer: string,
    private readonly normalizationLayer: string,
    [inputHeight, inputWidth]: Images['size'],
    stride: number,
    private readonly computed: ComputedStep,
  ) {
    const { params, psg, labels } = reference;
    const { shape, values } = params[`${layer}.weight`]!;
    const [kernelHeight, kernelWidth, inputs, outputs] = shape as [number, number, number, number];
    const geometry = { samples: labels.length, inputHeight, inputWidth, kernelHeight, kernelWidth, inputs, outputs, stride };
    this.convolution = new PredictiveConvolution(layer, Float64Array.from(values), geometry, psg ? reference : undefined, computed);
    this.normalization = new BatchNormalization(
      params[`${normalizationLayer}.weight`]!.values,
      params[`${normalizationLayer}.bias`]!.values,
    );
  }

  forward(x: Images, signed: boolean): Images {
    const y = this.convolution.forward(x.values, signed);
    return { size: this.convolution.outputSize, values: this.normalization.forward(y) };
  }

  /** Gradient of the input. Adds this use to the gradients of the weights. */
  backward(dy: Float64Array): Float64Array {
    const { dx, scale, shift } = this.normalization.backward(dy);
    this.add(`${this.normalizationLayer}.weight`, scale);
    this.add(`${this.normalizationLayer}.bias`, shift);
    return this.convolution.backward(dx);
  }

  private add(weight: string, gradient: Float64Array): void {
    this.gradients.set(weight, this.gradients.get(weight)?.map((value, i) => value + gradient[i]!) ?? gradient);
  }

  /** Compares all gradients of weights. */
  hold(): void {
    this.convolution.hold();
    for (const [weight, gradient] of this.gradients) this.computed.holdGradient(this.convolution.layer, weight, gradient);
  }
}
