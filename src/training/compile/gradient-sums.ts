import type { Operation, TensorId } from '../../engine/program';
import type { ProgramBuilder } from './program-builder';

/**
 * Sums the gradients that reach one output from several readers. A share that was made for this sum alone (`give`) may be added to in place;
 * one that others read too (`lend`: an addition passes its own gradient on unchanged) may not, and saves a copy as long as it is the only one.
 */
export class GradientSums {
  private readonly shares = new Map<string, { tensor: TensorId; own: boolean }[]>();

  constructor(
    private readonly builder: ProgramBuilder,
    private readonly operations: Operation[],
  ) {}

  give(layer: string, tensor: TensorId): void {
    this.add(layer, { tensor, own: true });
  }

  lend(layer: string, tensor: TensorId): void {
    this.add(layer, { tensor, own: false });
  }

  /** The whole gradient of a layer's output, once all readers have added theirs; nothing when the loss does not depend on it. */
  take(layer: string): TensorId | undefined {
    const shares = this.shares.get(layer) ?? [];
    const [first, second] = shares;
    if (first === undefined || second === undefined) return first?.tensor;
    const own = shares.find((share) => share.own);
    if (own !== undefined) {
      for (const share of shares) if (share !== own) this.operations.push({ kind: 'accumulate', x: share.tensor, into: own.tensor });
      return own.tensor;
    }
    const sum = this.builder.perSample(`gradient of ${layer}`, this.builder.shapeOf(first.tensor));
    this.operations.push({ kind: 'add', a: first.tensor, b: second.tensor, y: sum });
    for (const share of shares.slice(2)) this.operations.push({ kind: 'accumulate', x: share.tensor, into: sum });
    return sum;
  }

  private add(layer: string, share: { tensor: TensorId; own: boolean }): void {
    const shares = this.shares.get(layer);
    if (shares === undefined) this.shares.set(layer, [share]);
    else shares.push(share);
  }
}
