import { Random } from '../../src/platform/random';
import { defineGatedResNetStep } from '../../src/scripts/reference/definition/gated-resnet';
import type { GatedResNetCase } from '../../src/scripts/reference/gated-resnet-case';
import type { ReferenceTensor } from '../../src/scripts/reference/tensor';

export interface MadeUp {
  readonly seed: number;
  /** Blocks in each group, and channels. */
  readonly layers: readonly number[];
  readonly channels: readonly number[];
  readonly size: readonly [height: number, width: number];
  readonly samples: number;
}

type Settings = Pick<
  GatedResNetCase,
  'psg' | 'bits' | 'msbBits' | 'msbGradBits' | 'threshold' | 'beta' | 'lr' | 'momentum' | 'weightDecay'
>;

const usual: Settings = {
  ...{ psg: true, bits: 8, msbBits: 4, msbGradBits: 16, threshold: -0.05 },
  ...{ beta: 1e-5, lr: 0.1, momentum: 0.9, weightDecay: 1e-4 },
};

/** A case that the authors' code did not compute: random weights and images, and the step by its definition in float64. */
export function madeUpCase({ seed, layers, channels, size, samples }: MadeUp, settings: Partial<Settings> = {}): GatedResNetCase {
  const random = new Random(seed, 'made-up case');
  const classes = 10;
  const tensor = (shape: number[], value: () => number): ReferenceTensor => ({
    shape,
    values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, value),
  });
  const kernel = (...shape: [number, number, number, number]) => {
    const deviation = Math.sqrt(2 / (shape[0] * shape[1] * shape[2]));
    return tensor(shape, () => deviation * random.normal());
  };
  const params: Record<string, ReferenceTensor> = {};
  const normalization = (name: string, width: number) => {
    params[`${name}.weight`] = tensor([width], () => 1 + 0.1 * random.normal());
    params[`${name}.bias`] = tensor([width], () => 0.1 * random.normal());
  };
  let width = channels[0]!;
  params['conv1.weight'] = kernel(3, 3, 3, width);
  normalization('bn1', width);
  for (const [group, count] of layers.entries())
    for (let index = 0; index < count; index++) {
      const [block, shortcut, outputs] = [`group${group + 1}_layer${index}`, `group${group + 1}_ds${index}`, channels[group]!];
      if (index === 0 && group > 0) {
        params[`${shortcut}.0.weight`] = kernel(1, 1, width, outputs);
        normalization(`${shortcut}.1`, outputs);
      }
      params[`${block}.conv1.weight`] = kernel(3, 3, width, outputs);
      normalization(`${block}.bn1`, outputs);
      params[`${block}.conv2.weight`] = kernel(3, 3, outputs, outputs);
      normalization(`${block}.bn2`, outputs);
      params[`group${group + 1}_gate${index}.1.weight`] = kernel(1, 1, outputs, 10);
      width = outputs;
    }
  const dense = (shape: number[]) => tensor(shape, () => 0.3 * (2 * random.uniform() - 1));
  Object.assign(params, {
    'fc.weight': dense([classes, width]),
    'fc.bias': dense([classes]),
    'control.rnn.weight_ih_l0': dense([40, 10]),
    'control.rnn.weight_hh_l0': dense([40, 10]),
    'control.rnn.bias_ih_l0': dense([40]),
    'control.rnn.bias_hh_l0': dense([40]),
    'control.proj.weight': dense([1, 10]),
    'control.proj.bias': dense([1]),
  });
  const gates = layers.reduce((sum, blocks) => sum + blocks, 0);
  const unknown = { masks: [], gateProbs: [], logits: tensor([0], Number), crossEntropy: 0, loss: 0, grads: {}, paramsAfterStep: {} };
  const given: GatedResNetCase = {
    layers: [...layers],
    ...{ ...usual, ...settings },
    x: tensor([samples, ...size, 3], () => random.normal()),
    labels: Array.from({ length: samples }, () => Math.floor(classes * random.uniform())),
    uniforms: Array.from({ length: gates }, () => tensor([samples, 1], () => random.uniform())),
    params,
    ...unknown,
  };
  const { masks, gateProbs, logits, crossEntropy, loss, grads } = defineGatedResNetStep(given);
  const column = (values: Float64Array): ReferenceTensor => ({ shape: [samples, 1], values: Float32Array.from(values) });
  const like = (values: Float64Array, name: string): ReferenceTensor => ({
    shape: params[name]!.shape,
    values: Float32Array.from(values),
  });
  const stepped = (name: string, gradient: Float64Array) =>
    gradient.map((value, i) => {
      const w = params[name]!.values[i]!;
      return w - given.lr * (value + given.weightDecay * w);
    });
  return {
    ...given,
    masks: masks.map(column),
    gateProbs: gateProbs.map(column),
    logits: { shape: [samples, classes], values: Float32Array.from(logits) },
    ...{ crossEntropy, loss },
    grads: Object.fromEntries([...grads].map(([name, gradient]) => [name, like(gradient, name)])),
    paramsAfterStep: Object.fromEntries([...grads].map(([name, gradient]) => [name, like(stepped(name, gradient), name)])),
  };
}
