import type { Operation, TensorId } from '../../engine/program';
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

/**
 * Sums the gradients that reach one output from several readers. A share that was made for this sum alone (`give`) may be added to in place;
 * one that others read too (`lend`: an addition passes its own gradient on unchanged) may not, and saves a copy as long as it is the only one.
 * Shares may hold values for listed samples alone: those that ran through a gated block, and those that did not.
 */
export class GradientSums {
  private readonly shares = new Map<string, Share[]>();

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

  /**
   * The whole gradient of a layer's output, once all readers have added theirs; nothing when the loss does not depend on it.
   * @param samples the list of samples for which the layer has an output; none for all. Some share holds values for all of them.
   */
  take(layer: string, samples?: TensorId): TensorId | undefined {
    const shares = (this.shares.get(layer) ?? []).filter(({ apart }) => !apart);
    if (shares.length <= 1) return shares[0]?.tensor;
    const whole = shares.filter((share) => share.samples === samples);
    const own = whole.find((share) => share.own);
    const sum = own?.tensor ?? this.builder.perSample(`gradient of ${layer}`, this.builder.shapeOf(shares[0]!.tensor));
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
   * Makes one whole share of those that hold values for the listed samples, with the values of `others` for the samples that the second list
   * names: the gradient of the input of a block that some samples skipped.
   */
  join(layer: string, listed: TensorId, rest: TensorId, others: TensorId): void {
    const shares = this.shares.get(layer) ?? [];
    const joined = shares.filter(({ samples }) => samples === listed);
    const [first] = joined;
    if (first === undefined) return;
    const own = joined.find((share) => share.own);
    const sum = own?.tensor ?? this.builder.perSample(`gradient of ${layer}`, this.builder.shapeOf(first.tensor));
    if (!own) this.operations.push({ kind: 'copy', x: first.tensor, y: sum, samples: listed });
    this.accumulate(
      joined.filter((share) => share !== (own ?? first)),
      sum,
    );
    this.operations.push({ kind: 'copy', x: others, y: sum, samples: rest });
    this.shares.set(layer, [
      ...shares.filter((share) => !joined.includes(share)),
      { tensor: sum, own: true, samples: undefined, apart: false },
    ]);
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

const on = (samples: TensorId | undefined) => (samples === undefined ? {} : { samples });
