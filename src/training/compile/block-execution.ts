import type { GateGradientEstimator } from '../../engine/gate-operations';
import type { Operation, TensorId } from '../../engine/program';
import { branchEnd, type GatedBlock, shortcutEnd } from '../../network/gated-blocks';
import type { LayerGraph } from '../../protocol/layer-graph';
import type { GateNetwork } from './gate-network';
import type { GateTensors, LearningGateTensors } from './gate-tensors';
import type { GradientSums } from './gradient-sums';
import type { ProgramBuilder } from './program-builder';
import type { WeightGradients } from './weight-gradients';

/** What the gradient of a block needs to know of its forward pass. */
interface JoinedBlock {
  /** The block's output before it was joined with the shortcut of the samples that skipped it. */
  readonly output: TensorId;
  readonly shortcut: TensorId;
}

/** SLU's part: gates that decide and learn. */
export interface BlockGates {
  readonly network: GateNetwork;
  readonly tensors: LearningGateTensors;
  readonly estimator: GateGradientEstimator;
}

/**
 * How gated blocks run in one section. With `skip` a block's branch, add and ending work on the samples of the block's list alone, forward and
 * backward; the others take the shortcut's value. With `masked` all are computed for all samples and mixed, x = mask·block + (1 − mask)·shortcut.
 * With `scaled` all blocks run, and each branch counts by the factor in the table of masks (stochastic depth at evaluation).
 */
export class BlockExecution {
  private readonly byLayer = new Map<string, GatedBlock>();
  private readonly joined = new Map<GatedBlock, JoinedBlock>();
  private readonly arrived = new Map<GatedBlock, { readonly dy: TensorId; readonly dshortcut?: TensorId }>();

  constructor(
    private readonly graph: LayerGraph,
    private readonly builder: ProgramBuilder,
    private readonly operations: Operation[],
    private readonly tables: GateTensors,
    private readonly execution: 'skip' | 'masked' | 'scaled',
    /** Whether signs are taken of gradients: each of a projection's two runs then counts by the sign of its own. */
    private readonly signs: boolean,
    private readonly gates?: BlockGates,
  ) {
    for (const block of tables.blocks) for (const name of [...block.branch, block.add, block.ending]) this.byLayer.set(name, block);
  }

  /** The list of samples that a layer works on; none for all. */
  samplesOf(layer: string): TensorId | undefined {
    const block = this.byLayer.get(layer);
    return block && this.execution === 'skip' ? this.tables.lists[block.gate]!.executed : undefined;
  }

  /** The list of samples for which a layer's output holds values; none for all. */
  samplesWithOutput(layer: string): TensorId | undefined {
    return this.byLayer.get(layer)?.ending === layer ? undefined : this.samplesOf(layer);
  }

  /**
   * Whether a layer belongs to a projection, which in the authors' code runs twice where blocks are mixed: within the block, and for the
   * samples that skip it. The values are the same, but each run has a gradient of its own, which matters where signs are taken of it; elsewhere
   * one gradient of the sum is as good.
   */
  runsTwice(layer: string): boolean {
    return this.signs && this.execution === 'masked' && this.tables.blocks.some(({ shortcut }) => shortcut.includes(layer));
  }

  /** Called ahead of each layer: the gate decides ahead of the first layer of its branch. */
  before(layer: string, outputs: ReadonlyMap<string, TensorId>): void {
    const block = this.byLayer.get(layer);
    if (block?.branch[0] !== layer || this.execution === 'scaled') return;
    const { masks, lists } = this.tables;
    if (this.gates) this.gates.network.forward(outputs.get(block.entry)!);
    else this.operations.push({ kind: 'listSamples', masks, gate: block.gate, ...lists[block.gate]! });
  }

  /** Called behind each layer with its output; gives what stands for it from here on. */
  after(layer: string, y: TensorId, outputs: ReadonlyMap<string, TensorId>): TensorId {
    const block = this.byLayer.get(layer);
    if (!block) return y;
    const { builder, operations, tables } = this;
    const table = { masks: tables.masks, gate: block.gate };
    const another = (name: string) => builder.perSample(name, builder.shapeOf(y));
    if (this.execution === 'scaled') {
      if (layer !== branchEnd(this.graph, block)) return y;
      const scaled = another(`${layer} (scaled)`);
      operations.push({ kind: 'mixSamples', ...table, a: y, y: scaled });
      return scaled;
    }
    if (layer !== block.ending) return y;
    const shortcut = outputs.get(shortcutEnd(this.graph, block))!;
    this.joined.set(block, { output: y, shortcut });
    if (this.execution === 'skip') {
      operations.push({ kind: 'copy', x: shortcut, y, samples: tables.lists[block.gate]!.skipped });
      return y;
    }
    const mixed = another(`${layer} (mixed)`);
    operations.push({ kind: 'mixSamples', ...table, a: y, b: shortcut, y: mixed });
    return mixed;
  }

