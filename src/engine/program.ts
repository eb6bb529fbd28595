/**
 * A program: the tensors and operations of one network's training, known before it runs. The engine plans memory and schedules once, from this,
 * and allocates nothing per step. Operations are semantic and unfused; an engine is free to fuse neighbours (padding, batch norm, ReLU,
 * residual add) as long as the tensors that outlive the section hold the same values.
 *
 * Images are NHWC, convolution weights HWIO, depthwise weights [kh, kw, channels, multiplier], dense weights [in, out], all float32.
 */

import type { GateOperation } from './gate-operations';
import type { TensorId } from './tensor-id';

export type { TensorId };

/**
 * - `parameter`, `state`: live as long as the executable, readable and writable (weights, momenta, running statistics, learning rate).
 * - `input`: written by the caller before each run of a section.
 * - `output`: readable after a run.
 * - `temporary`: its memory may be shared with others whose lives do not overlap within a section.
 */
export type TensorRole = 'parameter' | 'state' | 'input' | 'output' | 'temporary';

export interface TensorSpecification {
  readonly id: TensorId;
  /** For messages and diagnostics, e.g. `conv2_1/kernel` or `gradient of conv2_1`. */
  readonly name: string;
  /** For a per-sample tensor the shape of one sample; the batch dimension stands in front in memory. */
  readonly shape: readonly number[];
  readonly perSample: boolean;
  readonly type: 'float32' | 'int32';
  readonly role: TensorRole;
}

/** Geometry of a window that slides over an image, all in pixels. */
export interface Window {
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  /** Zeros above and left; below and right follow from the output size. */
  readonly padTop: number;
  readonly padLeft: number;
}

export type ActivationFunction = 'relu' | 'relu6' | 'sigmoid' | 'tanh';

/**
 * Every per-sample operation works on the samples of the batch, or, where `samples` is given, on those that the int32 tensor
 * `samples` lists: element 0 is their number n, elements 1…n their indices, ascending. Other samples are neither read nor written.
 */
interface OnSamples {
  readonly samples?: TensorId;
}

