import type { GateGradientEstimator } from '../../engine/gate-operations';
import type { Operation, TensorId } from '../../engine/program';
import type { Operands, Quantizer } from './fixed-point';
import { type GateTensors, type GateWeight, gateFeatures, type LearningGateTensors, type SampleLists } from './gate-tensors';
import { on } from './on-samples';
import type { ProgramBuilder } from './program-builder';
import type { SignedGradients } from './signed-gradients';
import type { WeightGradients } from './weight-gradients';
import { pointWindow } from './window';

/** What one gate's forward pass leaves for its gradient. */
interface GateStep {
  readonly pooled: TensorId;
  readonly operands: Operands;
  readonly features: TensorId;
  readonly previousH: TensorId;
  readonly previousCell: TensorId | undefined;
  readonly z: TensorId;
  readonly cell: TensorId;
  readonly h: TensorId;
  readonly logit: TensorId;
}

/** How the gates' 1×1 convolutions compute and learn where it is not in float32. */
export interface GateArithmetic {
  readonly quantizer: Quantizer | undefined;
  readonly signs: SignedGradients | undefined;
}

/** Part of the old mean of the masks' gradients that stays in each iteration. */
const meanMomentum = 0.95;

/**
 * The gates of SLU in one section of a program: global average pooling, a 1×1 convolution to 10 features, one LSTM through all gates, a
 * linear unit and a sigmoid. Its gradients go through the LSTM from the last gate to the first.
 */
export class GateNetwork {
  private readonly steps: GateStep[] = [];
  /** Means over the pixels of what gates look at, by tensor. */
  private readonly means = new Map<TensorId, TensorId>();
  private dh: TensorId | undefined;
  private dcell: TensorId | undefined;

  constructor(
    private readonly builder: ProgramBuilder,
    private readonly operations: Operation[],
    private readonly tables: GateTensors,
    private readonly learning: LearningGateTensors,
    private readonly arithmetic?: GateArithmetic,
  ) {}

  /** Adds the next gate, which looks at `x` (an image, or a vector). */
  forward(x: TensorId): void {
    const { builder, operations, tables, learning } = this;
    const { weights } = learning;
    const gate = this.steps.length;
    const named = (what: string, size: number) => builder.perSample(`${what} of gate ${gate}`, [size]);
    const pooled = this.means.get(x) ?? this.pool(x);
    const features = named('features', gateFeatures);
    const { tensor: w, name } = weights.features[gate]!;
    const operands = this.arithmetic?.quantizer?.operands(name, pooled, true, w, gateFeatures, undefined) ?? { x: pooled, w };
    operations.push({ kind: 'dense', ...{ x: operands.x, w: operands.w, y: features } });
    const before = this.steps.at(-1);
    const previousH = before?.h ?? learning.noState;
    const z = named('LSTM input', 4 * gateFeatures);
    const recurrent = named('recurrent input', 4 * gateFeatures);
    operations.push({ kind: 'dense', x: features, w: weights.input.tensor, bias: weights.inputBias.tensor, y: z });
    operations.push({ kind: 'dense', x: previousH, w: weights.recurrent.tensor, bias: weights.recurrentBias.tensor, y: recurrent });
    operations.push({ kind: 'accumulate', x: recurrent, into: z });
    const cell = named('cell', gateFeatures);
    const h = named('hidden state', gateFeatures);
    operations.push({ kind: 'lstmCell', z, ...(before && { previous: before.cell }), cell, h });
    const logit = named('logit', 1);
    operations.push({ kind: 'dense', x: h, w: weights.logit.tensor, bias: weights.logitBias.tensor, y: logit });
    const { uniforms, probabilities } = learning;
    operations.push({ kind: 'gate', logit, uniforms, probabilities, masks: tables.masks, gate });
    operations.push({ kind: 'listSamples', masks: tables.masks, gate, ...tables.lists[gate]! });
    this.steps.push({ pooled, operands, features, previousH, previousCell: before?.cell, z, cell, h, logit });
  }

  /**
   * Takes the mean of a block's output for the gate that will look at it, while the output is being made: of the samples that ran through the
   * block it is new, the others have that of their shortcut.
   */
  poolJoined(y: TensorId, shortcut: TensorId, { executed, skipped }: SampleLists): void {
    const pooled = this.pool(y, executed);
    const before = this.means.get(shortcut);
    if (pooled === y) return;
    if (before === undefined) this.operations.push({ kind: 'globalAveragePooling2d', x: shortcut, y: pooled, samples: skipped });
    else this.operations.push({ kind: 'copy', x: before, y: pooled, samples: skipped });
  }

