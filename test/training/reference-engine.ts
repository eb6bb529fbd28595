// biome-ignore-all lint/suspicious/noAssignInExpressions: sums over nested loops read best as one line each
import type { Engine, Executable } from '../../src/engine/engine';
import type { ActivationFunction, Operation, Program, TensorId, Window } from '../../src/engine/program';
import { performGateOperation } from './reference-gates';

/**
 * The operations of a program by their definitions, in plain loops over float64: slow, and written without a look at the kernels.
 * Compiled networks are checked on it by finite differences, which need more digits than float32 has.
 */
export class ReferenceEngine implements Engine {
  readonly description = { name: 'local', build: 'reference', simd: 'none', threads: 1 } as const;

  requireRoom(): void {}

  async compile(program: Program): Promise<ReferenceExecutable> {
    return new ReferenceExecutable(program);
  }

  async dispose(): Promise<void> {}
}

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

export class ReferenceExecutable implements Executable {
  readonly memoryBytes = 0;
  /** Values of each tensor, float64. Open to tests, which nudge single weights by less than a float32 could hold. */
  readonly values: Float64Array[];

  constructor(private readonly program: Program) {
    this.values = program.tensors.map(({ shape, perSample }) => new Float64Array(product(shape) * (perSample ? program.batchSize : 1)));
  }

  write(tensor: TensorId, values: Float32Array | Int32Array): void {
    this.values[tensor]!.set(values);
  }

  read(tensor: TensorId, samples = this.program.batchSize): Float32Array | Int32Array {
    const { perSample, shape, type } = this.program.tensors[tensor]!;
    const values = perSample ? this.values[tensor]!.subarray(0, samples * product(shape)) : this.values[tensor]!;
    return type === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
  }

  run(section: string, samples: number): void {
    for (const operation of this.program.sections[section]!) {
      if (operation.samples === undefined) this.perform(operation, samples);
      else this.performOnListed(operation, operation.samples);
    }
  }

  /** Listed samples are brought to the front, worked on as a smaller batch, and put back. */
  private performOnListed(operation: Operation, list: TensorId): void {
    const [count = 0, ...entries] = this.values[list]!;
    const indices = entries.slice(0, count);
    const numbers = ['gate', 'offset', 'top', 'left', 'rate', 'momentum', 'epsilon', 'samples'];
    const used = Object.entries(operation).flatMap(([field, id]) =>
      typeof id === 'number' && !numbers.includes(field) && this.program.tensors[id]?.perSample ? [id] : [],
    );
    const ids = [...new Set(used)];
    const whole = ids.map((id) => this.values[id]!);
    const rows = (id: TensorId, values: Float64Array, sample: number) =>
      values.subarray(sample * this.size(id), (sample + 1) * this.size(id));
    ids.forEach((id, place) => {
      const front = new Float64Array(whole[place]!.length);
      indices.forEach((sample, row) => {
        rows(id, front, row).set(rows(id, whole[place]!, sample));
      });
      this.values[id] = front;
    });
    if (count > 0 || !operation.kind.startsWith('batchNormalization')) this.perform(operation, count);
    ids.forEach((id, place) => {
      indices.forEach((sample, row) => {
        rows(id, whole[place]!, sample).set(rows(id, this.values[id]!, row));
      });
      this.values[id] = whole[place]!;
    });
  }

  dispose(): void {}

  private size(tensor: TensorId): number {
    return product(this.program.tensors[tensor]!.shape);
  }

  private last(tensor: TensorId): number {
    return this.program.tensors[tensor]!.shape.at(-1)!;
  }

