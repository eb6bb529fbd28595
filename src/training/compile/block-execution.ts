import type { GateGradientEstimator } from '../../engine/gate-operations';
import type { Operation, TensorId } from '../../engine/program';
import { branchEnd, type GatedBlock, shortcutEnd } from '../../network/gated-blocks';
import { layerOf } from '../../network/graph-queries';
import type { LayerGraph } from '../../protocol/layer-graph';
import type { GateNetwork } from './gate-network';
import type { GateTensors, LearningGateTensors } from './gate-tensors';
import type { GradientSums, OfMean } from './gradient-sums';
import { on } from './on-samples';
import type { ProgramBuilder } from './program-builder';
import type { WeightGradients } from './weight-gradients';

/** What the gradient of a block needs to know of its forward pass. */
interface JoinedBlock {
  /** The block's output before it was joined with the shortcut of the samples that skipped it. */
  readonly output: TensorId;
  readonly shortcut: TensorId;
}

/** The gradient that reached a block's output. */
interface ArrivedGradient {
  /**
   * Of all samples. With `skip` the block works in it: for the samples that ran through it the gradient of its add, then of its input, takes the
   * place of the output's, and that of the others already is where it has to be.
   */
  readonly dy: TensorId;
  /** With `skip`: what is to be added to it, of the output's mean. */
  readonly ofMean?: OfMean | undefined;
  /** With `masked`. */
  readonly dshortcut?: TensorId;
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
  private readonly arrived = new Map<GatedBlock, ArrivedGradient>();

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
      const lists = tables.lists[block.gate]!;
      operations.push({ kind: 'copy', x: shortcut, y, samples: lists.skipped });
      if (tables.blocks.some(({ entry }) => entry === layer)) this.gates?.network.poolJoined(y, shortcut, lists);
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

  /** The gradient that reaches a layer's output. */
  take(layer: string, sums: GradientSums): TensorId | undefined {
    const block = this.byLayer.get(layer);
    if (block?.ending !== layer) return sums.take(layer, { samples: this.samplesOf(layer) });
    const ofMean = this.execution === 'skip' ? sums.takeOfMean(layer) : undefined;
    const dy = sums.take(layer, { toChange: this.execution === 'skip' });
    if (dy !== undefined) this.arrived.set(block, { dy, ofMean });
    return dy;
  }

  /** Where a layer's share of its input's gradient is to be written, if not to a new tensor. */
  placeOfGradient(layer: string): TensorId | undefined {
    const block = this.byLayer.get(layer);
    return block?.ending === layer && this.execution === 'skip' ? this.arrived.get(block)!.dy : undefined;
  }

  /**
   * The gradient of a block's output for the executed samples, with that of the output's mean. Where an activation's gradient takes its place
   * next, it is no more than passed on, so that one pass can do both. Samples that skip the block keep the two apart as far as its input, but
   * for a shortcut with layers of its own.
   */
  private addOfMean(block: GatedBlock, dy: TensorId, ofMean: OfMean, sums: GradientSums): TensorId {
    const { executed, skipped } = this.tables.lists[block.gate]!;
    if (shortcutEnd(this.graph, block) !== block.entry)
      this.operations.push({ kind: 'accumulate', x: sums.spread(ofMean, skipped), into: dy, samples: skipped });
    const layer = layerOf(this.graph, block.ending);
    const isReplaced = layer.kind === 'activation' && layer.function !== 'linear';
    const y = isReplaced ? this.builder.perSample(`gradient of ${block.ending} (executed)`, this.builder.shapeOf(dy)) : dy;
    this.operations.push({ kind: 'add', a: dy, b: sums.spread(ofMean, executed), y, samples: executed });
    return y;
  }

  /** Called with the gradient that reaches a layer's output; gives the one that goes on into the layer. */
  arrive(layer: string, dy: TensorId, sums: GradientSums): TensorId {
    const block = this.byLayer.get(layer);
    if (block?.ending !== layer) return dy;
    const samples = this.samplesOf(layer);
    const { ofMean } = this.arrived.get(block)!;
    const dblock = ofMean ? this.addOfMean(block, dy, ofMean, sums) : dy;
    const { builder, operations, tables, gates } = this;
    const table = { masks: tables.masks, gate: block.gate };
    const { output, shortcut } = this.joined.get(block)!;
    if (gates) {
      const { dmasks } = gates.tensors;
      operations.push({
        kind: 'maskGradient',
        dy: dblock,
        a: output,
        b: shortcut,
        dmasks,
        gate: block.gate,
        ...on(samples),
      });
    }
    if (this.execution === 'skip') return dblock;
    const dexecuted = builder.perSample(`gradient of ${layer} (executed)`, builder.shapeOf(dy));
    const dshortcut = builder.perSample(`gradient of ${layer} (skipped)`, builder.shapeOf(dy));
    operations.push({ kind: 'mixSamples', ...table, a: dy, y: dexecuted });
    operations.push({ kind: 'mixSamples', ...table, b: dy, y: dshortcut });
    this.arrived.set(block, { dy, dshortcut });
    return dexecuted;
  }

  /**
   * Passes the gradient of a gated block's add on to branch and shortcut.
   * @param dy gradient of the add's output, for the samples that ran through the block.
   * @returns false where the add ends no gated block.
   */
  passOn(add: string, dy: TensorId, sums: GradientSums, wanted: (layer: string) => boolean): boolean {
    const block = this.byLayer.get(add);
    if (block?.add !== add) return false;
    const { dy: whole, dshortcut } = this.arrived.get(block)!;
    const shortcut = shortcutEnd(this.graph, block);
    sums.lend(branchEnd(this.graph, block), dy, this.samplesOf(add));
    if (!wanted(shortcut)) return true;
    if (this.execution !== 'skip') {
      sums.lend(shortcut, dy);
      sums.give(shortcut, dshortcut!, undefined, this.runsTwice(shortcut));
    } else if (shortcut !== block.entry) sums.lend(shortcut, whole);
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
    const arrived = this.arrived.get(block);
    const isJoined = this.execution === 'skip' && shortcutEnd(this.graph, block) === block.entry && wanted(block.entry);
    if (isJoined && arrived) sums.join(block.entry, executed, arrived.dy);
    if (!this.gates) return;
    const { network, estimator } = this.gates;
    const dx = network.backward(estimator, gradients, wanted(block.entry));
    if (dx === undefined) return;
    const shape = this.builder.shapeOf(outputs.get(block.entry)!);
    if (shape.length === 1) sums.give(block.entry, dx);
    else {
      if (isJoined && arrived?.ofMean) this.operations.push({ kind: 'accumulate', x: arrived.ofMean.tensor, into: dx, samples: skipped });
      sums.giveOfMean(block.entry, { tensor: dx, shape });
    }
  }
}
