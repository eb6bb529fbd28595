import type { GateOperation } from '../gate-operations';
import type { TensorId } from '../program';
import { estimatorCodes } from './kernel-layout';
import type { StepBuilder } from './step';

/** The operations of gated blocks: each is one kernel. `elements` of a table is the number of gates. */
export function lowerGateOperation(
  builder: StepBuilder,
  operation: GateOperation & { readonly samples?: TensorId },
  elements: (id: TensorId) => number,
): void {
  const { samples } = operation;
  switch (operation.kind) {
    case 'lstmCell': {
      const { z, previous, cell, h } = operation;
      builder.onSamples('lstmCell', samples, { z, previous, cell, h, hidden: elements(h) });
      return;
    }
    case 'lstmCellGradient': {
      const { z, previous, cell, dh, dcell, dz, dprevious } = operation;
      builder.onSamples('lstmCellGradient', samples, { z, previous, cell, dh, dcell, dz, dprevious, hidden: elements(dh) });
      return;
    }
    case 'gate': {
      const { logit, uniforms, probabilities, masks, gate } = operation;
      builder.onSamples('gate', samples, { logit, uniforms, probabilities, masks, gate, gates: elements(masks) });
      return;
    }
    case 'listSamples': {
      const { masks, executed, skipped, gate } = operation;
      builder.acrossSamples('listSamples', samples, { masks, executed, skipped, gate, gates: elements(masks) });
      return;
    }
    case 'mixSamples': {
      const { masks, a, b, y, gate } = operation;
      builder.onSamples('mixSamples', samples, { masks, a, b, y, elements: elements(y), gate, gates: elements(masks) });
      return;
    }
    case 'maskGradient': {
      const { dy, a, b, dmasks, gate } = operation;
      builder.onSamples('maskGradient', samples, { dy, a, b, dmasks, elements: elements(dy), gate, gates: elements(dmasks) });
      return;
    }
    case 'gateCost': {
      const { masks, costs, target, weight, share, cost } = operation;
      builder.acrossSamples('gateCost', samples, { masks, costs, target, weight, share, cost, gates: elements(masks) });
      return;
    }
    case 'gateGradient': {
      const { kind: _, samples: __, estimator, ...tensors } = operation;
      builder.onSamples('gateGradient', samples, { ...tensors, gates: elements(operation.masks), estimator: estimatorCodes[estimator] });
      return;
    }
    case 'gateMean': {
      const { masks, dmasks, mean, momentum } = operation;
      builder.acrossSamples('gateMean', samples, { masks, dmasks, mean, gates: elements(masks), momentum });
    }
  }
}
