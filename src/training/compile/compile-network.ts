import type { Operation, Program, TensorId } from '../../engine/program';
import { type GatedBlock, gatedBlocksOf } from '../../network/gated-blocks';
import { layerOf } from '../../network/graph-queries';
import type { Layer, LayerGraph } from '../../protocol/layer-graph';
import { emitBackward } from './backward';
import { BlockExecution, type BlockGates } from './block-execution';
import { type FixedPoint, Quantizer, type RunningRange, RunningRanges, signedActivations } from './fixed-point';
import { emitForward } from './forward';
import type { ForwardMode } from './forward-mode';
import { type GateArithmetic, GateNetwork } from './gate-network';
import { GateTensors, type Gating, LearningGateTensors } from './gate-tensors';
import { layersBelow, logitsLayer } from './network-ending';
import { ProgramBuilder } from './program-builder';
import { type CompiledPredictor, SignedGradients } from './signed-gradients';
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
  /** The logits of `train` stay readable, in `trainLogits`. For checks. */
  readonly keepLogits?: boolean;
  /** Widths at which convolutions compute, with a predictor or without; absent: float32. */
  readonly fixedPoint?: FixedPoint;
  /** Kernels of convolutions are updated by signs of their gradients, at a learning rate of their own. */
  readonly signs?: boolean;
  /** How residual blocks are skipped; absent: all run. Without effect on a network whose blocks cannot be. */
  readonly gating?: Gating;
}

/** The gated blocks of a network and where their tensors are. */
export interface CompiledGates {
  readonly kind: Gating['kind'];
  readonly blocks: readonly GatedBlock[];
  /** Per sample [gates]. After a run of SLU what the gates decided; written before one of stochastic depth, and read as factors by its `evaluate`. */
  readonly masks: TensorId;
  /** By block: how many samples ran through it, then which, after every section in which blocks may be skipped. */
  readonly executed: readonly TensorId[];
  /** SLU's. */
  readonly learning?: LearningGateTensors;
}

/** Weights that are updated by signs: kernels of convolutions, and with `quantized` those of gates that read an image. */
export interface CompiledSigns {
  /** Their names. */
  readonly weights: ReadonlySet<string>;
  /** float32 [1]. */
  readonly learningRate: TensorId;
  /** float32 [1]: PSG's threshold, or where negative −β, the share of the largest predicted magnitude. */
  readonly threshold: TensorId;
  /** PSG's predictors, of convolutions that are not depthwise. */
  readonly predictors: readonly CompiledPredictor[];
}

/** A network as a program, and where its tensors are. */
export interface CompiledNetwork {
  /**
   * Sections: `train` (forward, loss, backward, update), `observe` (a forward pass for the running statistics of batch norm alone; blocks
   * are skipped as in training, so that statistics are those of samples that run), `evaluate` (inference and loss, all blocks), `predict`
   * (inference only); with SLU `evaluateGated` (inference and loss, blocks skipped as the gates decide).
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
  /** After `train`, with `keepLogits`: logits per sample, before the update. */
  readonly trainLogits?: TensorId;
  /** After `predict`: logits per sample. */
  readonly logits: TensorId;
  /** In the graph's order; the moving statistics of batch norm are the ones that are not trainable. */
  readonly weights: readonly CompiledWeight[];
  /** Of the activations that convolutions read in fixed point. */
  readonly ranges: readonly RunningRange[];
  readonly signs?: CompiledSigns;
  /** Momentum tensor by weight name, of trainable weights; with SLU the running mean of the masks' gradients, too. */
  readonly momenta: ReadonlyMap<string, TensorId>;
  /** Gradient tensor by weight name; readable only with `keepGradients`. */
  readonly gradients: ReadonlyMap<string, TensorId>;
  /** Absent where no block is gated. */
  readonly gates?: CompiledGates;
}

