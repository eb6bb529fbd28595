import type { Program, TensorId } from '../../engine/program';
import type { LayerGraph } from '../../protocol/layer-graph';
import { emitBackward } from './backward';
import { emitForward } from './forward';
import { layersBelow, logitsLayer } from './network-ending';
import { ProgramBuilder } from './program-builder';
import { type CompiledWeight, WeightTensors } from './weight-tensors';

export interface CompileOptions {
  /** Largest batch that any section will run. */
  readonly batchSize: number;
  /** Momentum of SGD. */
  readonly momentum: number;
  /** L2 weight decay, added to the gradient of every trainable weight. */
  readonly weightDecay: number;
  /** Gradients stay readable after `train`, in `gradients`. For checks; costs memory. */
  readonly keepGradients?: boolean;
}

/** A network as a program, and where its tensors are. */
export interface CompiledNetwork {
  /**
   * Sections: `train` (forward, loss, backward, update), `observe` (a forward pass for the running statistics of batch norm alone),
   * `evaluate` (inference and loss), `predict` (inference only).
   */
  readonly program: Program;
  readonly classes: number;
  /** Images per sample [height, width, channels], normalised. */
  readonly images: TensorId;
  /** Class per sample, int32 [1]; read by `train` and `evaluate`. */
  readonly labels: TensorId;
  /** float32 [1]. */
  readonly learningRate: TensorId;
  /** int32 [1] each, one per dropout layer in the graph's order: another value at each step draws another mask. */
  readonly dropoutSeeds: readonly TensorId[];
  /** After `train`: mean cross-entropy, top-1 hits, top-5 hits of the batch before the update. */
  readonly trainMetrics: TensorId;
  /** The same after `evaluate`. */
  readonly evaluationMetrics: TensorId;
  /** After `predict`: logits per sample. */
  readonly logits: TensorId;
  /** In the graph's order; the moving statistics of batch norm are the ones that are not trainable. */
  readonly weights: readonly CompiledWeight[];
  /** Momentum tensor by weight name, of trainable weights. */
  readonly momenta: ReadonlyMap<string, TensorId>;
  /** Gradient tensor by weight name; readable only with `keepGradients`. */
  readonly gradients: ReadonlyMap<string, TensorId>;
}

/**
 * Turns a layer graph into a program for one engine. `checkTrainable` says beforehand, in sentences, what stands against it.
 *
 * Weight decay goes to every trainable weight, scale and shift of batch norm and biases included, as the authors' SGD does it.
 * @throws Error with one sentence when a layer is outside training's reach.
 */
export function compileNetwork(graph: LayerGraph, options: CompileOptions): CompiledNetwork {
  const builder = new ProgramBuilder();
  const top = logitsLayer(graph);
  const layers = layersBelow(graph, top);
  const input = layers.find((layer) => layer.kind === 'input');
  if (input === undefined) throw new Error(`The network “${graph.name}” has no input layer.`);
  const classes = top.outputShape[0]!;

  const images = builder.perSample('images', input.outputShape, 'input');
  const labels = builder.perSample('labels', [1], 'input', 'int32');
  const learningRate = builder.tensor('learning rate', [1], 'state');
  const weights = new WeightTensors(builder, graph, layers);

  const train = builder.section('train');
  const forward = emitForward(builder, train, layers, weights, images, 'train');
  const trainMetrics = builder.tensor('training metrics', [3], 'output');
  const dlogits = builder.perSample('gradient of logits', [classes]);
  train.push({ kind: 'softmaxCrossEntropy', logits: forward.outputs.get(top.name)!, labels, metrics: trainMetrics, dlogits });
  const gradients = emitBackward(builder, train, graph, layers, weights, forward, top, dlogits, options.keepGradients ?? false);

  const momenta = new Map<string, TensorId>();
  const gradientsByName = new Map<string, TensorId>();
  for (const weight of weights.all) {
    const gradient = gradients.get(weight.tensor);
    if (gradient === undefined) continue;
    const v = builder.tensor(`momentum of ${weight.name}`, weight.shape, 'state');
    momenta.set(weight.name, v);
    gradientsByName.set(weight.name, gradient);
    const { momentum, weightDecay } = options;
    train.push({ kind: 'sgdMomentum', w: weight.tensor, g: gradient, v, learningRate, momentum, weightDecay });
  }

  emitForward(builder, builder.section('observe'), layers, weights, images, 'observe');

  const evaluate = builder.section('evaluate');
  const evaluated = emitForward(builder, evaluate, layers, weights, images, 'inference');
  const evaluationMetrics = builder.tensor('evaluation metrics', [3], 'output');
  evaluate.push({ kind: 'softmaxCrossEntropy', logits: evaluated.outputs.get(top.name)!, labels, metrics: evaluationMetrics });

  const predict = builder.section('predict');
  const predicted = emitForward(builder, predict, layers, weights, images, 'inference');
  const logits = builder.perSample('logits', [classes], 'output');
  predict.push({ kind: 'copy', x: predicted.outputs.get(top.name)!, y: logits });

  return {
    program: builder.build(options.batchSize),
    classes,
    images,
    labels,
    learningRate,
    dropoutSeeds: [...forward.dropoutSeeds.values()],
    trainMetrics,
    evaluationMetrics,
    logits,
    weights: weights.all,
    momenta,
    gradients: gradientsByName,
  };
}
