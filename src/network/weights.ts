import type { Layer, LayerGraph } from '../protocol/layer-graph';
import { inputShapesOf, layerOf } from './graph-queries';

export type WeightRole = 'kernel' | 'bias' | 'gamma' | 'beta' | 'movingMean' | 'movingVariance';

/** One weight tensor. Convolution kernels are HWIO, depthwise ones [kh, kw, channels, multiplier], dense ones [in, out]. */
export interface WeightSpecification {
  /** `layer/kernel`; the part after the slash is the name that Keras gives it. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: WeightRole;
  readonly trainable: boolean;
}

const kerasNames: Record<WeightRole, string> = {
  kernel: 'kernel',
  bias: 'bias',
  gamma: 'gamma',
  beta: 'beta',
  movingMean: 'moving_mean',
  movingVariance: 'moving_variance',
};

function specification(layer: Layer, role: WeightRole, shape: readonly number[]): WeightSpecification {
  const kerasName = layer.kind === 'depthwiseConv2d' && role === 'kernel' ? 'depthwise_kernel' : kerasNames[role];
  return { name: `${layer.name}/${kerasName}`, shape, role, trainable: role !== 'movingMean' && role !== 'movingVariance' };
}

/**
 * The weights a layer computes with, in the order in which tf.layers keeps them. A layer that shares weights gives those of the layer that
 * owns them, under the owner's name. Layers of kind `other` give none: only their number of parameters is known.
 */
export function layerWeights(graph: LayerGraph, layer: Layer): WeightSpecification[] {
  const owner = layer.sharesWeightsWith === undefined ? layer : layerOf(graph, layer.sharesWeightsWith);
  const channels = inputShapesOf(graph, owner)[0]?.at(-1) ?? 0;
  switch (owner.kind) {
    case 'conv2d': {
      const kernel = specification(owner, 'kernel', [...owner.kernelSize, channels, owner.filters]);
      return owner.useBias ? [kernel, specification(owner, 'bias', [owner.filters])] : [kernel];
    }
    case 'depthwiseConv2d': {
      const kernel = specification(owner, 'kernel', [...owner.kernelSize, channels, owner.depthMultiplier]);
      return owner.useBias ? [kernel, specification(owner, 'bias', [channels * owner.depthMultiplier])] : [kernel];
    }
    case 'dense': {
      const kernel = specification(owner, 'kernel', [channels, owner.units]);
      return owner.useBias ? [kernel, specification(owner, 'bias', [owner.units])] : [kernel];
    }
    case 'batchNormalization':
      return [
        ...(owner.scale ? [specification(owner, 'gamma', [channels])] : []),
        ...(owner.center ? [specification(owner, 'beta', [channels])] : []),
        specification(owner, 'movingMean', [channels]),
        specification(owner, 'movingVariance', [channels]),
      ];
    default:
      return [];
  }
}
