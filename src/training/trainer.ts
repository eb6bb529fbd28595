import type { Engine, Executable } from '../engine/engine';
import type { TensorId } from '../engine/program';
import type { GatedBlock } from '../network/gated-blocks';
import { elementsOf } from '../network/graph-queries';
import type { LayerGraph } from '../protocol/layer-graph';
import { type CompiledNetwork, type CompileOptions, compileNetwork } from './compile/compile-network';
import type { GateWeight } from './compile/gate-tensors';
import type { WeightValues } from './initialize-weights';
import type { BlockDraw } from './skipping/block-draws';
import { type GateLearning, ProgramBlocks } from './skipping/program-blocks';

/** Images [samples, height, width, channels], normalised, and the class of each. */
export interface LabelledImages {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

/** Over the samples of one or several batches. */
export interface ClassificationMetrics {
  readonly samples: number;
  /** Mean cross-entropy. */
  readonly loss: number;
  /** Samples whose highest logit is their class. */
  readonly hits: number;
  /** Samples that ran through each gated block, where blocks could be skipped. */
  readonly executed?: readonly number[];
}

/** What one step of SGD takes beside the batch. */
export interface StepSettings {
  readonly learningRate: number;
  /** One for each dropout layer. */
  readonly dropoutSeeds: readonly number[];
  /** Which gated blocks run; wanted where the network was compiled with some. */
  readonly draw?: BlockDraw | undefined;
  /** What the gates of SLU learn with. */
  readonly gates?: GateLearning | undefined;
  /** What weights go by that are updated by signs; without effect where none are. */
  readonly signs?: {
    readonly learningRate: number;
    /** PSG's threshold, or where negative −β. */
    readonly threshold: number;
  };
}

/** What PSG's predictor decided of one convolution's weight gradient in one step. */
export interface PredictedEntries {
  readonly layer: string;
  readonly entries: number;
  readonly predicted: number;
  /** Predicted ones whose full gradient has another sign. */
  readonly wrong: number;
}

/** One network on one engine: steps, evaluates, predicts, and gives and takes its weights. Knows nothing of runs and schedules. */
export class Trainer {
  private blocks: ProgramBlocks | undefined;

  private constructor(
    private readonly graph: LayerGraph,
    private readonly engine: Engine,
    private network: CompiledNetwork,
    private executable: Executable,
  ) {
    this.blocks = network.gates && new ProgramBlocks(network.gates, executable);
  }

  /** @throws Error with one sentence when the network cannot be compiled or needs more memory than there is. */
  static async create(graph: LayerGraph, engine: Engine, options: CompileOptions): Promise<Trainer> {
    const network = compileNetwork(graph, options);
    return new Trainer(graph, engine, network, await engine.compile(network.program));
  }

  /**
   * Goes on as another program of the same network. Weights and momenta that both programs have in one size stay as they are; those of new
   * gates come from `fresh`, their momenta begin at zero. So do momenta of weights that begin or cease to be updated by signs: a sum of signs is
   * thousands of times a sum of gradients, and as the latter would throw the weights away.
   * @throws Error as `create` does; nothing can be computed then.
   */
  async recompile(options: CompileOptions, fresh: (gates: readonly GateWeight[]) => WeightValues): Promise<void> {
    const [weights, momenta] = [this.readWeights(), this.readMomenta()];
    const bySigns = this.network.signs?.weights;
    this.executable.dispose();
    this.network = compileNetwork(this.graph, options);
    this.executable = await this.engine.compile(this.network.program);
    this.blocks = this.network.gates && new ProgramBlocks(this.network.gates, this.executable);
    this.writeSomeWeights(fresh(this.gateWeights));
    const writeFitting = (values: WeightValues, name: string, tensor: TensorId) => {
      if (values.get(name)?.length === this.sizeOf(tensor)) this.writeNamed(values, name, tensor);
    };
    for (const { name, tensor } of this.allWeights) writeFitting(weights, name, tensor);
    for (const [name, tensor] of this.network.momenta)
      if ((bySigns?.has(name) ?? false) === (this.network.signs?.weights.has(name) ?? false)) writeFitting(momenta, name, tensor);
  }

