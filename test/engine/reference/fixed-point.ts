import type { Operation, TensorId } from '../../../src/engine/program';
import { forEachTap } from './window-taps';

/** Values and shapes of the reference engine's tensors. */
interface Tensors {
  of(id: TensorId): Float64Array;
  shape(id: TensorId): readonly number[];
  /** One sample's values as a view, or all where samples share them. */
  sample(id: TensorId, sample: number): Float64Array;
}

type FixedPointKind = 'quantizationRange' | 'quantize' | 'quantizeWeights' | 'conv2dPredictorGradient' | 'predictiveGradient' | 'sign';

interface Format {
  readonly bits: number;
  readonly msbBits: number;
  readonly signed: boolean;
}

const { fround } = Math;

/** Ties to even. */
function rounded(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** Full and MSB level of one value, counted from that of zero, and the step between two levels. Rounds to float32 as often as the definition does. */
function levels(x: number, range: number, { bits, msbBits, signed }: Format) {
  const highest = 2 ** bits - 1;
  const clamped = (value: number) => Math.min(Math.max(value, 0), highest);
  const delta = fround((signed ? 2 * range : range) / 2 ** bits);
  const level = rounded(clamped(fround((signed ? fround(x + range) : x) / delta)));
  const step = 2 ** (bits - msbBits);
  const zero = signed ? 2 ** (bits - 1) : 0;
  return { full: level - zero, msb: clamped(rounded(level / step) * step) - zero, delta };
}

export function applyFixedPoint(
  operation: Extract<Operation, { kind: FixedPointKind }>,
  samples: readonly number[],
  tensors: Tensors,
): void {
  switch (operation.kind) {
    case 'quantizationRange': {
      if (samples.length === 0) return;
      const maxima = samples.map((sample) => Math.max(...tensors.sample(operation.x, sample).map(Math.abs)));
      const mean = maxima.reduce((sum, maximum) => sum + maximum, 0) / maxima.length;
      const range = fround(operation.of === 'mean' ? mean : Math.max(...maxima));
      tensors.of(operation.range)[0] = range;
      if (operation.running === undefined) return;
      const running = tensors.of(operation.running);
      running[0] = operation.momentum * running[0]! + (1 - operation.momentum) * range;
      return;
    }
    case 'quantize':
      for (const sample of samples)
        tensors.sample(operation.x, sample).forEach((x, i) => {
          const { full, msb, delta } = levels(x, tensors.of(operation.range)[0]!, operation);
          if (operation.y !== undefined) tensors.sample(operation.y, sample)[i] = full * delta;
          if (operation.msb !== undefined) tensors.sample(operation.msb, sample)[i] = msb * delta;
        });
      return;
    case 'quantizeWeights': {
      const w = tensors.of(operation.w);
      const ranges = Array.from({ length: operation.channels }, (_, channel) =>
        Math.max(...w.filter((_value, i) => i % operation.channels === channel).map(Math.abs)),
      );
      w.forEach((value, i) => {
        const { full, msb, delta } = levels(value, ranges[i % operation.channels]!, { ...operation, signed: true });
        if (operation.y !== undefined) tensors.of(operation.y)[i] = full * delta;
        if (operation.msb !== undefined) tensors.of(operation.msb)[i] = msb * delta;
      });
      return;
    }
    case 'conv2dPredictorGradient': {
      const { x, dy, dw, window: g, bits, signed, gradientBits } = operation;
      const [, , inputs, outputs] = tensors.shape(dw) as [number, number, number, number];
      const [range, gradientRange] = [tensors.of(operation.range)[0]!, tensors.of(operation.gradientRange)[0]!];
      const gradientFormat = { bits: gradientBits, msbBits: gradientBits, signed: true };
      // Whole numbers below 2^53, so exact.
      const sums = tensors.of(dw).fill(0);
      for (const sample of samples) {
        const image = tensors.sample(x, sample).map((value) => levels(value, range, operation).msb);
        const gradient = tensors.sample(dy, sample).map((value) => levels(value, gradientRange, gradientFormat).full);
        forEachTap(g, (row, column, i, j, outputRow, outputColumn) => {
          for (let c = 0; c < inputs; c++)
            for (let o = 0; o < outputs; o++)
              sums[((i * g.kernelWidth + j) * inputs + c) * outputs + o]! +=
                image[(row * g.inputWidth + column) * inputs + c]! * gradient[(outputRow * g.outputWidth + outputColumn) * outputs + o]!;
        });
      }
      const unit = levels(0, range, { bits, msbBits: bits, signed }).delta * levels(0, gradientRange, gradientFormat).delta;
      sums.forEach((sum, i) => {
        sums[i] = fround(sum * unit);
      });
      return;
    }
    case 'predictiveGradient': {
      const [predicted, full] = [tensors.of(operation.predicted), tensors.of(operation.full)];
      const threshold = tensors.of(operation.threshold)[0]!;
      const tau = threshold < 0 ? fround(-threshold * Math.max(...predicted.map(Math.abs))) : threshold;
      const metrics = tensors.of(operation.metrics).fill(0);
      predicted.forEach((guess, i) => {
        const decided = Math.abs(guess) >= tau;
        const chosen = decided ? guess : full[i]!;
        tensors.of(operation.g)[i] = operation.signs ? Math.sign(chosen) : chosen;
        if (decided) metrics[0]! += 1;
        if (decided && Math.sign(guess) !== Math.sign(full[i]!)) metrics[1]! += 1;
      });
      return;
    }
    case 'sign':
      // Of a tensor that samples share it is the same for each of them.
      for (const sample of samples)
        tensors.sample(operation.y, sample).forEach((_, i, y) => {
          y[i] = Math.sign(tensors.sample(operation.x, sample)[i]!);
        });
  }
}
