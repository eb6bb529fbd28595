/** Gated blocks. */

export const gateLayouts = {
  lstmCell: { z: 'place', previous: 'place', cell: 'result', h: 'result', hidden: 'integer' },
  lstmCellGradient: {
    z: 'place',
    previous: 'place',
    cell: 'place',
    dh: 'place',
    dcell: 'place',
    dz: 'result',
    dprevious: 'result',
    hidden: 'integer',
  },
  gate: { logit: 'place', uniforms: 'place', probabilities: 'result', masks: 'result', gate: 'integer', gates: 'integer' },
  listSamples: { masks: 'place', executed: 'result', skipped: 'result', gate: 'integer', gates: 'integer' },
  mixSamples: { masks: 'place', a: 'place', b: 'place', y: 'result', elements: 'integer', gate: 'integer', gates: 'integer' },
  maskGradient: { dy: 'place', a: 'place', b: 'place', dmasks: 'result', elements: 'integer', gate: 'integer', gates: 'integer' },
  gateCost: { masks: 'place', costs: 'place', target: 'place', weight: 'place', share: 'result', cost: 'result', gates: 'integer' },
  gateGradient: {
    probabilities: 'place',
    masks: 'place',
    dmasks: 'place',
    costs: 'place',
    cost: 'place',
    mean: 'place',
    dlogit: 'result',
    gate: 'integer',
    gates: 'integer',
    estimator: 'integer',
  },
  gateMean: { masks: 'place', dmasks: 'place', mean: 'result', gates: 'integer', momentum: 'float' },
} as const;