  private perform(op: Operation, n: number) {
    const v = (tensor: TensorId) => this.values[tensor]!;
    const optional = (tensor: TensorId | undefined) => (tensor === undefined ? undefined : this.values[tensor]!);
    const each = (count: number, body: (index: number) => void) => {
      for (let index = 0; index < count; index++) body(index);
    };
    switch (op.kind) {
      case 'conv2d': {
        const [c, f] = [this.last(op.x), this.last(op.y)];
        const [x, w, y, bias] = [v(op.x), v(op.w), v(op.y), optional(op.bias)];
        each(n * this.size(op.y), (i) => {
          y[i] = bias ? bias[i % f]! : 0;
        });
        return taps(op.window, n, (inPixel, outPixel, tap) =>
          each(c, (i) => each(f, (o) => (y[outPixel * f + o]! += x[inPixel * c + i]! * w[(tap * c + i) * f + o]!))),
        );
      }
      case 'conv2dInputGradient': {
        const [c, f] = [this.last(op.dx), this.last(op.dy)];
        const [dx, w, dy] = [v(op.dx), v(op.w), v(op.dy)];
        dx.fill(0);
        return taps(op.window, n, (inPixel, outPixel, tap) =>
          each(c, (i) => each(f, (o) => (dx[inPixel * c + i]! += dy[outPixel * f + o]! * w[(tap * c + i) * f + o]!))),
        );
      }
      case 'conv2dWeightGradient': {
        const [c, f] = [this.last(op.x), this.last(op.dy)];
        const [x, dw, dy] = [v(op.x), v(op.dw), v(op.dy)];
        dw.fill(0);
        sumRows(dy, n * this.size(op.dy), optional(op.dbias));
        return taps(op.window, n, (inPixel, outPixel, tap) =>
          each(c, (i) => each(f, (o) => (dw[(tap * c + i) * f + o]! += dy[outPixel * f + o]! * x[inPixel * c + i]!))),
        );
      }
      case 'depthwiseConv2d': {
        const [c, f] = [this.last(op.x), this.last(op.y)];
        const [x, w, y, bias] = [v(op.x), v(op.w), v(op.y), optional(op.bias)];
        each(n * this.size(op.y), (i) => {
          y[i] = bias ? bias[i % f]! : 0;
        });
        return taps(op.window, n, (inPixel, outPixel, tap) =>
          each(f, (o) => (y[outPixel * f + o]! += x[inPixel * c + Math.floor(o / (f / c))]! * w[tap * f + o]!)),
        );
      }
      case 'depthwiseConv2dInputGradient': {
        const [c, f] = [this.last(op.dx), this.last(op.dy)];
        const [dx, w, dy] = [v(op.dx), v(op.w), v(op.dy)];
        dx.fill(0);
        return taps(op.window, n, (inPixel, outPixel, tap) =>
          each(f, (o) => (dx[inPixel * c + Math.floor(o / (f / c))]! += dy[outPixel * f + o]! * w[tap * f + o]!)),
        );
      }
      case 'depthwiseConv2dWeightGradient': {
        const [c, f] = [this.last(op.x), this.last(op.dy)];
        const [x, dw, dy] = [v(op.x), v(op.dw), v(op.dy)];
        dw.fill(0);
        sumRows(dy, n * this.size(op.dy), optional(op.dbias));
        return taps(op.window, n, (inPixel, outPixel, tap) =>
          each(f, (o) => (dw[tap * f + o]! += dy[outPixel * f + o]! * x[inPixel * c + Math.floor(o / (f / c))]!)),
        );
      }
      case 'dense': {
        const [c, f] = [this.size(op.x), this.size(op.y)];
        const [x, w, y, bias] = [v(op.x), v(op.w), v(op.y), optional(op.bias)];
        return each(n, (s) =>
          each(f, (o) => {
            let sum = bias?.[o] ?? 0;
            each(c, (i) => (sum += x[s * c + i]! * w[i * f + o]!));
            y[s * f + o] = sum;
          }),
        );
      }
      case 'denseInputGradient': {
        const [c, f] = [this.size(op.dx), this.size(op.dy)];
        const [dx, w, dy] = [v(op.dx), v(op.w), v(op.dy)];
        return each(n, (s) =>
          each(c, (i) => {
            let sum = 0;
            each(f, (o) => (sum += dy[s * f + o]! * w[i * f + o]!));
            dx[s * c + i] = sum;
          }),
        );
      }
      case 'denseWeightGradient': {
        const [c, f] = [this.size(op.x), this.size(op.dy)];
        const [x, dw, dy] = [v(op.x), v(op.dw), v(op.dy)];
        dw.fill(0);
        sumRows(dy, n * f, optional(op.dbias));
        return each(n, (s) => each(c, (i) => each(f, (o) => (dw[i * f + o]! += dy[s * f + o]! * x[s * c + i]!))));
      }
      case 'batchNormalization': {
        const c = this.last(op.x);
        const count = (n * this.size(op.x)) / c;
        const [x, y] = [v(op.x), v(op.y)];
        return each(c, (k) => {
          let mean = 0;
          each(count, (i) => (mean += x[i * c + k]! / count));
          let variance = 0;
          each(count, (i) => (variance += (x[i * c + k]! - mean) ** 2 / count));
          const inverse = 1 / Math.sqrt(variance + op.epsilon);
          v(op.mean)[k] = mean;
          v(op.inverseDeviation)[k] = inverse;
          const kept = op.momentum;
          const running = op.unbiasedRunningVariance && count > 1 ? (variance * count) / (count - 1) : variance;
          v(op.runningMean)[k] = kept * v(op.runningMean)[k]! + (1 - kept) * mean;
          v(op.runningVariance)[k] = kept * v(op.runningVariance)[k]! + (1 - kept) * running;
          each(count, (i) => {
            y[i * c + k] = (x[i * c + k]! - mean) * inverse * (optional(op.gamma)?.[k] ?? 1) + (optional(op.beta)?.[k] ?? 0);
          });
        });
      }
      case 'batchNormalizationGradient': {
        const c = this.last(op.x);
        const count = (n * this.size(op.x)) / c;
        const [x, dy, dx] = [v(op.x), v(op.dy), v(op.dx)];
        return each(c, (k) => {
          const [mean, inverse, gamma] = [v(op.mean)[k]!, v(op.inverseDeviation)[k]!, optional(op.gamma)?.[k] ?? 1];
          let sum = 0;
          let sumNormalised = 0;
          each(count, (i) => {
            sum += dy[i * c + k]!;
            sumNormalised += dy[i * c + k]! * (x[i * c + k]! - mean) * inverse;
          });
          if (op.dgamma !== undefined) v(op.dgamma)[k] = sumNormalised;
          if (op.dbeta !== undefined) v(op.dbeta)[k] = sum;
          each(count, (i) => {
            const normalised = (x[i * c + k]! - mean) * inverse;
            dx[i * c + k] = gamma * inverse * (dy[i * c + k]! - sum / count - (normalised * sumNormalised) / count);
          });
        });
      }
      case 'batchNormalizationInference': {
        const c = this.last(op.x);
        const [x, y] = [v(op.x), v(op.y)];
        return each(n * this.size(op.x), (i) => {
          const k = i % c;
          const normalised = (x[i]! - v(op.runningMean)[k]!) / Math.sqrt(v(op.runningVariance)[k]! + op.epsilon);
          y[i] = normalised * (optional(op.gamma)?.[k] ?? 1) + (optional(op.beta)?.[k] ?? 0);
        });
      }
      case 'activation':
        return each(n * this.size(op.x), (i) => {
          v(op.y)[i] = activation(op.function, v(op.x)[i]!);
        });
      case 'activationGradient':
        return each(n * this.size(op.y), (i) => {
          v(op.dx)[i] = v(op.dy)[i]! * slope(op.function, v(op.y)[i]!);
        });
      case 'add':
        return each(n * this.size(op.y), (i) => {
          v(op.y)[i] = v(op.a)[i]! + v(op.b)[i]!;
        });
      case 'maxPooling2d': {
        const c = this.last(op.x);
        v(op.y).fill(Number.NEGATIVE_INFINITY);
        return taps(op.window, n, (inPixel, outPixel) =>
          each(c, (k) => (v(op.y)[outPixel * c + k] = Math.max(v(op.y)[outPixel * c + k]!, v(op.x)[inPixel * c + k]!))),
        );
      }
      case 'maxPooling2dGradient': {
        const c = this.last(op.x);
        v(op.dx).fill(0);
        const taken = new Set<number>();
        return taps(op.window, n, (inPixel, outPixel) =>
          each(c, (k) => {
            const out = outPixel * c + k;
            if (taken.has(out) || v(op.x)[inPixel * c + k] !== v(op.y)[out]) return;
            taken.add(out);
            v(op.dx)[inPixel * c + k]! += v(op.dy)[out]!;
          }),
        );
      }
      case 'averagePooling2d': {
        const c = this.last(op.x);
        const counts = windowCounts(op.window);
        v(op.y).fill(0);
        return taps(op.window, n, (inPixel, outPixel) =>
          each(c, (k) => (v(op.y)[outPixel * c + k]! += v(op.x)[inPixel * c + k]! / counts[outPixel % counts.length]!)),
        );
      }
      case 'averagePooling2dGradient': {
        const c = this.last(op.dx);
        const counts = windowCounts(op.window);
        v(op.dx).fill(0);
        return taps(op.window, n, (inPixel, outPixel) =>
          each(c, (k) => (v(op.dx)[inPixel * c + k]! += v(op.dy)[outPixel * c + k]! / counts[outPixel % counts.length]!)),
        );
      }
      case 'globalAveragePooling2d': {
        const [size, c] = [this.size(op.x), this.last(op.x)];
        v(op.y).fill(0);
        return each(n * size, (i) => (v(op.y)[Math.floor(i / size) * c + (i % c)]! += (v(op.x)[i]! * c) / size));
      }
      case 'globalAveragePooling2dGradient': {
        const [size, c] = [this.size(op.dx), this.last(op.dx)];
        return each(n * size, (i) => {
          v(op.dx)[i] = (v(op.dy)[Math.floor(i / size) * c + (i % c)]! * c) / size;
        });
      }
      case 'zeroPadding2d':
        v(op.y).fill(0);
        return this.padded(op.x, op.y, op, n, (inside, outside) => {
          v(op.y)[outside] = v(op.x)[inside]!;
        });
      case 'zeroPadding2dGradient':
        return this.padded(op.dx, op.dy, op, n, (inside, outside) => {
          v(op.dx)[inside] = v(op.dy)[outside]!;
        });
      case 'concatenatePart':
        return this.parted(op.part, op.whole, op.offset, n, (part, whole) => {
          v(op.whole)[whole] = v(op.part)[part]!;
        });
      case 'concatenatePartGradient':
        return this.parted(op.dpart, op.dwhole, op.offset, n, (part, whole) => {
          v(op.dpart)[part] = v(op.dwhole)[whole]!;
        });
      case 'dropout':
      case 'dropoutGradient': {
        const [from, to] = op.kind === 'dropout' ? [op.x, op.y] : [op.dy, op.dx];
        const seed = v(op.seed)[0]!;
        return each(n * this.size(from), (i) => {
          v(to)[i] = noise(seed, i) < op.rate ? 0 : v(from)[i]! / (1 - op.rate);
        });
      }
      case 'copy':
        return v(op.y).set(v(op.x).subarray(0, n * this.size(op.x)));
      case 'accumulate':
        return v(op.into).forEach((value, i) => {
          v(op.into)[i] = value + v(op.x)[i]!;
        });
      case 'softmax':
        return each(n, (s) => v(op.y).set(softmax(v(op.x), s, this.size(op.x)), s * this.size(op.x)));
      case 'softmaxCrossEntropy': {
        const classes = this.size(op.logits);
        const metrics = v(op.metrics).fill(0);
        return each(n, (s) => {
          const row = softmax(v(op.logits), s, classes);
          const label = v(op.labels)[s]!;
          const higher = row.filter((value) => value > row[label]!).length;
          metrics[0]! -= Math.log(row[label]!) / n;
          if (higher < 1) metrics[1]! += 1;
          if (higher < 5) metrics[2]! += 1;
          if (op.dlogits === undefined) return;
          row.forEach((value, k) => {
            v(op.dlogits!)[s * classes + k] = (value - (k === label ? 1 : 0)) / n;
          });
        });
      }
      case 'lstmCell':
      case 'lstmCellGradient':
      case 'gate':
      case 'listSamples':
      case 'mixSamples':
      case 'maskGradient':
      case 'gateCost':
      case 'gateGradient':
      case 'gateMean':
        return performGateOperation(op, n, v, (tensor) => this.size(tensor));
      case 'sgdMomentum':
        return v(op.w).forEach((value, i) => {
          const velocity = op.momentum * v(op.v)[i]! + v(op.g)[i]! + op.weightDecay * value;
          v(op.v)[i] = velocity;
          v(op.w)[i] = value - v(op.learningRate)[0]! * velocity;
        });
    }
  }

