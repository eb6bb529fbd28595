import type { Operation, Program, TensorId } from '../../../src/engine/program';
import { applyFixedPoint } from './fixed-point';
import { forEachTap } from './window-taps';

/**
 * A second engine, written to be obviously right: float64, one loop for each sum of the definition, nothing shared with the first.
 * It knows the operations whose shapes vary most; the others are compared with PyTorch's tensors.
 */
export class ReferenceEngine {
  readonly values = new Map<TensorId, Float64Array>();

  constructor(private readonly program: Program) {
    for (const { id, shape, perSample } of program.tensors)
      this.values.set(id, new Float64Array(shape.reduce((product, size) => product * size, perSample ? program.batchSize : 1)));
  }

  run(section: string, batchSamples: number): void {
    for (const operation of this.program.sections[section]!) {
      const list = operation.samples === undefined ? undefined : this.of(operation.samples);
      const samples = list ? Array.from(list.slice(1, 1 + list[0]!)) : Array.from({ length: batchSamples }, (_, sample) => sample);
      this.apply(operation, samples);
    }
  }

  private of(id: TensorId): Float64Array {
    return this.values.get(id)!;
  }

  private shape(id: TensorId): readonly number[] {
    return this.program.tensors.find((tensor) => tensor.id === id)!.shape;
  }

  private isPerSample(id: TensorId): boolean {
    return this.program.tensors.find((tensor) => tensor.id === id)!.perSample;
  }

  /** One sample's values, as a view. */
  private sample(id: TensorId, sample: number): Float64Array {
    const elements = this.shape(id).reduce((product, size) => product * size, 1);
    return this.of(id).subarray(sample * elements, (sample + 1) * elements);
  }

