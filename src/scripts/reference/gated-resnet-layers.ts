import type { TensorId } from '../../engine/program';
import type { LayerGraph } from '../../protocol/layer-graph';
import type { CompiledNetwork } from '../../training/compile/compile-network';
import { outputGradientOf } from './definition/predictive-convolution';
import type { GatedResNetCase } from './gated-resnet-case';
import type { NamedWeight } from './gated-resnet-weights';
import { operandsOf } from './layer-operands';

/** What the layers of a step compute from and give, by the authors' names. */
export function layerTensorsOf(
  network: CompiledNetwork,
  graph: LayerGraph,
  weights: readonly NamedWeight[],
  params: GatedResNetCase['params'],
): Map<string, TensorId> {
  const operations = network.program.sections.train!;
  const tensors = new Map<string, TensorId>();
  for (const { name, tensor, theirs } of weights) {
    if (params[theirs]!.shape.length !== 4) continue;
    const layer = layerName(theirs);
    const { input, outputGradients } = operandsOf(tensor, network.gradients.get(name)!, operations);
    tensors.set(`${layer}: input`, input);
    for (const [use, dy] of outputGradients.entries()) tensors.set(`${layer}: ${outputGradientOf(use)}`, dy);
  }
  const outputs = operations.flatMap((operation) => (operation.kind === 'activation' ? operation.y : []));
  const activations = graph.layers.filter(({ kind }) => kind === 'activation').map(({ name }) => name);
  for (const [place, name] of activations.entries()) tensors.set(`${rectifiedLayer(name)}: output`, outputs[place]!);
  return tensors;
}

/** By layer, of all uses of its kernel. */
export function predictedEntries(
  network: CompiledNetwork,
  weights: readonly NamedWeight[],
  read: (tensor: TensorId) => Float32Array,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { layer, metrics } of network.signs?.predictors ?? []) {
    const name = layerName(weights.find(({ name }) => name === layer || name === `${layer}/kernel`)!.theirs);
    counts.set(name, (counts.get(name) ?? 0) + read(metrics)[0]!);
  }
  return counts;
}

/** The convolution before a ReLU: `relu` is behind `conv1`, `group1_layer0.relu2` behind `group1_layer0.conv2`. */
const rectifiedLayer = (activation: string) => (activation === 'relu' ? 'conv1' : activation.replace('.relu', '.conv'));

const layerName = (weight: string) => weight.replace(/\.weight$/, '');
