import type { Operation, TensorId, Window } from '../../engine/program';
import { elementsOf } from '../../network/graph-queries';
import type { FixedPoint, Operands, Quantizer } from './fixed-point';
import type { ProgramBuilder } from './program-builder';

/** What PSG's predictor did for one convolution. */
export interface CompiledPredictor {
  readonly layer: string;
  /** Entries of the weight gradient. */
  readonly entries: number;
  /** float32 [2], after `train`: entries that the predictor decided, and those of them whose full gradient has another sign. */
  readonly metrics: TensorId;
  /** List of the samples that ran through the convolution; all where absent. */
  readonly samples: TensorId | undefined;
}

/** One use of a convolution's kernel in the backward pass. */
export interface KernelGradient {
  readonly layer: string;
  readonly operands: Operands;
  readonly dy: TensorId;
  readonly window: Window;
  readonly samples: TensorId | undefined;
  /** Shape of the kernel as a convolution has it [height, width, inputs, outputs]. */
  readonly kernelShape: readonly number[];
  /** Where what the optimizer sees goes. */
  readonly g: TensorId;
  /** The product over the whole width, into the given tensor. */
  readonly full: (dw: TensorId) => Operation;
}

/**
 * Weight gradients of convolutions as the optimizer sees them: themselves, their signs (SignSGD), or PSG's choice between the predicted sign
 * and that of the full gradient (E2-Train, section 3.3).
 */
export class SignedGradients {
  private readonly compiled: CompiledPredictor[] = [];

  constructor(
    private readonly builder: ProgramBuilder,
    /** float32 [1], read at each step: tau, or where negative −β. */
    private readonly threshold: TensorId,
    private readonly predictor: FixedPoint['predictor'],
  ) {}

  /** In the order of the network. */
  get predictors(): readonly CompiledPredictor[] {
    return [...this.compiled].reverse();
  }

  /**
   * @param quantizer that of the section; absent: the sign of the full gradient alone.
   * @returns operations in their order.
   */
  emit({ layer, operands, dy, window, samples, kernelShape, g, full }: KernelGradient, quantizer?: Quantizer): Operation[] {
    const { builder, predictor } = this;
    const another = (name: string, shape = builder.shapeOf(g)) => builder.tensor(`${name} of ${layer}`, shape, 'temporary');
    const whole = another('full gradient');
    if (!predictor || !quantizer || !operands.format) return [full(whole), { kind: 'sign', x: whole, y: g }];
    const predicted = another('predicted gradient', kernelShape);
    const metrics = builder.tensor(`predicted entries of ${layer}`, [2], 'output');
    this.compiled.push({ layer, entries: elementsOf(kernelShape), metrics, samples });
    const { range: gradientRange } = quantizer.gradient(dy, samples);
    return [
      full(whole),
      {
        kind: 'conv2dPredictorGradient',
        ...{ x: operands.x, dy, gradientRange, dw: predicted, window, ...operands.format },
        bits: quantizer.bits.activationBits,
        msbBits: Math.min(predictor.activationBits, quantizer.bits.activationBits),
        gradientBits: predictor.gradientBits,
        ...(samples !== undefined && { samples }),
      },
      { kind: 'predictiveGradient', predicted, full: whole, g, threshold: this.threshold, metrics, signs: true },
    ];
  }
}
