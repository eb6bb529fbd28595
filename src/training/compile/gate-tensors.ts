import type { GateGradientEstimator } from '../../engine/gate-operations';
import type { TensorId } from '../../engine/program';
import type { GatedBlock } from '../../network/gated-blocks';
import type { Savers } from '../../protocol/configuration';
import type { ProgramBuilder } from './program-builder';

/** Features that a gate's 1×1 convolution makes, and cells of the LSTM that all gates share (E2-Train, section 3.2, and the authors' code). */
export const gateFeatures = 10;

/** How gated blocks are trained. */
export type Gating =
  | {
      /** Selective layer update: a gate decides for each sample. */
      readonly kind: 'slu';
      /** Which blocks have gates; absent: all but the first. */
      readonly blocks?: Savers['slu']['blocks'];
      /** `skip` computes a block for its samples alone; `masked` for all, and mixes after (the authors' code): for checks. */
      readonly execution: 'skip' | 'masked';
      readonly estimator: GateGradientEstimator;
      /** L2 weight decay of the gates' weights. */
      readonly weightDecay: number;
      /** The gates' 1×1 convolutions compute and learn as the network's do, in fixed point and by signs (the authors' code). Absent: in float32. */
      readonly quantized?: boolean;
    }
  /** Stochastic depth: whole batches skip a block by chance. */
  | { readonly kind: 'stochasticDepth' };

export interface GateWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly tensor: TensorId;
}

/** Weights of the gates; gate order of the LSTM i, f, g, o. */
export interface GateWeights {
  /** [channels, 10] for each block. */
  readonly features: readonly GateWeight[];
  /** [10, 40], [10, 40], [40], [40]: the two biases of PyTorch's LSTM, which the authors train. */
  readonly input: GateWeight;
  readonly recurrent: GateWeight;
  readonly inputBias: GateWeight;
  readonly recurrentBias: GateWeight;
  /** [10, 1], [1]. */
  readonly logit: GateWeight;
  readonly logitBias: GateWeight;
}

/** The samples that a block runs for, and the others. */
export interface SampleLists {
  readonly executed: TensorId;
  readonly skipped: TensorId;
}

/** What gates share, and the lists by which blocks run. Tables [gates] are per sample. */
export class GateTensors {
  readonly masks: TensorId;
  /** By gate. */
  readonly lists: readonly SampleLists[];

  constructor(
    builder: ProgramBuilder,
    readonly blocks: readonly GatedBlock[],
    batchSize: number,
    kind: Gating['kind'],
  ) {
    this.masks = builder.perSample('masks of the blocks', [blocks.length], kind === 'slu' ? 'output' : 'input');
    const list = (name: string) => builder.tensor(name, [batchSize + 1], 'output', 'int32');
    this.lists = blocks.map(({ add }) => ({ executed: list(`samples of ${add}`), skipped: list(`samples that skip ${add}`) }));
  }
}

/** What SLU's gates have beside: their weights, draws and what they learn from. */
export class LearningGateTensors {
  /** Written before each run: a gate opens where its probability is above the uniform. */
  readonly uniforms: TensorId;
  readonly probabilities: TensorId;
  readonly dmasks: TensorId;
  readonly costs: TensorId;
  /** Executed share that the controller steers to [1]. */
  readonly target: TensorId;
  /** Weight of the cost in the loss [1]. */
  readonly costWeight: TensorId;
  /** Executed share of the last run [1]. */
  readonly share: TensorId;
  readonly cost: TensorId;
  /** Running mean of the masks' gradients [1]. */
  readonly mean: TensorId;
  /** Never written: the hidden state before the first gate. */
  readonly noState: TensorId;
  readonly learningRate: TensorId;
  readonly weights: GateWeights;

  constructor(builder: ProgramBuilder, blocks: readonly GatedBlock[], channels: readonly number[]) {
    const gates = [blocks.length];
    this.uniforms = builder.perSample('uniforms of the gates', gates, 'input');
    this.probabilities = builder.perSample('probabilities of the gates', gates, 'output');
    this.dmasks = builder.perSample('gradients of the masks', gates, 'output');
    this.costs = builder.tensor('costs of the blocks', gates, 'state');
    this.target = builder.tensor('target share', [1], 'state');
    this.costWeight = builder.tensor('cost weight', [1], 'state');
    this.share = builder.tensor('executed share', [1], 'output');
    this.cost = builder.tensor('cost of execution', [1], 'output');
    this.mean = builder.tensor('mean gradient of the masks', [1], 'state');
    this.noState = builder.perSample('hidden state before the first gate', [gateFeatures], 'state');
    this.learningRate = builder.tensor('learning rate of the gates', [1], 'state');
    const weight = (name: string, ...shape: number[]): GateWeight => ({ name, shape, tensor: builder.tensor(name, shape, 'parameter') });
    this.weights = {
      features: blocks.map(({ add }, gate) => weight(`gates/${add}/features`, channels[gate]!, gateFeatures)),
      input: weight('gates/lstm/input', gateFeatures, 4 * gateFeatures),
      recurrent: weight('gates/lstm/recurrent', gateFeatures, 4 * gateFeatures),
      inputBias: weight('gates/lstm/input_bias', 4 * gateFeatures),
      recurrentBias: weight('gates/lstm/recurrent_bias', 4 * gateFeatures),
      logit: weight('gates/logit/kernel', gateFeatures, 1),
      logitBias: weight('gates/logit/bias', 1),
    };
  }

  get allWeights(): readonly GateWeight[] {
    const { features, ...shared } = this.weights;
    return [...features, ...Object.values(shared)];
  }
}