  /** Output of a layer as its own gradient needs it. */
  ownOutput(layer: string, outputs: ReadonlyMap<string, TensorId>): TensorId {
    const block = this.byLayer.get(layer);
    return (block?.ending === layer ? this.joined.get(block)?.output : undefined) ?? outputs.get(layer)!;
  }

  /** Called with the gradient that reaches a layer's output; gives the one that goes on into the layer. */
  arrive(layer: string, dy: TensorId): TensorId {
    const block = this.byLayer.get(layer);
    if (block?.ending !== layer) return dy;
    const { builder, operations, tables, gates } = this;
    const table = { masks: tables.masks, gate: block.gate };
    const { output, shortcut } = this.joined.get(block)!;
    const samples = this.samplesOf(layer);
    if (gates) {
      const { dmasks } = gates.tensors;
      operations.push({
        kind: 'maskGradient',
        dy,
        a: output,
        b: shortcut,
        dmasks,
        gate: block.gate,
        ...(samples !== undefined && { samples }),
      });
    }
    if (this.execution === 'skip') {
      this.arrived.set(block, { dy });
      return dy;
    }
    const dblock = builder.perSample(`gradient of ${layer} (executed)`, builder.shapeOf(dy));
    const dshortcut = builder.perSample(`gradient of ${layer} (skipped)`, builder.shapeOf(dy));
    operations.push({ kind: 'mixSamples', ...table, a: dy, y: dblock });
    operations.push({ kind: 'mixSamples', ...table, b: dy, y: dshortcut });
    this.arrived.set(block, { dy, dshortcut });
    return dblock;
  }

  /**
   * Passes the gradient of a gated block's add on to branch and shortcut.
   * @param dy gradient of the add's output, for the samples that ran through the block.
   * @returns false where the add ends no gated block.
   */
  passOn(add: string, dy: TensorId, sums: GradientSums, wanted: (layer: string) => boolean): boolean {
    const block = this.byLayer.get(add);
    if (block?.add !== add) return false;
    const { executed, skipped } = this.tables.lists[block.gate]!;
    const { dy: whole, dshortcut } = this.arrived.get(block)!;
    const shortcut = shortcutEnd(this.graph, block);
    sums.lend(branchEnd(this.graph, block), dy, this.samplesOf(add));
    if (!wanted(shortcut)) return true;
    if (this.execution !== 'skip') {
      sums.lend(shortcut, dy);
      sums.give(shortcut, dshortcut!, undefined, this.runsTwice(shortcut));
    } else if (shortcut === block.entry) sums.lend(shortcut, dy, executed);
    else if (dy === whole) sums.lend(shortcut, dy);
    else {
      this.operations.push({ kind: 'copy', x: whole, y: dy, samples: skipped });
      sums.lend(shortcut, dy);
    }
    return true;
  }

  /**
   * Called behind each layer of the backward pass. Behind the first layer of a branch all of the block has its gradients: those of the
   * executed samples are joined with what the others passed on, and the gate learns.
   */
  behind(
    layer: string,
    sums: GradientSums,
    gradients: WeightGradients,
    outputs: ReadonlyMap<string, TensorId>,
    wanted: (layer: string) => boolean,
  ): void {
    const block = this.byLayer.get(layer);
    if (block?.branch[0] !== layer) return;
    const { executed, skipped } = this.tables.lists[block.gate]!;
    if (this.execution === 'skip' && shortcutEnd(this.graph, block) === block.entry)
      sums.join(block.entry, executed, skipped, this.arrived.get(block)!.dy);
    if (!this.gates) return;
    const { network, estimator } = this.gates;
    const dx = network.backward(estimator, gradients, wanted(block.entry) ? outputs.get(block.entry) : undefined);
    if (dx !== undefined) sums.give(block.entry, dx);
  }
}
