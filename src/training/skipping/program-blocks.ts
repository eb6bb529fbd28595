import type { Executable } from '../../engine/engine';
import type { GatedBlock } from '../../network/gated-blocks';
import type { CompiledGates } from '../compile/compile-network';
import type { BlockDraw } from './block-draws';

/** What the gates of SLU learn with in one step. */
export interface GateLearning {
  readonly learningRate: number;
  /** Executed share of computation at which the cost changes its sign. */
  readonly targetShare: number;
  readonly costWeight: number;
}

/** The gated blocks of a compiled network in an engine's memory. */
export class ProgramBlocks {
  constructor(
    private readonly gates: CompiledGates,
    private readonly executable: Executable,
  ) {
    const costs = Float32Array.from(gates.blocks, ({ cost }) => cost);
    if (gates.learning) executable.write(gates.learning.costs, costs);
  }

  get all(): readonly GatedBlock[] {
    return this.gates.blocks;
  }

  /** Decides for the next section. */
  decide(draw: BlockDraw, samples: number): void {
    const { blocks, learning, masks } = this.gates;
    if ('uniforms' in draw) this.executable.write(learning!.uniforms, draw.uniforms);
    else {
      const table = Float32Array.from({ length: samples * blocks.length }, (_, entry) => draw.factors[entry % blocks.length]!);
      this.executable.write(masks, table);
    }
  }

  learn({ learningRate, targetShare, costWeight }: GateLearning): void {
    const { learning } = this.gates;
    if (!learning) return;
    this.executable.write(learning.learningRate, Float32Array.of(learningRate));
    this.executable.write(learning.target, Float32Array.of(targetShare));
    this.executable.write(learning.costWeight, Float32Array.of(costWeight));
  }

  /** Samples that ran through each block in the last section that could skip some. */
  executed(): number[] {
    return this.gates.executed.map((list) => this.executable.read(list)[0]!);
  }

  /** Adds to the logit of every gate; nothing without gates. */
  shift(by: number): void {
    const bias = this.gates.learning?.weights.logitBias.tensor;
    if (bias === undefined) return;
    const [present] = this.executable.read(bias);
    this.executable.write(bias, Float32Array.of(present! + by));
  }

  /** What the gates said in the last section: [samples, gates]; nothing without gates. */
  probabilities(samples: number): Float32Array | undefined {
    const { learning } = this.gates;
    return learning && (this.executable.read(learning.probabilities, samples) as Float32Array);
  }
}