  get memoryBytes(): number {
    return this.executable.memoryBytes;
  }

  /** How many dropout seeds `step` takes. */
  get dropoutLayers(): number {
    return this.network.dropoutSeeds.length;
  }

  /** The residual blocks that may be skipped; none where all always run. */
  get gatedBlocks(): readonly GatedBlock[] {
    return this.blocks?.all ?? [];
  }

  /** The weights of SLU's gates; none without gates. */
  get gateWeights(): readonly GateWeight[] {
    return this.network.gates?.learning?.allWeights ?? [];
  }

  /** One step of SGD on a batch. The metrics are those before the update. */
  step(batch: LabelledImages, { learningRate, dropoutSeeds, draw, gates, signs }: StepSettings): ClassificationMetrics {
    const { network, executable } = this;
    executable.write(network.learningRate, Float32Array.of(learningRate));
    for (const [layer, tensor] of network.dropoutSeeds.entries()) executable.write(tensor, Int32Array.of(dropoutSeeds[layer]!));
    if (gates) this.blocks?.learn(gates);
    if (network.signs) {
      executable.write(network.signs.learningRate, Float32Array.of(signs?.learningRate ?? learningRate));
      executable.write(network.signs.threshold, Float32Array.of(signs?.threshold ?? 0));
    }
    return this.classify('train', batch, network.trainMetrics, draw);
  }

  /** Probabilities of SLU's gates in the last step or gated evaluation, [samples, gates]; nothing without gates. */
  gateProbabilities(samples: number): Float32Array | undefined {
    return this.blocks?.probabilities(samples);
  }

  /** Adds to the logit of every gate of SLU: all open more often, or less. */
  shiftGates(by: number): void {
    this.blocks?.shift(by);
  }

  /**
   * What PSG's predictor decided in the last step, by convolution; empty where there is none. A convolution that no sample ran through is left out:
   * all its entries are zero, and so is the threshold.
   */
  predictedEntries(): PredictedEntries[] {
    return (this.network.signs?.predictors ?? []).flatMap(({ layer, entries, metrics, samples }) => {
      if (samples !== undefined && this.executable.read(samples)[0] === 0) return [];
      const [predicted, wrong] = this.executable.read(metrics) as Float32Array;
      return [{ layer, entries, predicted: predicted!, wrong: wrong! }];
    });
  }

  /** Names of the running ranges of activations that convolutions read in fixed point. */
  get rangeNames(): readonly string[] {
    return this.network.ranges.map(({ name }) => name);
  }

  /**
   * Loss and hits of a batch by inference: running statistics, no dropout. Changes nothing.
   * @param draw uniforms let the gates decide; factors say how much each gated branch counts. Without, all blocks run.
   */
  evaluate(batch: LabelledImages, draw?: BlockDraw): ClassificationMetrics {
    const section = draw && 'uniforms' in draw ? 'evaluateGated' : 'evaluate';
    return this.classify(section, batch, this.network.evaluationMetrics, draw);
  }

  /** Moves the running statistics of batch norm, and the running ranges of activations in fixed point, by a batch, as a step would; changes nothing else. */
  observe({ images, labels }: LabelledImages, draw?: BlockDraw): void {
    this.executable.write(this.network.images, images);
    if (draw) this.blocks?.decide(draw, labels.length);
    this.executable.run('observe', labels.length);
  }

  /** Class probabilities [samples, classes] by inference. */
  predict(images: Float32Array, samples: number): Float32Array {
    const { network, executable } = this;
    executable.write(network.images, images);
    executable.run('predict', samples);
    return softmax(executable.read(network.logits, samples) as Float32Array, network.classes);
  }

