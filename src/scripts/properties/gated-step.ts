import type { Engine, Executable } from '../../engine/engine';
import { Random } from '../../platform/random';
import type { LayerGraph } from '../../protocol/layer-graph';
import { type CompiledNetwork, compileNetwork } from '../../training/compile/compile-network';
import { initializeWeights } from '../../training/initialize-weights';
import type { LabelledImages } from '../../training/trainer';

/** Training steps of SLU in which given residual blocks run for given samples: the gates compute and learn as they do in a run. */
export class GatedStep {
  private constructor(
    private readonly network: CompiledNetwork,
    private readonly executable: Executable,
    private readonly batch: LabelledImages,
  ) {}

  /** @param openShare of all pairs of block and sample, those that are executed: exact, spread evenly over blocks and samples. */
  static async prepare(graph: LayerGraph, engine: Engine, batch: LabelledImages, openShare: number): Promise<GatedStep> {
    const batchSize = batch.labels.length;
    const gating = { kind: 'slu', execution: 'skip', estimator: 'centred', weightDecay: 1e-4 } as const;
    const network = compileNetwork(graph, { batchSize, momentum: 0.9, weightDecay: 1e-4, gating });
    const executable = await engine.compile(network.program);
    const step = new GatedStep(network, executable, batch);
    step.writeWeights(graph);
    step.openGates(openShare);
    return step;
  }

  step(): void {
    const { network, executable, batch } = this;
    executable.write(network.learningRate, Float32Array.of(0.01));
    executable.write(network.images, batch.images);
    executable.write(network.labels, batch.labels);
    executable.run('train', batch.labels.length);
    executable.read(network.trainMetrics);
  }

  /** Share of the pairs of block and sample that the last step executed. */
  executedShare(): number {
    const masks = this.executable.read(this.network.gates!.masks) as Float32Array;
    return masks.reduce((sum, mask) => sum + mask, 0) / masks.length;
  }

  weights(): Iterable<Float32Array> {
    return this.network.weights.map(({ tensor }) => this.executable.read(tensor) as Float32Array);
  }

  private writeWeights(graph: LayerGraph): void {
    const values = initializeWeights(graph, new Random(1, 'benchmark'));
    for (const { name, tensor } of this.network.weights) this.executable.write(tensor, values.get(name)!);
    const random = new Random(1, 'gates');
    const { allWeights, costs, target, costWeight, learningRate } = this.network.gates!.learning!;
    for (const { tensor, shape } of allWeights) {
      const size = shape.reduce((product, length) => product * length, 1);
      this.executable.write(
        tensor,
        Float32Array.from({ length: size }, () => 0.2 * (random.uniform() - 0.5)),
      );
    }
    this.executable.write(
      costs,
      Float32Array.from(this.network.gates!.blocks, ({ cost }) => cost),
    );
    this.executable.write(target, Float32Array.of(0.6));
    this.executable.write(costWeight, Float32Array.of(1));
    this.executable.write(learningRate, Float32Array.of(0.001));
  }

  /** A gate opens where its probability is above its draw: below 0 it always does, above 1 never. */
  private openGates(openShare: number): void {
    const { uniforms } = this.network.gates!.learning!;
    const gates = this.network.gates!.blocks.length;
    const pairs = this.batch.labels.length * gates;
    const open = (pair: number) => Math.floor((pair + 1) * openShare) > Math.floor(pair * openShare);
    // Pair by pair along the samples of a gate, so that each gate has its share of closed ones, at other samples than its neighbours.
    const draws = new Float32Array(pairs);
    for (let pair = 0; pair < pairs; pair++) {
      const [gate, sample] = [Math.floor(pair / this.batch.labels.length), pair % this.batch.labels.length];
      draws[sample * gates + gate] = open(pair) ? -1 : 2;
    }
    this.executable.write(uniforms, draws);
  }
}
