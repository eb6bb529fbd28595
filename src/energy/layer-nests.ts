import { elementsOf, inputShapesOf } from '../network/graph-queries';
import type { Layer, LayerGraph } from '../protocol/layer-graph';
import type { LoopNest } from './mapping/loop-nest';

/** The loops of a layer with weights, for one sample, in each phase. */
export interface LayerNests {
  readonly forward: LoopNest;
  readonly inputGradient: LoopNest;
  readonly weightGradient: LoopNest;
}

const forwardRoles = { moving: 'input', stationary: 'weights', result: 'output' } as const;

/** Forward loops; undefined for layers that are no convolution and not dense. */
function forwardNest(graph: LayerGraph, layer: Layer): LoopNest | undefined {
  const shape = inputShapesOf(graph, layer)[0] ?? [];
  const channels = shape.at(-1) ?? 1;
  const outputChannels = layer.outputShape.at(-1) ?? 1;
  if (layer.kind === 'dense') {
    // A dense layer works on the last axis; the axes before it are positions that share the weights.
    const positions = elementsOf(shape.slice(0, -1));
    return {
      ...{ sizes: [1, outputChannels, channels, positions, 1, 1, 1, 1], strides: [1, 1], dilation: [1, 1] },
      ...{ inputRows: positions, inputColumns: 1, roles: forwardRoles },
    };
  }
  if (layer.kind !== 'conv2d' && layer.kind !== 'depthwiseConv2d') return undefined;
  const [outputRows = 1, outputColumns = 1] = layer.outputShape;
  const [inputRows = 1, inputColumns = 1] = shape;
  const perGroup = layer.kind === 'depthwiseConv2d' ? [layer.depthMultiplier, 1, channels] : [outputChannels, channels, 1];
  const [results, summed, groups] = perGroup as [number, number, number];
  const sizes = [1, results, summed, outputRows, outputColumns, ...layer.kernelSize, groups];
  // A window of one pixel passes over the others: they are neither fetched nor, in the gradient, written.
  if (layer.kernelSize.every((size) => size === 1))
    return { sizes, strides: [1, 1], dilation: [1, 1], inputRows: outputRows, inputColumns: outputColumns, roles: forwardRoles };
  return { sizes, strides: layer.strides, dilation: layer.dilation, inputRows, inputColumns, roles: forwardRoles };
}

/** The input gradient of a window that moves one pixel at a time and keeps the image's size is a forward convolution the other way round. */
function inputGradientNest(nest: LoopNest): LoopNest {
  const [batch, outputChannels, inputChannels, rows, columns, ...rest] = nest.sizes as [number, number, number, number, number];
  const keepsSize = rows === nest.inputRows && columns === nest.inputColumns;
  if (keepsSize) return { ...nest, sizes: [batch, inputChannels, outputChannels, rows, columns, ...rest] };
  return { ...nest, roles: { moving: 'output', stationary: 'weights', result: 'input' } };
}

const known = new WeakMap<LayerGraph, Map<string, LayerNests | undefined>>();

function nestsOf(graph: LayerGraph, layer: Layer): LayerNests | undefined {
  const forward = forwardNest(graph, layer);
  return (
    forward && {
      forward,
      inputGradient: inputGradientNest(forward),
      weightGradient: { ...forward, roles: { moving: 'input', stationary: 'output', result: 'weights' } },
    }
  );
}

/** The loops of a convolution or dense layer; undefined for all others. A graph is never changed after it was made. */
export function layerNests(graph: LayerGraph, layer: Layer): LayerNests | undefined {
  const ofGraph = known.get(graph) ?? new Map<string, LayerNests | undefined>();
  known.set(graph, ofGraph);
  if (!ofGraph.has(layer.name)) ofGraph.set(layer.name, nestsOf(graph, layer));
  return ofGraph.get(layer.name);
}