/**
 * Turns a layer graph into a program for one engine. `checkTrainable` says beforehand, in sentences, what stands against it.
 *
 * Fixed point and signs are a matter of convolutions alone: dense layers, batch norm and biases stay as they are. A depthwise convolution has
 * no predictor; its kernel is updated by the sign of the full gradient.
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
  const gating = declareGates(builder, graph, layers, options);
  const slu = gating?.options.kind === 'slu' ? gating.options : undefined;
  const learning = gating?.learning;
  const { fixedPoint } = options;
  const ranges = new RunningRanges(builder);
  const quantizerOf = (operations: Operation[], mode: ForwardMode) =>
    fixedPoint && new Quantizer(builder, operations, fixedPoint, ranges, mode, signedActivations(graph, fixedPoint));
  const pass = (operations: Operation[], mode: ForwardMode, blocks?: BlockExecution, quantizer = quantizerOf(operations, mode)) =>
    emitForward(builder, operations, layers, weights, images, mode, blocks, quantizer);

  const train = builder.section('train');
  const quantizer = quantizerOf(train, 'train');
  const signs = options.signs ? declareSigns() : undefined;
  const arithmetic = { quantizer, signs: signs?.gradients };
  const trained = gating && execution(train, slu?.execution ?? 'skip', arithmetic);
  const forward = pass(train, 'train', trained?.blocks, quantizer);
  const trainMetrics = builder.tensor('training metrics', [3], 'output');
  const dlogits = builder.perSample('gradient of logits', [classes]);
  train.push({ kind: 'softmaxCrossEntropy', logits: forward.outputs.get(top.name)!, labels, metrics: trainMetrics, dlogits });
  const trainLogits = options.keepLogits ? builder.perSample('training logits', [classes], 'output') : undefined;
  if (trainLogits !== undefined) train.push({ kind: 'copy', x: forward.outputs.get(top.name)!, y: trainLogits });
  trained?.gates?.network.cost();
  const keepGradients = options.keepGradients ?? false;
  const gradients = emitBackward(builder, train, graph, layers, weights, forward, top, dlogits, keepGradients, trained?.blocks, arithmetic);
  if (slu?.estimator === 'centred') trained?.gates?.network.mean();

  const momenta = new Map<string, TensorId>();
  const gradientsByName = new Map<string, TensorId>();
  const update = (weight: Pick<CompiledWeight, 'name' | 'shape' | 'tensor'>, rate: TensorId, weightDecay: number): void => {
    const gradient = gradients.get(weight.tensor);
    if (gradient === undefined) return;
    const v = builder.tensor(`momentum of ${weight.name}`, weight.shape, 'state');
    momenta.set(weight.name, v);
    gradientsByName.set(weight.name, gradient);
    train.push({ kind: 'sgdMomentum', w: weight.tensor, g: gradient, v, learningRate: rate, momentum: options.momentum, weightDecay });
  };
  const kernels = new Set(weights.kernelsOf(['conv2d', 'depthwiseConv2d']));
  const signedWeights = [
    ...weights.all.filter(({ tensor }) => kernels.has(tensor)),
    ...((slu?.quantized && learning?.weights.features) || []),
  ];
  const signedNames = new Set(signs ? signedWeights.map(({ name }) => name) : []);
  const rateOf = (name: string, otherwise: TensorId) => (signs && signedNames.has(name) ? signs.learningRate : otherwise);
  for (const weight of weights.all) update(weight, rateOf(weight.name, learningRate), options.weightDecay);
  for (const weight of learning?.allWeights ?? []) update(weight, rateOf(weight.name, learning!.learningRate), slu!.weightDecay);
  if (learning) momenta.set('gates/mean gradient of the masks', learning.mean);

  skippingPass(builder.section('observe'), 'observe', gating && 'skip');

  const evaluationMetrics = builder.tensor('evaluation metrics', [3], 'output');
  const emitEvaluation = (section: string, how?: 'skip' | 'scaled'): void => {
    const operations = builder.section(section);
    const evaluated = skippingPass(operations, 'inference', how);
    operations.push({ kind: 'softmaxCrossEntropy', logits: evaluated.outputs.get(top.name)!, labels, metrics: evaluationMetrics });
  };
  emitEvaluation('evaluate', gating?.options.kind === 'stochasticDepth' ? 'scaled' : undefined);
  if (slu) emitEvaluation('evaluateGated', 'skip');

  const predict = builder.section('predict');
  const predicted = pass(predict, 'inference');
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
    ...(trainLogits !== undefined && { trainLogits }),
    logits,
    weights: weights.all,
    ranges: ranges.all,
    ...(signs && {
      signs: { weights: signedNames, learningRate: signs.learningRate, threshold: signs.threshold, predictors: signs.gradients.predictors },
    }),
    momenta,
    gradients: gradientsByName,
    ...(gating && {
      gates: {
        kind: gating.options.kind,
        blocks: gating.tables.blocks,
        masks: gating.tables.masks,
        executed: gating.tables.lists.map(({ executed }) => executed),
        ...(learning && { learning }),
      },
    }),
  };

  function skippingPass(operations: Operation[], mode: ForwardMode, how?: 'skip' | 'scaled') {
    const quantizer = quantizerOf(operations, mode);
    return pass(operations, mode, how && execution(operations, how, { quantizer, signs: undefined }).blocks, quantizer);
  }

  function declareSigns() {
    const threshold = builder.tensor('threshold of the predictor', [1], 'state');
    return {
      learningRate: builder.tensor('learning rate of signs', [1], 'state'),
      threshold,
      gradients: new SignedGradients(builder, threshold, fixedPoint?.predictor),
    };
  }

  /** How the gated blocks run in one section. */
  function execution(
    operations: Operation[],
    how: 'skip' | 'masked' | 'scaled',
    arithmetic: GateArithmetic,
  ): { blocks: BlockExecution; gates: BlockGates | undefined } {
    const { tables } = gating!;
    const gates = learning &&
      slu && {
        network: new GateNetwork(builder, operations, tables, learning, slu.quantized ? arithmetic : undefined),
        tensors: learning,
        estimator: slu.estimator,
      };
    return { blocks: new BlockExecution(graph, builder, operations, tables, how, arithmetic.signs !== undefined, gates), gates };
  }
}

/** The tensors of the gates, where the options ask for them and the network has blocks to gate. */
function declareGates(builder: ProgramBuilder, graph: LayerGraph, layers: readonly Layer[], { gating, batchSize }: CompileOptions) {
  const names = new Set(layers.map(({ name }) => name));
  const blocks = gatedBlocksOf(graph, gating?.kind === 'slu' ? gating.blocks : 'all').filter(({ add }) => names.has(add));
  if (gating === undefined || blocks.length === 0) return undefined;
  const tables = new GateTensors(builder, blocks, batchSize, gating.kind);
  const channels = blocks.map(({ entry }) => layerOf(graph, entry).outputShape.at(-1)!);
  return {
    options: gating,
    tables,
    ...(gating.kind === 'slu' && { learning: new LearningGateTensors(builder, blocks, channels) }),
  };
}