  /** Pairs of an element of a small image and its place in the larger, zero-bordered one. */
  private padded(
    small: TensorId,
    large: TensorId,
    offset: { readonly top: number; readonly left: number },
    n: number,
    body: (inside: number, outside: number) => void,
  ): void {
    const [h, w, c] = this.program.tensors[small]!.shape as [number, number, number];
    const [H, W] = this.program.tensors[large]!.shape as [number, number];
    for (let i = 0; i < n * h * w * c; i++) {
      const [k, column, row, sample] = [i % c, Math.floor(i / c) % w, Math.floor(i / (c * w)) % h, Math.floor(i / (c * w * h))];
      body(i, ((sample * H + row + offset.top) * W + column + offset.left) * c + k);
    }
  }

  private parted(part: TensorId, whole: TensorId, offset: number, n: number, body: (part: number, whole: number) => void): void {
    const [c, C] = [this.last(part), this.last(whole)];
    for (let i = 0; i < n * this.size(part); i++) body(i, Math.floor(i / c) * C + offset + (i % c));
  }
}

/** Every pair of an input pixel and an output pixel that a window joins, with the number of the window's tap, in row-major order of taps. */
function taps(w: Window, n: number, body: (inPixel: number, outPixel: number, tap: number) => void): void {
  for (let s = 0; s < n; s++)
    for (let oh = 0; oh < w.outputHeight; oh++)
      for (let ow = 0; ow < w.outputWidth; ow++)
        for (let kh = 0; kh < w.kernelHeight; kh++)
          for (let kw = 0; kw < w.kernelWidth; kw++) {
            const ih = oh * w.strideHeight + kh * w.dilationHeight - w.padTop;
            const iw = ow * w.strideWidth + kw * w.dilationWidth - w.padLeft;
            if (ih < 0 || iw < 0 || ih >= w.inputHeight || iw >= w.inputWidth) continue;
            body((s * w.inputHeight + ih) * w.inputWidth + iw, (s * w.outputHeight + oh) * w.outputWidth + ow, kh * w.kernelWidth + kw);
          }
}

