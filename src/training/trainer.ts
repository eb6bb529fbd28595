import type { Engine, Executable } from '../engine/engine';
import type { TensorId } from '../engine/program';
import type { LayerGraph } from '../protocol/layer-graph';
import { type CompiledNetwork, type CompileOptions, compileNetwork } from './compile/compile-network';
import type { WeightValues } from './initialize-weights';

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
}

/** One network on one engine: steps, evaluates, predicts, and gives and takes its weights. Knows nothing of runs and schedules. */
export class Trainer {
  private constructor(
    private readonly network: CompiledNetwork,
    private readonly executable: Executable,
  ) {}

  /** @throws Error with one sentence when the network cannot be compiled or needs more memory than there is. */
  static async create(graph: LayerGraph, engine: Engine, options: CompileOptions): Promise<Trainer> {
    const network = compileNetwork(graph, options);
    return new Trainer(network, await engine.compile(network.program));
  }

  get memoryBytes(): number {
    return this.executable.memoryBytes;
  }

  /** How many dropout seeds `step` takes. */
  get dropoutLayers(): number {
    return this.network.dropoutSeeds.length;
  }

  /** One step of SGD on a batch. The metrics are those before the update. */
  step(batch: LabelledImages, learningRate: number, dropoutSeeds: readonly number[]): ClassificationMetrics {
    const { network, executable } = this;
    executable.write(network.learningRate, Float32Array.of(learningRate));
    for (const [layer, tensor] of network.dropoutSeeds.entries()) executable.write(tensor, Int32Array.of(dropoutSeeds[layer]!));
    return this.classify('train', batch, network.trainMetrics);
  }

  /** Loss and hits of a batch by inference: running statistics, no dropout. Changes nothing. */
  evaluate(batch: LabelledImages): ClassificationMetrics {
    return this.classify('evaluate', batch, this.network.evaluationMetrics);
  }

  /** Moves the running statistics of batch norm by a batch, as a step would; changes nothing else. */
  observe({ images, labels }: LabelledImages): void {
    this.executable.write(this.network.images, images);
    this.executable.run('observe', labels.length);
  }

  /** Class probabilities [samples, classes] by inference. */
  predict(images: Float32Array, samples: number): Float32Array {
    const { network, executable } = this;
    executable.write(network.images, images);
    executable.run('predict', samples);
    return softmax(executable.read(network.logits, samples) as Float32Array, network.classes);
  }

  /** A copy of all weights and running statistics. */
  readWeights(): WeightValues {
    return this.readSomeWeights(() => true);
  }

  /** A copy of the weights that SGD moves. */
  readTrainedWeights(): WeightValues {
    return this.readSomeWeights((name) => this.network.momenta.has(name));
  }

  /** A copy of those weights and running statistics that are wanted. */
  readSomeWeights(wanted: (name: string) => boolean): WeightValues {
    const weights = this.network.weights.filter(({ name }) => wanted(name));
    return new Map(weights.map(({ name, tensor }) => [name, this.executable.read(tensor) as Float32Array]));
  }

  /** @throws Error with one sentence when a weight is missing or has another size. */
  writeWeights(values: WeightValues): void {
    for (const { name, tensor, shape } of this.network.weights) this.writeNamed(values, name, tensor, shape);
  }

  /** Writes those weights and running statistics that are given. */
  writeSomeWeights(values: WeightValues): void {
    for (const { name, tensor, shape } of this.network.weights) if (values.has(name)) this.writeNamed(values, name, tensor, shape);
  }

  /** A copy of SGD's momenta, by the weight's name. */
  readMomenta(): WeightValues {
    return new Map([...this.network.momenta].map(([name, tensor]) => [name, this.executable.read(tensor) as Float32Array]));
  }

  /** @throws Error with one sentence when a momentum is missing or has another size. */
  writeMomenta(values: WeightValues): void {
    const shapes = new Map(this.network.weights.map(({ name, shape }) => [name, shape]));
    for (const [name, tensor] of this.network.momenta) this.writeNamed(values, name, tensor, shapes.get(name)!);
  }

  dispose(): void {
    this.executable.dispose();
  }

  private classify(section: string, batch: LabelledImages, metrics: TensorId): ClassificationMetrics {
    const { network, executable } = this;
    const samples = batch.labels.length;
    executable.write(network.images, batch.images);
    executable.write(network.labels, batch.labels);
    executable.run(section, samples);
    const [loss, hits] = executable.read(metrics) as Float32Array;
    return { samples, loss: loss!, hits: hits! };
  }

  private writeNamed(values: WeightValues, name: string, tensor: TensorId, shape: readonly number[]): void {
    const given = values.get(name);
    const expected = shape.reduce((product, size) => product * size, 1);
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