  /** A copy of all weights and running statistics, those of SLU's gates and running ranges of activations included. */
  readWeights(): WeightValues {
    return this.readSomeWeights(() => true);
  }

  /** A copy of the weights that SGD moves. */
  readTrainedWeights(): WeightValues {
    return this.readSomeWeights((name) => this.network.momenta.has(name));
  }

  /** A copy of those weights and running statistics that are wanted. */
  readSomeWeights(wanted: (name: string) => boolean): WeightValues {
    const weights = this.allWeights.filter(({ name }) => wanted(name));
    return new Map(weights.map(({ name, tensor }) => [name, this.executable.read(tensor) as Float32Array]));
  }

  /**
   * Ranges that are not given are not known: activations stay as they are until training sets them.
   * @throws Error with one sentence when a weight is missing or has another size.
   */
  writeWeights(values: WeightValues): void {
    const unknown = this.rangeNames.map((name): [string, Float32Array] => [name, new Float32Array(1)]);
    const whole = new Map([...unknown, ...values]);
    for (const { name, tensor } of this.allWeights) this.writeNamed(whole, name, tensor);
  }

  /** Writes those weights and running statistics that are given. */
  writeSomeWeights(values: WeightValues): void {
    for (const { name, tensor } of this.allWeights) if (values.has(name)) this.writeNamed(values, name, tensor);
  }

  /** Does something with some weights changed, and puts all back as they were. */
  async withWeights<T>(changed: WeightValues, use: () => Promise<T>): Promise<T> {
    const before = this.readWeights();
    try {
      this.writeSomeWeights(changed);
      return await use();
    } finally {
      this.writeWeights(before);
    }
  }

  /** A copy of SGD's momenta, by the weight's name. */
  readMomenta(): WeightValues {
    return new Map([...this.network.momenta].map(([name, tensor]) => [name, this.executable.read(tensor) as Float32Array]));
  }

  /** @throws Error with one sentence when a momentum is missing or has another size. */
  writeMomenta(values: WeightValues): void {
    for (const [name, tensor] of this.network.momenta) this.writeNamed(values, name, tensor);
  }

  dispose(): void {
    this.executable.dispose();
  }

  private get allWeights() {
    return [...this.network.weights, ...this.gateWeights, ...this.network.ranges];
  }

  private classify(section: string, batch: LabelledImages, metrics: TensorId, draw?: BlockDraw): ClassificationMetrics {
    const { network, executable } = this;
    const samples = batch.labels.length;
    executable.write(network.images, batch.images);
    executable.write(network.labels, batch.labels);
    if (draw) this.blocks?.decide(draw, samples);
    executable.run(section, samples);
    const [loss, hits] = executable.read(metrics) as Float32Array;
    const executed = draw && section !== 'evaluate' ? this.blocks?.executed() : undefined;
    return { samples, loss: loss!, hits: hits!, ...(executed && { executed }) };
  }

  private sizeOf(tensor: TensorId): number {
    return elementsOf(this.network.program.tensors[tensor]!.shape);
  }

  private writeNamed(values: WeightValues, name: string, tensor: TensorId): void {
    const given = values.get(name);
    const expected = this.sizeOf(tensor);
    if (given?.length !== expected) {
      const found = given === undefined ? 'nothing' : `${given.length} values`;
      throw new Error(`The model has changed: “${name}” needs ${expected} values, but ${found} was stored for it; start a new run.`);
    }
    this.executable.write(tensor, given);
  }
}

function softmax(logits: Float32Array, classes: number): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const row = logits.subarray(start, start + classes);
    const highest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const powers = Array.from(row, (logit) => Math.exp(logit - highest));
    const sum = powers.reduce((a, b) => a + b, 0);
    powers.forEach((power, index) => {
      probabilities[start + index] = power / sum;
    });
  }
  return probabilities;
}
