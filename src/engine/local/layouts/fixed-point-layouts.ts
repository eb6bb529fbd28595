import { borderFields, levelFields, windowFields } from './shared-fields';

/** Fixed point, and the gradients whose signs PSG predicts in it. */

export const fixedPointLayouts = {
  sampleMaximum: { x: 'place', maxima: 'result', elements: 'integer' },
  /** The mean of the samples' maxima, or the largest of them. */
  quantizationRange: { maxima: 'place', range: 'result', running: 'result', mean: 'integer', momentum: 'float' },
  quantize: {
    x: 'place',
    range: 'place',
    y: 'result',
    msb: 'result',
    elements: 'integer',
    bits: 'integer',
    msbBits: 'integer',
    isSigned: 'integer',
  },
  quantizeWeights: { w: 'place', y: 'result', msb: 'result', rows: 'integer', channels: 'integer', bits: 'integer', msbBits: 'integer' },
  predictorWeightGradient: {
    x: 'place',
    dy: 'place',
    ...levelFields,
    msbBits: 'integer',
    /** 64-bit sums of each thread. */
    partial: 'result',
    ...borderFields,
    ...windowFields,
    outputChannels: 'integer',
  },
  sumPredictorPartials: { partial: 'place', ...levelFields, dw: 'result', rows: 'integer', columns: 'integer' },
  predictiveGradient: {
    predicted: 'place',
    full: 'place',
    threshold: 'place',
    g: 'result',
    /** Of each thread: decided by the predictor, and of these wrong. */
    counts: 'result',
    elements: 'integer',
    signs: 'integer',
  },
  sumCounts: { counts: 'place', metrics: 'result' },
  sign: { x: 'place', y: 'result', elements: 'integer', perSample: 'integer' },
} as const;
