import type { Layer, LayerGraph } from '../protocol/layer-graph';
import { inferOutputShape } from './output-shape';

const imageKinds: readonly Layer['kind'][] = [
  'conv2d',
  'depthwiseConv2d',
  'maxPooling2d',
  'averagePooling2d',
  'globalAveragePooling2d',
  'zeroPadding2d',
];

function shapeProblem(layer: Layer, inputs: readonly (readonly number[])[]): string | undefined {
  const written = layer.outputShape.join('×');
  const [first] = inputs;
  if (first && imageKinds.includes(layer.kind) && first.length !== 3) {
    return `Layer “${layer.name}” needs an image of height × width × channels, but reads ${first.join('×')}.`;
  }
  if (layer.kind === 'add' && inputs.some((shape) => shape.join() !== first?.join())) {
    return `Layer “${layer.name}” adds shapes that differ: ${inputs.map((shape) => shape.join('×')).join(', ')}.`;
  }
  const inferred = inferOutputShape(layer, inputs)?.join('×');
  if (inferred !== undefined && inferred !== written)
    return `Layer “${layer.name}” gives ${inferred}, but its output shape says ${written}.`;
  return undefined;
}

function layerProblem(layer: Layer, before: ReadonlyMap<string, Layer>, all: ReadonlySet<string>): string | undefined {
  if (before.has(layer.name)) return `Two layers have the name “${layer.name}”.`;
  for (const input of layer.inputs) {
    if (before.has(input)) continue;
    return all.has(input)
      ? `Layer “${layer.name}” stands before “${input}”, which it reads.`
      : `Layer “${layer.name}” reads “${input}”, which is not in the network.`;
  }
  if (layer.kind === 'input' && layer.inputs.length > 0) return `The input “${layer.name}” reads another layer.`;
  if (layer.kind !== 'input' && layer.inputs.length === 0) return `Layer “${layer.name}” reads nothing.`;
  if (layer.sharesWeightsWith !== undefined && before.get(layer.sharesWeightsWith)?.kind !== layer.kind) {
    return `Layer “${layer.name}” shares the weights of “${layer.sharesWeightsWith}”, which is no earlier layer of its kind.`;
  }
  return shapeProblem(
    layer,
    layer.inputs.map((name) => before.get(name)!.outputShape),
  );
}

/**
 * What is wrong with a graph, one sentence per layer at fault: names that are not unique, inputs that are missing or come later, shapes
 * that do not follow from the inputs' shapes. Empty for a sound graph. The graph's form itself is checked by `layerGraphSchema`.
 */
export function validateGraph(graph: LayerGraph): string[] {
  const problems: string[] = [];
  const before = new Map<string, Layer>();
  const all = new Set(graph.layers.map((layer) => layer.name));
  for (const layer of graph.layers) {
    const problem = layerProblem(layer, before, all);
    if (problem) problems.push(problem);
    before.set(layer.name, layer);
  }
  for (const output of graph.outputs) {
    if (!before.has(output)) problems.push(`The output “${output}” is not in the network.`);
  }
  return problems;
}