/** Pixels inside the image that each output pixel's window covers. */
function windowCounts(window: Window): number[] {
  const counts = new Array<number>(window.outputHeight * window.outputWidth).fill(0);
  taps(window, 1, (_, outPixel) => {
    counts[outPixel]! += 1;
  });
  return counts;
}

function sumRows(dy: Float64Array, count: number, into?: Float64Array): void {
  if (into === undefined) return;
  into.fill(0);
  for (let i = 0; i < count; i++) into[i % into.length]! += dy[i]!;
}

function softmax(logits: Float64Array, sample: number, classes: number): number[] {
  const row = [...logits.subarray(sample * classes, (sample + 1) * classes)];
  const highest = Math.max(...row);
  const powers = row.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

function activation(name: ActivationFunction, x: number): number {
  if (name === 'relu') return Math.max(0, x);
  if (name === 'relu6') return Math.min(6, Math.max(0, x));
  return name === 'sigmoid' ? 1 / (1 + Math.exp(-x)) : Math.tanh(x);
}

function slope(name: ActivationFunction, y: number): number {
  if (name === 'relu') return y > 0 ? 1 : 0;
  if (name === 'relu6') return y > 0 && y < 6 ? 1 : 0;
  return name === 'sigmoid' ? y * (1 - y) : 1 - y * y;
}

/** A number in [0, 1) that depends on both arguments alone. */
function noise(seed: number, index: number): number {
  const value = Math.sin(seed * 12.9898 + index * 78.233) * 43758.5453;
  return value - Math.floor(value);
}
