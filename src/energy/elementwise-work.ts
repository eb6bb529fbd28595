import { elementsOf, inputShapesOf, needsInputGradient } from '../network/graph-queries';
import type { Layer, LayerGraph, LayerOf } from '../protocol/layer-graph';
import type { Context, Phases } from './layer-context';
import { noWork, type PhaseWork, streamed } from './work';

/** Additions and multiplications per element. Exponentials count as eight of each, a polynomial with range reduction: our assumption. */
const activationOperations: Record<LayerOf<'activation'>['function'], number> = {
  ...{ linear: 0, relu: 1, relu6: 2, leakyRelu: 2, hardSigmoid: 3 },
  ...{ sigmoid: 8, tanh: 8, softmax: 8, elu: 8, selu: 8, softplus: 8, swish: 8, other: 8 },
};

/**
 * Batch norm. Forward: statistics need every element before the first can be normalised, so the input is read twice; the second time from the
 * buffer where one channel of the whole batch fits into it. Two MACs per element for the sums, one for the normalisation. Backward: the sums
 * for gamma and beta (weight gradient) read input and output gradient, the input gradient reads them again and writes its result.
 */
function batchNormalizationWork(graph: LayerGraph, layer: LayerOf<'batchNormalization'>, elements: number, context: Context): Phases {
  const { widths, profile } = context;
  const channels = layer.outputShape.at(-1) ?? 1;
  const bits = elements * widths.activations;
  const gradientBits = elements * widths.gradients;
  const vectors = channels * 32;
  const parameters = (layer.scale ? 1 : 0) + (layer.center ? 1 : 0);
  const bufferBits = 8 * profile.buffer.bytes.value;
  // Statistics are read and written (4 vectors) beside the parameters.
  const onePass = streamed(2 * bits + (4 + parameters) * vectors, 3 * elements, 3 * elements);
  const secondRead = bits / channels < bufferBits ? { ...noWork, sramBits: bits } : streamed(bits, 0, 0);
  const forward = { ...onePass, sramBits: onePass.sramBits + secondRead.sramBits, dramBits: onePass.dramBits + secondRead.dramBits };
  const sums = streamed(bits + gradientBits + 2 * vectors, 2 * elements, 2 * elements);
  const again = (bits + gradientBits) / channels < bufferBits;
  const secondReadBits = again ? 0 : bits + gradientBits;
  const apply = streamed(secondReadBits + gradientBits + (2 + parameters) * vectors, 2 * elements, 2 * elements);
  const inputGradient = again ? { ...apply, sramBits: apply.sramBits + bits + gradientBits } : apply;
  if (!needsInputGradient(graph, layer)) return { forward, inputGradient: noWork, weightGradient: parameters > 0 ? sums : noWork };
  if (parameters > 0) return { forward, inputGradient, weightGradient: sums };
  // Without parameters the sums are still a part of the input gradient.
  return {
    forward,
    inputGradient: {
      ...inputGradient,
      additions: inputGradient.additions + sums.additions,
      multiplications: inputGradient.multiplications + sums.multiplications,
      sramBits: inputGradient.sramBits + sums.sramBits,
      dramBits: inputGradient.dramBits + sums.dramBits,
    },
    weightGradient: noWork,
  };
}

/**
 * Layers without matrix products. Their energy is traffic: what they read and write goes once between off-chip memory and the arithmetic
 * units. `input` and `flatten` move nothing (the first is read by the next layer, the second is a view) and cost 0; so does the gradient of
 * an add, which hands the same gradient to each branch.
 */
export function elementwiseWork(graph: LayerGraph, layer: Layer, context: Context): Phases {
  const { batchSize, widths } = context;
  const output = batchSize * elementsOf(layer.outputShape);
  const input = batchSize * inputShapesOf(graph, layer).reduce((sum, shape) => sum + elementsOf(shape), 0);
  const through = (input + output) * widths.activations;
  const back = (input + output) * widths.gradients;
  const phases = (forward: PhaseWork, inputGradient: PhaseWork): Phases => ({
    forward,
    inputGradient: needsInputGradient(graph, layer) ? inputGradient : noWork,
    weightGradient: noWork,
  });
  switch (layer.kind) {
    case 'batchNormalization':
      return batchNormalizationWork(graph, layer, output, context);
    case 'activation': {
      if (layer.function === 'linear') return phases(noWork, noWork);
      const additions = activationOperations[layer.function] * output;
      const multiplications = activationOperations[layer.function] > 1 ? additions : 0;
      // The gradient follows from the stored output.
      return phases(streamed(through, additions, multiplications), streamed(back + output * widths.activations, output, output));
    }
    case 'maxPooling2d': {
      const window = layer.poolSize[0] * layer.poolSize[1];
      // Where the maximum stood is found again from the stored input.
      return phases(streamed(through, window * output, 0), streamed(back + input * widths.activations, window * output, 0));
    }
    case 'averagePooling2d': {
      const window = layer.poolSize[0] * layer.poolSize[1];
      return phases(streamed(through, window * output, output), streamed(back, window * output, output));
    }
    case 'globalAveragePooling2d':
      return phases(streamed(through, input, output), streamed(back, 0, output));
    case 'add':
      return phases(streamed(through, input - output, 0), noWork);
    case 'concatenate':
    case 'zeroPadding2d':
      return phases(streamed(through, 0, 0), streamed(back, 0, 0));
    case 'dropout':
      return phases(streamed(through, output, output), streamed(back, output, output));
    default:
      return { forward: noWork, inputGradient: noWork, weightGradient: noWork };
  }
}
