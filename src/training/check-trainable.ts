import type { Dataset } from '../datasets/dataset';
import { inputShapesOf, layerOf } from '../network/graph-queries';
import { TopologyError } from '../network/network-errors';
import { exportTopology } from '../network/topology-export';
import type { Layer, LayerGraph } from '../protocol/layer-graph';
import { isEngineActivation } from './compile/forward';
import { layersBelow, logitsLayer } from './compile/network-ending';
import { layerInWords, shapeInWords } from './layer-in-words';

/**
 * What stands against training this network on this data: one sentence each, with layer and line, saying what to do. None when it can be trained.
 * @param dataset only its name, image shape and classes are looked at.
 */
export function checkTrainable(graph: LayerGraph, dataset: Pick<Dataset, 'name' | 'imageShape' | 'classes'>): string[] {
  const inputs = graph.layers.filter((layer) => layer.kind === 'input');
  if (inputs.length !== 1) return [`The model has ${inputs.length} inputs; training needs exactly one, for images.`];
  if (graph.outputs.length !== 1)
    return [`The model has ${graph.outputs.length} outputs; training needs exactly one, with one value per class.`];

  const top = logitsLayer(graph);
  const problems = layersBelow(graph, top).flatMap((layer) => layerProblems(graph, layer));
  problems.push(...inputProblems(inputs[0]!, dataset), ...endingProblems(graph, top, dataset));
  const trainable = layersBelow(graph, top).some((layer) =>
    ['conv2d', 'depthwiseConv2d', 'dense', 'batchNormalization'].includes(layer.kind),
  );
  if (problems.length === 0) problems.push(...savingProblems(graph));
  if (!trainable && problems.length === 0) problems.push('The model has no weights; add a convolution or a dense layer to train.');
  return problems;
}

function layerProblems(graph: LayerGraph, layer: Layer): string[] {
  const subject = capitalised(layerInWords(layer));
  switch (layer.kind) {
    case 'other':
      return [`${subject} is of type ${layer.className}, which is estimated but cannot be trained here; replace it to train this model.`];
    case 'activation':
      if (layer.function === 'linear' || isEngineActivation(layer.function)) return [];
      if (layer.function === 'softmax')
        return [`${subject} is a softmax inside the network; training takes softmax only as the last layer.`];
      return [`${subject} has the activation ${layer.function}, which cannot be trained here; use relu, relu6, sigmoid or tanh.`];
    case 'dense': {
      const shape = inputShapesOf(graph, layer)[0]!;
      if (shape.length === 1) return [];
      return [`${subject} is a dense layer on a ${shapeInWords(shape)} image; put a flatten or a global pooling layer before it.`];
    }
    case 'dropout':
      return layer.rate < 1 ? [] : [`${subject} drops everything (rate 1), so nothing can be learnt; choose a rate below 1.`];
    default:
      return [];
  }
}

function inputProblems(input: Layer, dataset: Pick<Dataset, 'name' | 'imageShape'>): string[] {
  const expected = input.outputShape;
  const given = dataset.imageShape;
  if (expected.length === given.length && expected.every((size, axis) => size === given[axis])) return [];
  return [
    `${capitalised(layerInWords(input))} expects images of ${shapeInWords(expected)}, but ${dataset.name} has images of ${shapeInWords(given)}; ` +
      `set the model's input shape to [${given.join(', ')}] or choose another data set.`,
  ];
}

function endingProblems(graph: LayerGraph, top: Layer, dataset: Pick<Dataset, 'name' | 'classes'>): string[] {
  const last = layerOf(graph, graph.outputs[0]!);
  const subject = capitalised(layerInWords(last));
  const classes = dataset.classes.length;
  if (top.kind === 'activation' && top.function !== 'linear' && top.function !== 'softmax') {
    return [
      `${subject} ends the model with ${top.function}; training needs a softmax over ${classes} classes at the end, or no activation there (logits).`,
    ];
  }
  if (last.outputShape.length !== 1) {
    return [`${subject} gives ${shapeInWords(last.outputShape)} values; training needs a vector with one value per class at the end.`];
  }
  if (last.outputShape[0] === classes) return [];
  return [
    `${subject} tells ${last.outputShape[0]} classes apart, but ${dataset.name} has ${classes}; give the last dense layer ${classes} units.`,
  ];
}

/** A model that cannot be saved in Keras' format is not trained for hours first. */
function savingProblems(graph: LayerGraph): string[] {
  try {
    exportTopology(graph);
    return [];
  } catch (error) {
    if (error instanceof TopologyError) return [error.message];
    throw error;
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
