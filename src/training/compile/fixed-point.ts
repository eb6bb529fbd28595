import type { Operation, TensorId } from '../../engine/program';
import { gatedBlocksOf } from '../../network/gated-blocks';
import { isNonNegative } from '../../network/non-negative';
import { findResidualBlocks } from '../../network/residual-blocks';
import type { LayerGraph } from '../../protocol/layer-graph';
import type { ForwardMode } from './forward-mode';
import { on } from './on-samples';
import type { ProgramBuilder } from './program-builder';

/** Widths in bits at which convolutions compute (E2-Train, section 3.3). */
export interface FixedPoint {
  readonly activationBits: number;
  readonly weightBits: number;
  /** Of output gradients; float32 where absent. */
  readonly gradientBits?: number;
  /** Whether samples may skip residual blocks: what passes from block to block may then be negative, even behind a ReLU. */
  readonly skipping?: boolean;
  /** PSG's: bits of the operands of the product that predicts the weight gradient. */
  readonly predictor?: { readonly activationBits: number; readonly gradientBits: number };
}

/** What a convolution multiplies, and what its gradients need to know of it. */
export interface Operands {
  readonly x: TensorId;
  readonly w: TensorId;
  /** How x is in fixed point; absent where it is not. */
  readonly format?: { readonly range: TensorId; readonly signed: boolean };
}

/**
 * Whether the output of a layer may be negative, as fixed point needs to know. A sample that skips a block takes its shortcut, which may be a
 * projection without an activation behind it; only what is within a branch, and behind no end of a block inside it, never holds such a value.
 */
export function signedActivations(graph: LayerGraph, { skipping }: FixedPoint): (layer: string) => boolean {
  const branches = new Set(findResidualBlocks(graph).flatMap(({ branch }) => branch));
  const endings = new Set(gatedBlocksOf(graph).map(({ ending }) => ending));
  return (layer) => {
    const passes = (name: string) => !endings.has(name);
    return !isNonNegative(graph, layer, skipping ? passes : undefined) || ((skipping ?? false) && !branches.has(layer));
  };
}

/** Part of its old value that the running range of an activation keeps in each iteration, as the authors' code has it. */
export const rangeMomentum = 0.1;

export interface RunningRange {
  /** `layer/input_range`, of the convolution that reads the activation. */
  readonly name: string;
  /** float32 [1]; 0 as long as nothing passed. */
  readonly tensor: TensorId;
}

/** Running ranges of activations: set by training, read by inference. */
export class RunningRanges {
  private readonly byLayer = new Map<string, RunningRange>();

  constructor(private readonly builder: ProgramBuilder) {}

  get all(): readonly RunningRange[] {
    return [...this.byLayer.values()];
  }

  of(layer: string): TensorId {
    const name = `${layer}/input_range`;
    const range = this.byLayer.get(layer) ?? { name, tensor: this.builder.tensor(name, [1], 'state') };
    this.byLayer.set(layer, range);
    return range.tensor;
  }
}

/** Brings the operands of one section's convolutions into fixed point. What several of them read is quantised once. */
export class Quantizer {
  private readonly activations = new Map<string, Required<Pick<Operands, 'x' | 'format'>>>();
  private readonly kernels = new Map<TensorId, TensorId>();
  private readonly gradients = new Map<string, { readonly range: TensorId; readonly dy: TensorId }>();

  constructor(
    private readonly builder: ProgramBuilder,
    private readonly operations: Operation[],
    readonly bits: FixedPoint,
    private readonly ranges: RunningRanges,
    private readonly mode: ForwardMode,
    /** Whether the output of a layer may be negative. */
    readonly isSigned: (layer: string) => boolean,
  ) {}

  /**
   * @param layer the convolution that reads `x`.
   * @param signed whether values of `x` may be negative.
   * @param channels output channels of the convolution, or of each input channel where it is depthwise: the innermost part of `w`.
   */
  operands(layer: string, x: TensorId, signed: boolean, w: TensorId, channels: number, samples: TensorId | undefined): Operands {
    return { ...this.activation(layer, x, signed, samples), w: this.kernel(w, channels) };
  }

  /** Range of an output gradient, and the gradient as the full products read it. */
  gradient(dy: TensorId, samples: TensorId | undefined): { readonly range: TensorId; readonly dy: TensorId } {
    const { builder, operations, bits } = this;
    const known = this.gradients.get(keyOf(dy, samples));
    if (known !== undefined) return known;
    const name = builder.nameOf(dy);
    const range = builder.tensor(`range of ${name}`, [1], 'temporary');
    operations.push({ kind: 'quantizationRange', x: dy, range, momentum: 0, of: 'maximum', ...on(samples) });
    const { gradientBits } = bits;
    const quantized = gradientBits === undefined ? dy : builder.perSample(`${name} (quantised)`, builder.shapeOf(dy));
    if (gradientBits !== undefined)
      operations.push({ kind: 'quantize', x: dy, range, y: quantized, ...oneWidth(gradientBits), signed: true, ...on(samples) });
    const gradient = { range, dy: quantized };
    this.gradients.set(keyOf(dy, samples), gradient);
    return gradient;
  }

  private activation(layer: string, x: TensorId, signed: boolean, samples: TensorId | undefined) {
    const { builder, operations, bits, mode } = this;
    const known = this.activations.get(keyOf(x, samples));
    if (known !== undefined) return known;
    const running = this.ranges.of(layer);
    const name = builder.nameOf(x);
    const range = mode === 'inference' ? running : builder.tensor(`range of ${name}`, [1], 'temporary');
    if (mode !== 'inference')
      operations.push({ kind: 'quantizationRange', x, range, running, momentum: rangeMomentum, of: 'mean', ...on(samples) });
    const y = builder.perSample(`${name} (quantised)`, builder.shapeOf(x));
    operations.push({ kind: 'quantize', x, range, y, ...oneWidth(bits.activationBits), signed, ...on(samples) });
    const activation = { x: y, format: { range, signed } };
    this.activations.set(keyOf(x, samples), activation);
    return activation;
  }

  private kernel(w: TensorId, channels: number): TensorId {
    const { builder, operations, bits } = this;
    const known = this.kernels.get(w);
    if (known !== undefined) return known;
    const y = builder.tensor(`${builder.nameOf(w)} (quantised)`, builder.shapeOf(w), 'temporary');
    operations.push({ kind: 'quantizeWeights', w, y, channels, ...oneWidth(bits.weightBits) });
    this.kernels.set(w, y);
    return y;
  }
}

const oneWidth = (bits: number) => ({ bits, msbBits: bits });
const keyOf = (tensor: TensorId, samples: TensorId | undefined) => `${tensor} ${samples}`;
