import type { ComputedStep } from './computed-step';
import type { Images, NormalizedConvolution } from './normalized-convolution';

export interface BlockLayers {
  readonly first: NormalizedConvolution;
  readonly second: NormalizedConvolution;
  /** Of the shortcut, where shapes change. */
  readonly projection: NormalizedConvolution | undefined;
}

/** What a pass through a block leaves for its gradient. */
interface Pass {
  readonly rectified: Float64Array;
  readonly output: Float64Array;
  readonly shortcut: Float64Array;
  /** One for each sample; absent for a block that always runs. */
  readonly masks: Float64Array | undefined;
}

/** x → mask · relu(branch(x) + shortcut(x)) + (1 − mask) · shortcut(x), every sample computed. */
export class ResidualBlock {
  private pass: Pass | undefined;

  constructor(
    readonly layers: BlockLayers,
    private readonly samples: number,
    /** Whether signs are taken of gradients: the projection's two uses, within the block and for the samples that skip it, then count each by its own. */
    private readonly signs: boolean,
    private readonly computed: ComputedStep,
  ) {}

  forward(x: Images, masks: Float64Array | undefined): Images {
    const { first, second, projection } = this.layers;
    const inner = first.forward(x, true);
    const rectified = this.computed.followRectified(first.convolution.layer, inner.values);
    const branch = second.forward({ ...inner, values: rectified }, false);
    const shortcut = projection?.forward(x, true).values ?? x.values;
    const output = this.computed.followRectified(
      second.convolution.layer,
      branch.values.map((value, i) => value + shortcut[i]!),
    );
    this.pass = { rectified, output, shortcut, masks };
    if (!masks) return { ...branch, values: output };
    const mask = this.perElement(masks, output.length);
    return { ...branch, values: output.map((value, i) => mask[i]! * value + (1 - mask[i]!) * shortcut[i]!) };
  }

  /** Gradients of the input and, for each sample, of the mask. */
  backward(dy: Float64Array): { dx: Float64Array; dmasks: Float64Array } {
    const { first, second, projection } = this.layers;
    const { rectified, output, shortcut, masks } = this.pass!;
    const dmasks = new Float64Array(this.samples);
    const size = dy.length / this.samples;
    dy.forEach((value, i) => {
      dmasks[Math.floor(i / size)]! += value * (output[i]! - shortcut[i]!);
    });
    const mask = masks && this.perElement(masks, dy.length);
    const executed = mask ? dy.map((value, i) => value * mask[i]!) : dy;
    const skipped = mask && dy.map((value, i) => value * (1 - mask[i]!));
    const dsum = executed.map((value, i) => (output[i]! > 0 ? value : 0));
    const dinner = second.backward(dsum).map((value, i) => (rectified[i]! > 0 ? value : 0));
    const dx = first.backward(dinner);
    const uses = skipped ? (this.signs && projection ? [dsum, skipped] : [sum(dsum, skipped)]) : [dsum];
    const dshortcuts = uses.map((use) => projection?.backward(use) ?? use);
    return { dx: dshortcuts.reduce(sum, dx), dmasks };
  }

  private perElement(masks: Float64Array, length: number): Float64Array {
    return Float64Array.from({ length }, (_, i) => masks[Math.floor((i * this.samples) / length)]!);
  }
}

const sum = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + b[i]!);