  private apply(operation: Operation, samples: readonly number[]): void {
    switch (operation.kind) {
      case 'conv2d': {
        const { window: g, x, w, y, bias } = operation;
        const [, , inputs, outputs] = this.shape(w) as [number, number, number, number];
        for (const sample of samples) {
          const [image, out, weights] = [this.sample(x, sample), this.sample(y, sample), this.of(w)];
          for (let i = 0; i < out.length; i++) out[i] = bias === undefined ? 0 : this.of(bias)[i % outputs]!;
          forEachTap(g, (row, column, i, j, outputRow, outputColumn) => {
            for (let c = 0; c < inputs; c++)
              for (let o = 0; o < outputs; o++)
                out[(outputRow * g.outputWidth + outputColumn) * outputs + o]! +=
                  image[(row * g.inputWidth + column) * inputs + c]! * weights[((i * g.kernelWidth + j) * inputs + c) * outputs + o]!;
          });
        }
        return;
      }
      case 'conv2dInputGradient': {
        const { window: g, dy, w, dx } = operation;
        const [, , inputs, outputs] = this.shape(w) as [number, number, number, number];
        for (const sample of samples) {
          const [gradient, result, weights] = [this.sample(dy, sample), this.sample(dx, sample).fill(0), this.of(w)];
          forEachTap(g, (row, column, i, j, outputRow, outputColumn) => {
            for (let c = 0; c < inputs; c++)
              for (let o = 0; o < outputs; o++)
                result[(row * g.inputWidth + column) * inputs + c]! +=
                  gradient[(outputRow * g.outputWidth + outputColumn) * outputs + o]! *
                  weights[((i * g.kernelWidth + j) * inputs + c) * outputs + o]!;
          });
        }
        return;
      }
      case 'conv2dWeightGradient': {
        const { window: g, x, dy, dw, dbias } = operation;
        const [, , inputs, outputs] = this.shape(dw) as [number, number, number, number];
        const result = this.of(dw).fill(0);
        for (const sample of samples) {
          const [image, gradient] = [this.sample(x, sample), this.sample(dy, sample)];
          forEachTap(g, (row, column, i, j, outputRow, outputColumn) => {
            for (let c = 0; c < inputs; c++)
              for (let o = 0; o < outputs; o++)
                result[((i * g.kernelWidth + j) * inputs + c) * outputs + o]! +=
                  image[(row * g.inputWidth + column) * inputs + c]! * gradient[(outputRow * g.outputWidth + outputColumn) * outputs + o]!;
          });
        }
        if (dbias !== undefined) this.sumOver(samples, dy, dbias, outputs);
        return;
      }
      case 'depthwiseConv2d':
      case 'depthwiseConv2dInputGradient': {
        const { window: g, w } = operation;
        const [, , channels, multiplier] = this.shape(w) as [number, number, number, number];
        const forward = operation.kind === 'depthwiseConv2d';
        for (const sample of samples) {
          const [image, out] = forward
            ? [this.sample(operation.x, sample), this.sample(operation.y, sample)]
            : [this.sample(operation.dx, sample), this.sample(operation.dy, sample)];
          if (forward)
            for (let i = 0; i < out.length; i++)
              out[i] = operation.bias === undefined ? 0 : this.of(operation.bias)[i % (channels * multiplier)]!;
          else image.fill(0);
          forEachTap(g, (row, column, i, j, outputRow, outputColumn) => {
            for (let c = 0; c < channels; c++)
              for (let k = 0; k < multiplier; k++) {
                const at = (row * g.inputWidth + column) * channels + c;
                const to = ((outputRow * g.outputWidth + outputColumn) * channels + c) * multiplier + k;
                const weight = this.of(w)[((i * g.kernelWidth + j) * channels + c) * multiplier + k]!;
                if (forward) out[to]! += image[at]! * weight;
                else image[at]! += out[to]! * weight;
              }
          });
        }
        return;
      }
      case 'depthwiseConv2dWeightGradient': {
        const { window: g, x, dy, dw, dbias } = operation;
        const [, , channels, multiplier] = this.shape(dw) as [number, number, number, number];
        const result = this.of(dw).fill(0);
        for (const sample of samples) {
          const [image, gradient] = [this.sample(x, sample), this.sample(dy, sample)];
          forEachTap(g, (row, column, i, j, outputRow, outputColumn) => {
            for (let c = 0; c < channels; c++)
              for (let k = 0; k < multiplier; k++)
                result[((i * g.kernelWidth + j) * channels + c) * multiplier + k]! +=
                  image[(row * g.inputWidth + column) * channels + c]! *
                  gradient[((outputRow * g.outputWidth + outputColumn) * channels + c) * multiplier + k]!;
          });
        }
        if (dbias !== undefined) this.sumOver(samples, dy, dbias, channels * multiplier);
        return;
      }
      case 'batchNormalization': {
        const { x, y, gamma, beta } = operation;
        const channels = this.shape(x).at(-1)!;
        if (samples.length === 0) return;
        for (let c = 0; c < channels; c++) {
          const all = samples.flatMap((sample) => Array.from(this.sample(x, sample).filter((_, i) => i % channels === c)));
          const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
          const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length;
          const inverseDeviation = 1 / Math.sqrt(variance + operation.epsilon);
          const correction = operation.unbiasedRunningVariance && all.length > 1 ? all.length / (all.length - 1) : 1;
          this.of(operation.mean)[c] = mean;
          this.of(operation.inverseDeviation)[c] = inverseDeviation;
          const blend = (running: TensorId, value: number) => {
            this.of(running)[c] = operation.momentum * this.of(running)[c]! + (1 - operation.momentum) * value;
          };
          blend(operation.runningMean, mean);
          blend(operation.runningVariance, variance * correction);
          for (const sample of samples) {
            const [image, out] = [this.sample(x, sample), this.sample(y, sample)];
            for (let i = c; i < out.length; i += channels)
              out[i] =
                (image[i]! - mean) * inverseDeviation * (gamma === undefined ? 1 : this.of(gamma)[c]!) +
                (beta === undefined ? 0 : this.of(beta)[c]!);
          }
        }
        return;
      }
      case 'averagePooling2d':
      case 'maxPooling2d': {
        const { x, y, window: g } = operation;
        const channels = this.shape(x).at(-1)!;
        for (const sample of samples)
          for (let c = 0; c < channels; c++) {
            const seen = Array.from({ length: g.outputHeight * g.outputWidth }, () => [] as number[]);
            forEachTap(g, (row, column, _i, _j, outputRow, outputColumn) => {
              seen[outputRow * g.outputWidth + outputColumn]!.push(this.sample(x, sample)[(row * g.inputWidth + column) * channels + c]!);
            });
            seen.forEach((inside, pixel) => {
              const result =
                operation.kind === 'maxPooling2d' ? Math.max(...inside) : inside.reduce((sum, value) => sum + value, 0) / inside.length;
              this.sample(y, sample)[pixel * channels + c] = result;
            });
          }
        return;
      }
      case 'dense': {
        const { x, w, y, bias } = operation;
        const [inputs, outputs] = this.shape(w) as [number, number];
        for (const sample of samples)
          for (let o = 0; o < outputs; o++) {
            let sum = bias === undefined ? 0 : this.of(bias)[o]!;
            for (let i = 0; i < inputs; i++) sum += this.sample(x, sample)[i]! * this.of(w)[i * outputs + o]!;
            this.sample(y, sample)[o] = sum;
          }
        return;
      }
      case 'activation':
        if (operation.function !== 'relu') throw new Error(`The reference does not know ${operation.function}.`);
        for (const sample of samples)
          this.sample(operation.y, sample).set(this.sample(operation.x, sample).map((value) => Math.max(0, value)));
        return;
      case 'accumulate':
        for (const sample of samples) {
          const [x, into] = [this.sample(operation.x, sample), this.sample(operation.into, sample)];
          into.forEach((value, i) => {
            into[i] = value + x[i]!;
          });
        }
        return;
      case 'quantizationRange':
      case 'quantize':
      case 'quantizeWeights':
      case 'conv2dPredictorGradient':
      case 'predictiveGradient':
      case 'sign':
        applyFixedPoint(operation, samples, {
          of: (id) => this.of(id),
          shape: (id) => this.shape(id),
          sample: (id, sample) => (this.isPerSample(id) ? this.sample(id, sample) : this.of(id)),
        });
        return;
      default:
        throw new Error(`The reference does not know ${operation.kind}.`);
    }
  }

  private sumOver(samples: readonly number[], dy: TensorId, dbias: TensorId, channels: number): void {
    const result = this.of(dbias).fill(0);
    for (const sample of samples)
      this.sample(dy, sample).forEach((value, i) => {
        result[i % channels]! += value;
      });
  }
}