  /** The mean of an image over its pixels, one value for each channel; a vector is its own. */
  private pool(x: TensorId, samples?: TensorId): TensorId {
    const shape = this.builder.shapeOf(x);
    const pooled = shape.length === 3 ? this.builder.perSample(`mean of ${this.builder.nameOf(x)}`, shape.slice(2)) : x;
    if (pooled !== x) this.operations.push({ kind: 'globalAveragePooling2d', x, y: pooled, ...on(samples) });
    this.means.set(x, pooled);
    return pooled;
  }

  /** The controller's part, once all gates have decided. */
  cost(): void {
    const { costs, target, costWeight, share, cost } = this.learning;
    this.operations.push({ kind: 'gateCost', masks: this.tables.masks, costs, target, weight: costWeight, share, cost });
  }

  /**
   * Adds the gradients of the last gate that has none yet; the gradient of its mask must be in the table.
   * @param inputWanted whether the gradient of what the gate looked at is wanted.
   * @returns that gradient: of the mean over the pixels, where it was an image.
   */
  backward(estimator: GateGradientEstimator, gradients: WeightGradients, inputWanted: boolean): TensorId | undefined {
    const { builder, operations, tables, learning } = this;
    const { weights } = learning;
    const gate = this.steps.length - 1;
    const step = this.steps.pop()!;
    const names = new Map(learning.allWeights.map(({ tensor, name }) => [tensor, name]));
    const named = (what: string, size: number) => builder.perSample(`gradient of ${what} of gate ${gate}`, [size]);
    const { probabilities, dmasks, costs, cost, mean } = learning;
    const dlogit = named('logit', 1);
    operations.push({ kind: 'gateGradient', probabilities, masks: tables.masks, dmasks, costs, cost, mean, dlogit, gate, estimator });
    /** Gradients of a dense layer's weights; gives that of its input where it is wanted. */
    const dense = (input: TensorId, dy: TensorId, kernel: TensorId, bias: TensorId | undefined, dx: TensorId | undefined): void => {
      gradients.compute([kernel, bias], names, ([dw, dbias]) => ({
        kind: 'denseWeightGradient',
        x: input,
        dy,
        dw: dw!,
        ...(dbias !== undefined && { dbias }),
      }));
      if (dx !== undefined) operations.push({ kind: 'denseInputGradient', dy, w: kernel, dx });
    };
    const dh = named('hidden state', gateFeatures);
    dense(step.h, dlogit, weights.logit.tensor, weights.logitBias.tensor, dh);
    if (this.dh !== undefined) operations.push({ kind: 'accumulate', x: this.dh, into: dh });
    const dz = named('LSTM input', 4 * gateFeatures);
    const { z, cell, previousCell } = step;
    const dprevious = previousCell === undefined ? undefined : named('cell before', gateFeatures);
    operations.push({
      kind: 'lstmCellGradient',
      ...{ z, cell, dh, dz },
      ...(previousCell !== undefined && { previous: previousCell }),
      ...(this.dcell !== undefined && { dcell: this.dcell }),
      ...(dprevious !== undefined && { dprevious }),
    });
    this.dcell = dprevious;
    this.dh = gate === 0 ? undefined : named('hidden state before', gateFeatures);
    dense(step.previousH, dz, weights.recurrent.tensor, weights.recurrentBias.tensor, this.dh);
    const dfeatures = named('features', gateFeatures);
    dense(step.features, dz, weights.input.tensor, weights.inputBias.tensor, dfeatures);
    const dpooled = inputWanted ? named('pooled input', builder.shapeOf(step.pooled)[0]!) : undefined;
    this.featureGradient(step.operands, dfeatures, weights.features[gate]!, gradients);
    if (dpooled !== undefined) operations.push({ kind: 'denseInputGradient', dy: dfeatures, w: step.operands.w, dx: dpooled });
    return dpooled;
  }

  /** Of a gate's 1×1 convolution. */
  private featureGradient(operands: Operands, dy: TensorId, { tensor, name, shape }: GateWeight, gradients: WeightGradients): void {
    const full = (dw: TensorId): Operation => ({ kind: 'denseWeightGradient', x: operands.x, dy, dw });
    const { quantizer, signs } = this.arithmetic ?? {};
    const use = { layer: name, operands, dy, window: pointWindow, samples: undefined, kernelShape: [1, 1, ...shape], full };
    gradients.compute([tensor], new Map([[tensor, name]]), ([g]) => signs?.emit({ ...use, g: g! }, quantizer) ?? full(g!));
  }

  /** Moves the running mean of the masks' gradients, once all are known. */
  mean(): void {
    const { dmasks, mean } = this.learning;
    this.operations.push({ kind: 'gateMean', masks: this.tables.masks, dmasks, mean, momentum: meanMomentum });
  }
}
