import type { Operation, TensorId } from '../../engine/program';
import { on } from './on-samples';
import type { ProgramBuilder } from './program-builder';

/** A part of the gradient of one output. */
interface Share {
  readonly tensor: TensorId;
  /** Made for this sum alone, so that others may be added to it in place. */
  readonly own: boolean;
  /** The list of samples for which it holds values; none for all. */
  readonly samples: TensorId | undefined;
  /** Of a second pass through the layer, which is kept out of the sum. */
  readonly apart: boolean;
}

/** Gradient of an output's mean over its pixels, one value for each channel, of which each pixel has its part. */
export interface OfMean {
  readonly tensor: TensorId;
  /** Of the output. */
  readonly shape: readonly number[];
}

/** What `take` may be asked for beside the sum of a layer's gradient. */
interface Wanted {
  /** The list of samples for which the layer has an output; none for all. Some share holds values for all of them. */
  readonly samples?: TensorId | undefined;
  /** Whether the tensor will be written to, so that nobody else may read it. */
  readonly toChange?: boolean;
}

/**
 * Sums the gradients that reach one output from several readers. A share that was made for this sum alone (`give`) may be added to in place;
 * one that others read too (`lend`: an addition passes its own gradient on unchanged) may not, and saves a copy as long as it is the only one.
 * Shares may hold values for listed samples alone: those that ran through a gated block, and those that did not.
 */
export class GradientSums {
  private readonly shares = new Map<string, Share[]>();
  private readonly ofMeans = new Map<string, OfMean>();

  constructor(
    private readonly builder: ProgramBuilder,
    private readonly operations: Operation[],
  ) {}

  give(layer: string, tensor: TensorId, samples?: TensorId, apart = false): void {
    this.add(layer, { tensor, own: true, samples, apart });
  }

  lend(layer: string, tensor: TensorId, samples?: TensorId): void {
    this.add(layer, { tensor, own: false, samples, apart: false });
  }

  giveOfMean(layer: string, { tensor, shape }: OfMean): void {
    const before = this.ofMeans.get(layer);
    if (before) this.operations.push({ kind: 'accumulate', x: tensor, into: before.tensor });
    else this.ofMeans.set(layer, { tensor, shape });
  }

  /** Takes what `giveOfMean` gave out of the sum. */
  takeOfMean(layer: string): OfMean | undefined {
    const ofMean = this.ofMeans.get(layer);
    this.ofMeans.delete(layer);
    return ofMean;
  }

  /** The whole gradient of a layer's output, once all readers have added theirs; nothing when the loss does not depend on it. */
  take(layer: string, { samples, toChange = false }: Wanted = {}): TensorId | undefined {
    const ofMean = this.takeOfMean(layer);
    if (ofMean !== undefined) this.give(layer, this.spread(ofMean, samples), samples);
    const shares = (this.shares.get(layer) ?? []).filter(({ apart }) => !apart);
    const [only, ...others] = shares;
    if (only === undefined || (others.length === 0 && (only.own || !toChange))) return only?.tensor;
    const whole = shares.filter((share) => share.samples === samples);
    const own = whole.find((share) => share.own);
    const sum = own?.tensor ?? this.builder.perSample(`gradient of ${layer}`, this.builder.shapeOf(only.tensor));
    const [a, b] = whole;
    const summed = own ? [own] : [a, b];
    if (!own && b) this.operations.push({ kind: 'add', a: a!.tensor, b: b.tensor, y: sum, ...on(samples) });
    else if (!own) this.operations.push({ kind: 'copy', x: a!.tensor, y: sum, ...on(samples) });
    this.accumulate(
      shares.filter((share) => !summed.includes(share)),
      sum,
    );
    return sum;
  }

  /** The gradient that was given apart. */
  takeApart(layer: string): TensorId | undefined {
    return this.shares.get(layer)?.find(({ apart }) => apart)?.tensor;
  }

  /**
   * Adds the shares that hold values for the listed samples to a tensor of all samples, which becomes a share itself: the gradient of the input
   * of a block that some samples skipped.
   */
  join(layer: string, listed: TensorId, into: TensorId): void {
    const shares = this.shares.get(layer) ?? [];
    const joined = shares.filter(({ samples }) => samples === listed);
    this.accumulate(joined, into);
    const rest = shares.filter((share) => !joined.includes(share));
    this.shares.set(layer, [...rest, { tensor: into, own: true, samples: undefined, apart: false }]);
  }

  /** An image in which each pixel has its part of the gradient of the mean. */
  spread({ tensor, shape }: OfMean, samples?: TensorId): TensorId {
    const dx = this.builder.perSample(`${this.builder.nameOf(tensor)} on each pixel`, shape);
    this.operations.push({ kind: 'globalAveragePooling2dGradient', dy: tensor, dx, ...on(samples) });
    return dx;
  }

  private accumulate(shares: readonly Share[], into: TensorId): void {
    for (const { tensor, samples } of shares) this.operations.push({ kind: 'accumulate', x: tensor, into, ...on(samples) });
  }

  private add(layer: string, share: Share): void {
    const shares = this.shares.get(layer);
    if (shares === undefined) this.shares.set(layer, [share]);
    else shares.push(share);
  }
}