export type Operation = OnSamples &
  (
    | {
        readonly kind: 'conv2d';
        readonly x: TensorId;
        readonly w: TensorId;
        readonly bias?: TensorId;
        readonly y: TensorId;
        readonly window: Window;
      }
    | { readonly kind: 'conv2dInputGradient'; readonly dy: TensorId; readonly w: TensorId; readonly dx: TensorId; readonly window: Window }
    | {
        readonly kind: 'conv2dWeightGradient';
        readonly x: TensorId;
        readonly dy: TensorId;
        readonly dw: TensorId;
        readonly dbias?: TensorId;
        readonly window: Window;
      }
    | {
        readonly kind: 'depthwiseConv2d';
        readonly x: TensorId;
        readonly w: TensorId;
        readonly bias?: TensorId;
        readonly y: TensorId;
        readonly window: Window;
      }
    | {
        readonly kind: 'depthwiseConv2dInputGradient';
        readonly dy: TensorId;
        readonly w: TensorId;
        readonly dx: TensorId;
        readonly window: Window;
      }
    | {
        readonly kind: 'depthwiseConv2dWeightGradient';
        readonly x: TensorId;
        readonly dy: TensorId;
        readonly dw: TensorId;
        readonly dbias?: TensorId;
        readonly window: Window;
      }
    /** x [in], w [in, out] → y [out] for each sample. */
    | { readonly kind: 'dense'; readonly x: TensorId; readonly w: TensorId; readonly bias?: TensorId; readonly y: TensorId }
    | { readonly kind: 'denseInputGradient'; readonly dy: TensorId; readonly w: TensorId; readonly dx: TensorId }
    | {
        readonly kind: 'denseWeightGradient';
        readonly x: TensorId;
        readonly dy: TensorId;
        readonly dw: TensorId;
        readonly dbias?: TensorId;
      }
    /**
     * Batch statistics over samples and pixels, biased variance; `mean` and `inverseDeviation` [channels] are kept for the gradient.
     * running ← momentum·running + (1 − momentum)·batch, the running variance with Bessel's correction n/(n−1) where `unbiasedRunningVariance`.
     * Does nothing (running statistics included) when there are no samples.
     */
    | {
        readonly kind: 'batchNormalization';
        readonly x: TensorId;
        readonly gamma?: TensorId;
        readonly beta?: TensorId;
        readonly y: TensorId;
        readonly mean: TensorId;
        readonly inverseDeviation: TensorId;
        readonly runningMean: TensorId;
        readonly runningVariance: TensorId;
        readonly momentum: number;
        readonly epsilon: number;
        readonly unbiasedRunningVariance: boolean;
      }
    | {
        readonly kind: 'batchNormalizationGradient';
        readonly x: TensorId;
        readonly dy: TensorId;
        readonly gamma?: TensorId;
        readonly mean: TensorId;
        readonly inverseDeviation: TensorId;
        readonly dx: TensorId;
        readonly dgamma?: TensorId;
        readonly dbeta?: TensorId;
      }
    | {
        readonly kind: 'batchNormalizationInference';
        readonly x: TensorId;
        readonly gamma?: TensorId;
        readonly beta?: TensorId;
        readonly y: TensorId;
        readonly runningMean: TensorId;
        readonly runningVariance: TensorId;
        readonly epsilon: number;
      }
    | { readonly kind: 'activation'; readonly function: ActivationFunction; readonly x: TensorId; readonly y: TensorId }
    /** From the activation's output: dx = dy · f′. */
    | {
        readonly kind: 'activationGradient';
        readonly function: ActivationFunction;
        readonly y: TensorId;
        readonly dy: TensorId;
        readonly dx: TensorId;
      }
    | { readonly kind: 'add'; readonly a: TensorId; readonly b: TensorId; readonly y: TensorId }
    | { readonly kind: 'maxPooling2d'; readonly x: TensorId; readonly y: TensorId; readonly window: Window }
    /** The first maximum in row-major order takes the gradient. */
    | {
        readonly kind: 'maxPooling2dGradient';
        readonly x: TensorId;
        readonly y: TensorId;
        readonly dy: TensorId;
        readonly dx: TensorId;
        readonly window: Window;
      }
    /** Mean over the window's pixels that lie inside the image. */
    | { readonly kind: 'averagePooling2d'; readonly x: TensorId; readonly y: TensorId; readonly window: Window }
    | { readonly kind: 'averagePooling2dGradient'; readonly dy: TensorId; readonly dx: TensorId; readonly window: Window }
    | { readonly kind: 'globalAveragePooling2d'; readonly x: TensorId; readonly y: TensorId }
    | { readonly kind: 'globalAveragePooling2dGradient'; readonly dy: TensorId; readonly dx: TensorId }
    | { readonly kind: 'zeroPadding2d'; readonly x: TensorId; readonly y: TensorId; readonly top: number; readonly left: number }
    | { readonly kind: 'zeroPadding2dGradient'; readonly dy: TensorId; readonly dx: TensorId; readonly top: number; readonly left: number }
    /** Channels of `part` stand from `offset` on in `whole` (last axis). */
    | { readonly kind: 'concatenatePart'; readonly part: TensorId; readonly whole: TensorId; readonly offset: number }
    | { readonly kind: 'concatenatePartGradient'; readonly dwhole: TensorId; readonly dpart: TensorId; readonly offset: number }
    /** Inverted dropout; the mask is a function of the int32 `seed` tensor [1], the sample and the element, so that a gradient needs no stored mask. */
    | { readonly kind: 'dropout'; readonly x: TensorId; readonly y: TensorId; readonly rate: number; readonly seed: TensorId }
    | { readonly kind: 'dropoutGradient'; readonly dy: TensorId; readonly dx: TensorId; readonly rate: number; readonly seed: TensorId }
    /** Same values, other shape. */
    | { readonly kind: 'copy'; readonly x: TensorId; readonly y: TensorId }
    /** into ← into + x. */
    | { readonly kind: 'accumulate'; readonly x: TensorId; readonly into: TensorId }
    | { readonly kind: 'softmax'; readonly x: TensorId; readonly y: TensorId }
    /**
     * Labels are int32 [1] per sample. `metrics` [3], over the samples of the batch: mean cross-entropy, top-1 hits, top-5 hits.
     * `dlogits`, where asked for, is the gradient of the mean.
     */
    | {
        readonly kind: 'softmaxCrossEntropy';
        readonly logits: TensorId;
        readonly labels: TensorId;
        readonly metrics: TensorId;
        readonly dlogits?: TensorId;
      }
    /**
     * Fixed point as E2-Train has it (section 3.3, and the authors' code). The range m of a tensor, float32 [1], from the samples' max |x|: for
     * activations their mean, for output gradients the largest. Where there is one, running ← momentum·running + (1 − momentum)·m.
     * Does nothing when there are no samples.
     */
    | {
        readonly kind: 'quantizationRange';
        readonly x: TensorId;
        readonly range: TensorId;
        readonly running?: TensorId;
        readonly momentum: number;
        readonly of: 'mean' | 'maximum';
      }
    /**
     * level = roundHalfEven(clamp((x + m) / delta, 0, 2^bits − 1)) with delta = 2m / 2^bits where signed; else x / delta with delta = m / 2^bits.
     * `y` is the value of that level, `msb` that of its most significant bits: clamp(roundHalfEven(level / s)·s, 0, 2^bits − 1) with
     * s = 2^(bits − msbBits). Float32 operations in this order. With a range of zero, which stands for one not yet known, values stay as they are.
     * 2 to 16 bits, at most as many of them most significant.
     */
    | {
        readonly kind: 'quantize';
        readonly x: TensorId;
        readonly range: TensorId;
        readonly y?: TensorId;
        readonly msb?: TensorId;
        readonly bits: number;
        readonly msbBits: number;
        readonly signed: boolean;
      }
    /** The same for weights, signed, with a range for each output channel: max |w|. `channels` is the innermost part of w. */
    | {
        readonly kind: 'quantizeWeights';
        readonly w: TensorId;
        readonly y?: TensorId;
        readonly msb?: TensorId;
        readonly channels: number;
        readonly bits: number;
        readonly msbBits: number;
      }
    /**
     * PSG's predictor: the weight gradient from the most significant bits of x and from dy quantised to `gradientBits` by the range `gradientRange`.
     * x as it was quantised or after it, which has the same levels. As exact as a float32 weight gradient of the same levels is, which is how the
     * authors compute it.
     */
    | {
        readonly kind: 'conv2dPredictorGradient';
        readonly x: TensorId;
        readonly range: TensorId;
        readonly dy: TensorId;
        readonly gradientRange: TensorId;
        readonly dw: TensorId;
        readonly window: Window;
        readonly bits: number;
        readonly msbBits: number;
        readonly signed: boolean;
        readonly gradientBits: number;
      }
    /**
     * What PSG's optimizer sees: the predictor's sign where |predicted| ≥ tau, elsewhere the full gradient's (the values themselves without `signs`).
     * `threshold` is float32 [1]: tau, or where negative −β, and tau = β·max |predicted|. `metrics` [2]: how many elements the predictor decided,
     * and for how many of these the full gradient has another sign.
     */
    | {
        readonly kind: 'predictiveGradient';
        readonly predicted: TensorId;
        readonly full: TensorId;
        readonly g: TensorId;
        readonly threshold: TensorId;
        readonly metrics: TensorId;
        readonly signs: boolean;
      }
    /** 1, −1 or 0. */
    | { readonly kind: 'sign'; readonly x: TensorId; readonly y: TensorId }
    /** v ← momentum·v + (g + weightDecay·w);  w ← w − learningRate·v (PyTorch's SGD). `learningRate` is a float32 tensor [1]. */
    | {
        readonly kind: 'sgdMomentum';
        readonly w: TensorId;
        readonly g: TensorId;
        readonly v: TensorId;
        readonly learningRate: TensorId;
        readonly momentum: number;
        readonly weightDecay: number;
      }
    | GateOperation
  );

export type OperationKind = Operation['kind'];

export interface Program {
  /** Largest batch that any run will use; memory is planned for it. */
  readonly batchSize: number;
  readonly tensors: readonly TensorSpecification[];
  /** Named lists of operations over the same tensors, e.g. `train` and `evaluate`. Temporaries do not survive a section. */
  readonly sections: Readonly<Record<string, readonly Operation[]>>;
}
