import type { Comparison } from './comparison';
import type { GatedResNetCase } from './gated-resnet-case';
import type { GatedResNetStep } from './gated-resnet-step';

/** Eight roundings of float32: three settings, and an update's operations. */
const tolerance = 8 * 2 ** -24;

/**
 * Holds both steps of SGD to v ← momentum·v + (g + weightDecay·w), w ← w − learningRate·v, from the computed gradients g and weights w. The error
 * of an entry is relative to the sum of the magnitudes that it is made of, so that a weight decay of 1e-4 shows beside a gradient of 1.
 */
export function compareUpdates({ params, lr, momentum, weightDecay }: GatedResNetCase, step: GatedResNetStep): Comparison[] {
  const weights = Object.keys(params).filter((name) => step.has(`${name}: paramsAfterStep`));
  return weights.flatMap((name) => {
    const tensor = (what: string) => step.get(`${name}: ${what}`)!;
    const before = Float64Array.from(params[name]!.values);
    const [between, after] = [tensor('paramsAfterStep'), tensor('params after step 2')];
    const [g, nextG] = [tensor('grads'), tensor('grads of step 2')];
    const v = before.map((w, i) => g[i]! + weightDecay * w);
    const first = worst(before, v, between, (i) => Math.abs(g[i]!) + weightDecay * Math.abs(before[i]!));
    const nextV = v.map((value, i) => momentum * value + nextG[i]! + weightDecay * between[i]!);
    const second = worst(
      between,
      nextV,
      after,
      (i) => momentum * Math.abs(v[i]!) + Math.abs(nextG[i]!) + weightDecay * Math.abs(between[i]!),
    );
    return [
      { name: `${name}: update`, measure: 'relative error', error: first, tolerance },
      { name: `${name}: update with momentum`, measure: 'relative error', error: second, tolerance },
    ] satisfies Comparison[];
  });

  function worst(before: ArrayLike<number>, v: ArrayLike<number>, after: ArrayLike<number>, magnitude: (entry: number) => number): number {
    let error = 0;
    for (let i = 0; i < before.length; i++) {
      const difference = Math.abs(after[i]! - (before[i]! - lr * v[i]!));
      const relative = difference === 0 ? 0 : difference / (Math.abs(before[i]!) + lr * magnitude(i));
      if (!Number.isFinite(relative)) return Number.POSITIVE_INFINITY;
      error = Math.max(error, relative);
    }
    return error;
  }
}
