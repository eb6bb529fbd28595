import { elementsOf, inputShapesOf, needsInputGradient } from '../network/graph-queries';
import { layerMacs } from '../network/macs';
import { layerParameters } from '../network/parameters';
import { layerWeights } from '../network/weights';
import type { Layer, LayerGraph } from '../protocol/layer-graph';
import type { DeviceProfile } from './device-profile';
import { contractionBits, weightGradientBits } from './tiling';
import { noWork, type OperandWidths, type PhaseWork, sumOfWork } from './work';

/** Sizes of a layer that multiplies with weights, in elements of the whole batch where they depend on it. */
interface Sizes {
  readonly input: number;
  readonly output: number;
  readonly weights: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
}

function sizesOf(graph: LayerGraph, layer: Layer, batchSize: number): Sizes {
  const shapes = inputShapesOf(graph, layer);
  const weights =
    layer.kind === 'other' ? layer.parameters : layerWeights(graph, layer).reduce((sum, weight) => sum + elementsOf(weight.shape), 0);
  const depthwise = layer.kind === 'depthwiseConv2d';
  return {
    input: batchSize * shapes.reduce((sum, shape) => sum + elementsOf(shape), 0),
    output: batchSize * elementsOf(layer.outputShape),
    weights,
    // Depthwise channels are independent of each other: a channel's result needs that channel's input alone, so nothing passes twice.
    inputChannels: depthwise ? 1 : (shapes[0]?.at(-1) ?? 1),
    outputChannels: depthwise ? 1 : (layer.outputShape.at(-1) ?? 1),
  };
}

/** Each MAC reads one input and reads and writes one partial sum at the registers; the weight stays put (weight-stationary array). */
function registerBits(macs: number, inputBits: number, profile: DeviceProfile): number {
  return macs * (inputBits + 2 * profile.accumulatorBits.value);
}

/** Buffer accesses: all that comes from or goes to off-chip memory enters and leaves once, and inputs are read again for each further
 * group of output channels that the array's columns cannot hold at once. */
function sramBits(dramBits: number, inputBits: number, outputChannels: number, profile: DeviceProfile): number {
  return 2 * dramBits + inputBits * (Math.ceil(outputChannels / profile.array.columns.value) - 1);
}

/**
 * Convolutions, dense layers and `other` layers: MACs, and traffic of inputs, weights and outputs. The three phases are the same loop nest
 * with the roles of the tensors exchanged, so the same rules hold; only the sums of the weight gradient have accumulator width.
 * @param predictedShare share of the weight gradient's entries that the predictor decides, where there is one. An entry that is decided saves
 *   its MACs and their register and buffer accesses; the operands still come from off-chip memory, since other entries need the same channels.
 */
export function matrixWork(
  graph: LayerGraph,
  layer: Layer,
  batchSize: number,
  widths: OperandWidths,
  profile: DeviceProfile,
  predictedShare = 0,
): { forward: PhaseWork; inputGradient: PhaseWork; weightGradient: PhaseWork } {
  const macs = layerMacs(graph, layer);
  const { input, output, weights, inputChannels, outputChannels } = sizesOf(graph, layer, batchSize);
  const bufferBits = 8 * profile.buffer.bytes.value;
  const accumulator = profile.accumulatorBits.value;
  const depthwise = layer.kind === 'depthwiseConv2d';
  const between = { activations: widths.between ?? widths.activations, gradients: widths.between ?? widths.gradients };
  // One filter plane at a time is all that a depthwise layer keeps.
  const reused = depthwise ? 0 : weights * widths.weights;

  const forwardDram =
    contractionBits(
      {
        moving: input * widths.activations,
        reused,
        result: output * between.activations,
        resultSums: depthwise ? 0 : output * accumulator,
        resultChannels: outputChannels,
      },
      bufferBits,
    ) + (depthwise ? weights * widths.weights : 0);
  const forward: PhaseWork = {
    ...noWork,
    macs: [{ count: macs.forward * batchSize, bits: [widths.weights, widths.activations] }],
    registerBits: registerBits(macs.forward * batchSize, widths.activations, profile),
    dramBits: forwardDram,
    sramBits: sramBits(forwardDram, input * widths.activations, outputChannels, profile),
  };

  const inputGradientDram =
    contractionBits(
      {
        moving: output * widths.gradients,
        reused,
        result: input * between.gradients,
        resultSums: depthwise ? 0 : input * accumulator,
        resultChannels: inputChannels,
      },
      bufferBits,
    ) + (depthwise ? weights * widths.weights : 0);
  const inputGradient: PhaseWork = {
    ...noWork,
    macs: [{ count: macs.inputGradient * batchSize, bits: [widths.weights, widths.gradients] }],
    registerBits: registerBits(macs.inputGradient * batchSize, widths.gradients, profile),
    dramBits: inputGradientDram,
    sramBits: sramBits(inputGradientDram, output * widths.gradients, inputChannels, profile),
  };

  const sharedSums = layerParameters(graph, layer).trainable === 0 ? weights * between.gradients : 0;
  /** One pass over the batch that sums up the weight gradient, or the given share of its entries. */
  const gradientPass = (operands: { activations: number; gradients: number }, share: number, resultBits: number): PhaseWork => {
    const dramBits = weightGradientBits(
      {
        activations: input * operands.activations,
        gradients: output * operands.gradients,
        result: resultBits,
        sums: depthwise ? 0 : weights * accumulator,
        channels: outputChannels,
      },
      bufferBits,
    );
    const count = share * macs.weightGradient * batchSize;
    return {
      ...noWork,
      macs: [{ count, bits: [operands.activations, operands.gradients] }],
      registerBits: registerBits(count, operands.activations, profile),
      dramBits,
      sramBits: 2 * dramBits + share * (sramBits(dramBits, input * operands.activations, outputChannels, profile) - 2 * dramBits),
    };
  };
  const full = gradientPass(widths, 1 - predictedShare, weights * between.gradients + sharedSums);
  const { predictor } = widths;
  // The predictor's sums become one sign or nothing: two bits. Each is compared with the largest so far, then with the threshold.
  const weightGradient = predictor ? sumOfWork({ ...gradientPass(predictor, 1, 2 * weights), additions: 2 * weights }, full) : full;

  return {
    forward,
    inputGradient: needsInputGradient(graph, layer) ? inputGradient : noWork,
    weightGradient: weights > 0 ? weightGradient : noWork,
  };
}
