/** Batch normalization with what is fused with it. */

/** An addition to a batch normalization's output, none without; then an activation, linear or of those that `fuse.ts` names. */
const fusedFields = { addend: 'place', function: 'integer' } as const;

export const normalizationLayouts = {
  sampleMoments: {
    x: 'place',
    moments: 'result',
    /** The least and the greatest value of each channel; none where nobody wants them. */
    extrema: 'result',
    pixels: 'integer',
    channels: 'integer',
  },
  /** Of the activation behind the normalization, before either is computed. */
  normalizedMaximum: {
    moments: 'place',
    extrema: 'place',
    gamma: 'place',
    beta: 'place',
    /** As the normalization's. */
    factors: 'result',
    maxima: 'result',
    pixels: 'integer',
    channels: 'integer',
    function: 'integer',
    epsilon: 'float',
  },
  batchNormalization: {
    x: 'place',
    ...fusedFields,
    gamma: 'place',
    beta: 'place',
    y: 'result',
    moments: 'place',
    /** Scale, shift and centre of each channel, for each thread. */
    factors: 'result',
    mean: 'result',
    inverseDeviation: 'result',
    runningMean: 'result',
    runningVariance: 'result',
    pixels: 'integer',
    channels: 'integer',
    unbiasedRunningVariance: 'integer',
    momentum: 'float',
    epsilon: 'float',
  },
  sampleGradientSums: {
    x: 'place',
    dy: 'place',
    ...fusedFields,
    /** In the addend's place: the gradient of the mean over the pixels, of which each pixel has its part. */
    ofMean: 'place',
    /** Value of the activation, and the gradient below it; none where the function is linear. */
    y: 'place',
    g: 'result',
    /** The gradient of the mask that chooses between y and the shortcut of a gated block; none where there is no shortcut. */
    shortcut: 'place',
    dmasks: 'result',
    gate: 'integer',
    gates: 'integer',
    mean: 'place',
    inverseDeviation: 'place',
    sums: 'result',
    pixels: 'integer',
    channels: 'integer',
  },
  batchNormalizationGradient: {
    x: 'place',
    dy: 'place',
    gamma: 'place',
    mean: 'place',
    inverseDeviation: 'place',
    sums: 'place',
    /** What the channel's gradients and inputs are multiplied with, and a constant, for each thread. */
    factors: 'result',
    dx: 'result',
    dgamma: 'result',
    dbeta: 'result',
    /** The largest |dx| of each sample; none where nobody wants it. */
    maxima: 'result',
    pixels: 'integer',
    channels: 'integer',
  },
  batchNormalizationInference: {
    x: 'place',
    ...fusedFields,
    gamma: 'place',
    beta: 'place',
    y: 'result',
    /** Scale and shift of each channel, for each thread. */
    factors: 'result',
    runningMean: 'place',
    runningVariance: 'place',
    pixels: 'integer',
    channels: 'integer',
    epsilon: 'float',
  },
} as const;
