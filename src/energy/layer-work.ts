import { elementsOf, needsInputGradient, needsOutputGradient, readersOf } from '../network/graph-queries';
import { layerParameters } from '../network/parameters';
import type { Layer, LayerGraph } from '../protocol/layer-graph';
import type { Phase } from '../protocol/phases';
import { elementwiseWork } from './elementwise-work';
import type { Context } from './layer-context';
import { matrixWork } from './matrix-work';
import { fullPrecision, noWork, type OperandWidths, type PhaseWork, streamed, sumOfWork } from './work';

/**
 * SGD with momentum and weight decay in 32 bits: v ← m·v + (g + d·w), w ← w − r·v. Reads weight, gradient and momentum, writes weight and
 * momentum; three multiplications and three additions per parameter, once per batch.
 */
function updateWork(parameters: number): PhaseWork {
  return streamed(parameters * 5 * 32, 3 * parameters, 3 * parameters);
}

/** Gradients that several readers send back to one layer are summed: each further one reads two tensors and writes one. */
function gradientSums(graph: LayerGraph, layer: Layer, { batchSize, widths }: Context): PhaseWork {
  if (!needsOutputGradient(graph, layer)) return noWork;
  const further = readersOf(graph, layer.name).filter((reader) => needsInputGradient(graph, reader)).length - 1;
  if (further < 1) return noWork;
  const elements = batchSize * elementsOf(layer.outputShape) * further;
  return streamed(3 * elements * (widths.between ?? widths.gradients), elements, 0);
}

/** Where convolutions alone are narrow, dense and other layers with weights compute in fp32. */
function ownWidths({ kind }: Layer, { widths }: Context): OperandWidths {
  const { between } = widths;
  if (between === undefined || kind === 'conv2d' || kind === 'depthwiseConv2d') return widths;
  return kind === 'dense' || kind === 'other' ? fullPrecision : { weights: between, activations: between, gradients: between };
}

/** What one layer does in one iteration, by phase. The sum of gradients from several readers is charged to the layer's input gradient. */
export function layerWork(graph: LayerGraph, layer: Layer, context: Context): Record<Phase, PhaseWork> {
  const own = { ...context, widths: ownWidths(layer, context) };
  const work =
    layer.kind === 'conv2d' || layer.kind === 'depthwiseConv2d' || layer.kind === 'dense' || layer.kind === 'other'
      ? matrixWork(graph, layer, own)
      : elementwiseWork(graph, layer, own);
  const { trainable } = layerParameters(graph, layer);
  return {
    forward: work.forward,
    inputGradient: sumOfWork(work.inputGradient, gradientSums(graph, layer, context)),
    weightGradient: work.weightGradient,
    update: trainable > 0 ? updateWork(trainable) : noWork,
  };
}
