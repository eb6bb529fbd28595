import type { Operation, Program, TensorId, TensorRole, Window } from '../../src/engine/program';

/** The network of fixtures/make_residual_step.py as a program, temporaries and all; `ids` finds tensors by name. */
export interface ResidualProgramOptions {
  readonly batchSize: number;
  readonly size: number;
  readonly classes: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

export function residualProgram(options: ResidualProgramOptions): { program: Program; ids: Map<string, TensorId> } {
  const { batchSize, size, classes, epsilon, momentum, weightDecay } = options;
  const tensors: Program['tensors'][number][] = [];
  const forward: Operation[] = [];
  const backward: (() => void)[] = [];
  const gradientOperations: Operation[] = [];
  const update: Operation[] = [];
  const ids = new Map<string, TensorId>();

  const tensor = (name: string, role: TensorRole, perSample: boolean, shape: readonly number[], type: 'float32' | 'int32' = 'float32') => {
    const id = tensors.length;
    tensors.push({ id, name, role, perSample, shape, type });
    ids.set(name, id);
    return id;
  };
  const learningRate = tensor('learning rate', 'state', false, [1]);

  interface Value {
    readonly id: TensorId;
    readonly gradient: TensorId;
    readonly shape: readonly number[];
    /** Whether something already wrote the gradient. */
    written: boolean;
  }
  const value = (name: string, shape: readonly number[]): Value => ({
    id: tensor(name, 'temporary', true, shape),
    gradient: tensor(`gradient of ${name}`, 'temporary', true, shape),
    shape,
    written: false,
  });
  /** Hands the operation a place for a share of the gradient, and adds the share where there is one already. */
  const give = (to: Value, operation: (dx: TensorId) => Operation) => {
    const share = to.written ? tensor(`share of the gradient of ${to.id}`, 'temporary', true, to.shape) : to.gradient;
    gradientOperations.push(operation(share));
    if (to.written) gradientOperations.push({ kind: 'accumulate', x: share, into: to.gradient });
    to.written = true;
  };
  const parameter = (name: string, shape: readonly number[]) => {
    const w = tensor(name, 'parameter', false, shape);
    const v = tensor(`momentum of ${name}`, 'state', false, shape);
    const g = tensor(`gradient of ${name}`, 'output', false, shape);
    update.push({ kind: 'sgdMomentum', w, g, v, learningRate, momentum, weightDecay });
    return { w, g };
  };

  const convolution = (
    name: string,
    x: Value,
    outputs: number,
    kernel: number,
    stride: number,
    pad: number,
    needsInputGradient = true,
  ): Value => {
    const [height, width, channels] = x.shape as [number, number, number];
    const output = (input: number) => Math.floor((input + 2 * pad - kernel) / stride) + 1;
    const window: Window = {
      inputHeight: height,
      inputWidth: width,
      outputHeight: output(height),
      outputWidth: output(width),
      kernelHeight: kernel,
      kernelWidth: kernel,
      strideHeight: stride,
      strideWidth: stride,
      dilationHeight: 1,
      dilationWidth: 1,
      padTop: pad,
      padLeft: pad,
    };
    const y = value(`${name} output`, [window.outputHeight, window.outputWidth, outputs]);
    const { w, g } = parameter(`${name}/kernel`, [kernel, kernel, channels, outputs]);
    forward.push({ kind: 'conv2d', x: x.id, w, y: y.id, window });
    backward.push(() => {
      gradientOperations.push({ kind: 'conv2dWeightGradient', x: x.id, dy: y.gradient, dw: g, window });
      if (needsInputGradient) give(x, (dx) => ({ kind: 'conv2dInputGradient', dy: y.gradient, w, dx, window }));
    });
    return y;
  };
  const normalized = (name: string, x: Value): Value => {
    const channels = [x.shape.at(-1)!];
    const y = value(`${name} normalized`, x.shape);
    const gamma = parameter(`${name}/gamma`, channels);
    const beta = parameter(`${name}/beta`, channels);
    const mean = tensor(`${name} mean`, 'temporary', false, channels);
    const inverseDeviation = tensor(`${name} inverse deviation`, 'temporary', false, channels);
    const runningMean = tensor(`${name} running mean`, 'state', false, channels);
    const runningVariance = tensor(`${name} running variance`, 'state', false, channels);
    const running = { runningMean, runningVariance, momentum: 0.9, epsilon, unbiasedRunningVariance: true };
    forward.push({ kind: 'batchNormalization', x: x.id, gamma: gamma.w, beta: beta.w, y: y.id, mean, inverseDeviation, ...running });
    backward.push(() =>
      give(x, (dx) => ({
        kind: 'batchNormalizationGradient',
        x: x.id,
        dy: y.gradient,
        gamma: gamma.w,
        mean,
        inverseDeviation,
        dx,
        dgamma: gamma.g,
        dbeta: beta.g,
      })),
    );
    return y;
  };
  const relu = (x: Value): Value => {
    const y = value(`relu of ${x.id}`, x.shape);
    forward.push({ kind: 'activation', function: 'relu', x: x.id, y: y.id });
    backward.push(() => give(x, (dx) => ({ kind: 'activationGradient', function: 'relu', y: y.id, dy: y.gradient, dx })));
    return y;
  };
  const sum = (a: Value, b: Value): Value => {
    const y = value(`sum of ${a.id} and ${b.id}`, a.shape);
    forward.push({ kind: 'add', a: a.id, b: b.id, y: y.id });
    backward.push(() => {
      for (const part of [a, b]) give(part, (dx) => ({ kind: 'copy', x: y.gradient, y: dx }));
    });
    return y;
  };

  const images: Value = { id: tensor('images', 'input', true, [size, size, 3]), gradient: -1, shape: [size, size, 3], written: false };
  const labels = tensor('labels', 'input', true, [1], 'int32');
  let x = relu(normalized('stem', convolution('stem', images, 16, 3, 1, 1, false)));
  const a1 = relu(normalized('a1', convolution('a1', x, 16, 3, 1, 1)));
  x = relu(sum(x, normalized('a2', convolution('a2', a1, 16, 3, 1, 1))));
  const b1 = relu(normalized('b1', convolution('b1', x, 32, 3, 2, 1)));
  const b2 = normalized('b2', convolution('b2', b1, 32, 3, 1, 1));
  x = relu(sum(convolution('projection', x, 32, 1, 2, 0), b2));
  const features = value('features', [32]);
  const last = x;
  forward.push({ kind: 'globalAveragePooling2d', x: last.id, y: features.id });
  backward.push(() => give(last, (dx) => ({ kind: 'globalAveragePooling2dGradient', dy: features.gradient, dx })));
  const logits = value('logits', [classes]);
  const dense = parameter('dense/kernel', [32, classes]);
  const bias = parameter('dense/bias', [classes]);
  forward.push({ kind: 'dense', x: features.id, w: dense.w, bias: bias.w, y: logits.id });
  backward.push(() => {
    gradientOperations.push({ kind: 'denseWeightGradient', x: features.id, dy: logits.gradient, dw: dense.g, dbias: bias.g });
    give(features, (dx) => ({ kind: 'denseInputGradient', dy: logits.gradient, w: dense.w, dx }));
  });
  const metrics = tensor('metrics', 'output', false, [3]);
  forward.push({ kind: 'softmaxCrossEntropy', logits: logits.id, labels, metrics, dlogits: logits.gradient });
  for (const emit of backward.reverse()) emit();
  return { program: { batchSize, tensors, sections: { train: [...forward, ...gradientOperations, ...update] } }, ids };
}
