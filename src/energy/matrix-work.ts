import { elementsOf, inputShapesOf, needsInputGradient } from '../network/graph-queries';
import { layerMacs } from '../network/macs';
import { layerWeights } from '../network/weights';
import type { Layer, LayerGraph, LayerOf } from '../protocol/layer-graph';
import { type ContractionWidths, type ContractionWork, contractionWork } from './contraction-work';
import type { Context, Phases } from './layer-context';
import { type LayerNests, layerNests } from './layer-nests';
import { tileElements } from './mapping/loop-nest';
import { profileAccelerator } from './profile-accelerator';
import { type MacCount, noWork, type PhaseWork, streamed, sumOfWork } from './work';

/** A layer with weights: a convolution, a dense layer, or one of which only MACs and parameters are known. */
export type MatrixLayer = LayerOf<'conv2d' | 'depthwiseConv2d' | 'dense' | 'other'>;

function phaseWork({ registerBits, bufferBits, dramBits, cycles }: ContractionWork, macs: MacCount): PhaseWork {
  return { ...noWork, macs: [macs], registerBits, sramBits: bufferBits, dramBits, cycles };
}

/**
 * The part of a pass over the weight gradient's entries that is left when the predictor decided the others. An entry that is decided saves
 * its MACs and their accesses to registers and buffer; the operands still come from off-chip memory into the buffer, since other entries
 * need the same channels.
 */
function undecided(work: PhaseWork, share: number): PhaseWork {
  const left = 1 - share;
  return {
    ...work,
    macs: work.macs.map(({ count, bits }) => ({ count: left * count, bits })),
    registerBits: left * work.registerBits,
    sramBits: work.dramBits + left * (work.sramBits - work.dramBits),
    cycles: left * work.cycles,
  };
}

/** Convolutions and dense layers: each phase is one loop nest, mapped to the device in the best way that the search finds. */
function contractions(graph: LayerGraph, layer: Layer, nests: LayerNests, context: Context): Phases {
  const { batchSize, widths, profile, predictedShare = 0 } = context;
  const macs = layerMacs(graph, layer);
  const device = profileAccelerator(profile);
  const accumulator = profile.accumulatorBits.value;
  const between = { activations: widths.between ?? widths.activations, gradients: widths.between ?? widths.gradients };
  const work = (phase: keyof LayerNests, moving: number, stationary: number, result: number) => {
    // Sums are never narrower than what is multiplied or what comes out.
    const operands: ContractionWidths = { moving, stationary, result, sums: Math.max(accumulator, moving, stationary) };
    const count = macs[phase] * batchSize;
    return phaseWork(contractionWork(nests[phase], operands, device, batchSize), { count, bits: [moving, stationary] });
  };
  const { predictor } = widths;
  const full = work('weightGradient', widths.activations, widths.gradients, between.gradients);
  const kernel = tileElements('weights', nests.forward.sizes, nests.forward);
  return {
    forward: work('forward', widths.activations, widths.weights, between.activations),
    inputGradient: needsInputGradient(graph, layer) ? work('inputGradient', widths.gradients, widths.weights, between.gradients) : noWork,
    weightGradient: predictor
      ? // The predictor's sums become one sign or nothing: two bits. Each is compared with the largest so far, then with the threshold.
        sumOfWork(
          { ...work('weightGradient', predictor.activations, predictor.gradients, 2), additions: 2 * kernel },
          undecided(full, predictedShare),
        )
      : full,
  };
}

/**
 * A layer of which only MACs and parameters are known: what no mapping can avoid. Each tensor once over the chip's border and in and out of
 * the buffer; for each MAC one input read, and one partial sum read and written, at the registers.
 */
function leastWork(graph: LayerGraph, layer: LayerOf<'other'>, { batchSize, widths, profile }: Context): Phases {
  const macs = layerMacs(graph, layer);
  const input = batchSize * inputShapesOf(graph, layer).reduce((sum, shape) => sum + elementsOf(shape), 0);
  const output = batchSize * elementsOf(layer.outputShape);
  const { parameters } = layer;
  const units = profile.array.rows.value * profile.array.columns.value;
  const work = (perSample: number, moving: number, stationary: number, dramBits: number): PhaseWork => {
    const count = perSample * batchSize;
    const registerBits = count * (moving + 2 * Math.max(profile.accumulatorBits.value, moving, stationary));
    return { ...streamed(dramBits, 0, 0), macs: [{ count, bits: [moving, stationary] }], registerBits, cycles: count / units };
  };
  const { weights, activations, gradients } = widths;
  const forward = (input + output) * activations + parameters * weights;
  const inputGradient = (input + output) * gradients + parameters * weights;
  const weightGradient = input * activations + (output + parameters) * gradients;
  return {
    forward: work(macs.forward, activations, weights, forward),
    inputGradient: needsInputGradient(graph, layer) ? work(macs.inputGradient, gradients, weights, inputGradient) : noWork,
    weightGradient: parameters > 0 ? work(macs.weightGradient, activations, gradients, weightGradient) : noWork,
  };
}

/** Biases, and the gradients of weights that other layers share: each further one reads the sum so far. */
function besideProducts(graph: LayerGraph, layer: Layer, { batchSize, widths }: Context): Pick<Phases, 'forward' | 'weightGradient'> {
  const gradients = widths.between ?? widths.gradients;
  const weights = layerWeights(graph, layer).reduce((sum, { shape }) => sum + elementsOf(shape), 0);
  const shared = layer.sharesWeightsWith === undefined ? noWork : streamed(weights * gradients, weights, 0);
  if (!('useBias' in layer && layer.useBias)) return { forward: noWork, weightGradient: shared };
  const biases = layer.outputShape.at(-1) ?? 1;
  const additions = batchSize * elementsOf(layer.outputShape);
  return {
    forward: streamed(biases * widths.weights, additions, 0),
    weightGradient: sumOfWork(streamed(biases * gradients, additions, 0), shared),
  };
}

/** Layers that multiply with weights: MACs, and traffic of inputs, weights and outputs at each memory. */
export function matrixWork(graph: LayerGraph, layer: MatrixLayer, context: Context): Phases {
  const nests = layerNests(graph, layer);
  const products = nests ? contractions(graph, layer, nests, context) : leastWork(graph, layer as LayerOf<'other'>, context);
  const beside = besideProducts(graph, layer, context);
  return {
    forward: sumOfWork(products.forward, beside.forward),
    inputGradient: products.inputGradient,
    weightGradient: sumOfWork(products.weightGradient, beside.weightGradient),
  };
}
