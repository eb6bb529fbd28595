/** What a network ends with: dense layers, the loss, the update. */

export const endingLayouts = {
  dense: { x: 'place', packed: 'place', bias: 'place', y: 'result', inputs: 'integer', outputs: 'integer' },
  /** With `adds` the results are added to what dw and dbias hold. */
  denseWeightGradient: {
    x: 'place',
    dy: 'place',
    dw: 'result',
    dbias: 'result',
    inputs: 'integer',
    outputs: 'integer',
    adds: 'integer',
  },
  softmax: { x: 'place', y: 'result', classes: 'integer' },
  crossEntropy: { logits: 'place', labels: 'place', dlogits: 'result', perSample: 'result', classes: 'integer' },
  /** Adds up the samples' loss and hits, in the order of the samples. */
  sumMetrics: { perSample: 'place', metrics: 'result' },
  sgdMomentum: {
    w: 'result',
    g: 'place',
    v: 'result',
    learningRate: 'place',
    elements: 'integer',
    momentum: 'float',
    weightDecay: 'float',
  },
  /** Nothing but multiply-adds in registers, to measure the processor's peak; part of no network. */
  multiplyAddPeak: { sums: 'result', rounds: 'integer' },
} as const;
