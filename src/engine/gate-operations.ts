import type { TensorId } from './tensor-id';

/**
 * Operations of gated residual blocks (SLU, stochastic depth). Gates are numbered from 0; what all of them share are per-sample tensors with one
 * value for each gate, called tables below: uniforms, probabilities, masks (1: the block runs for this sample, 0: it is skipped), gradients.
 */
export type GateOperation =
  /**
   * One step of an LSTM from the sum of its inputs z [4·hidden], gates in PyTorch's order i, f, g, o:
   * cell = σ(f)·previous + σ(i)·tanh(g), h = σ(o)·tanh(cell). Without `previous` the state before is zero.
   */
  | { readonly kind: 'lstmCell'; readonly z: TensorId; readonly previous?: TensorId; readonly cell: TensorId; readonly h: TensorId }
  /** Gradients of h and of the cell, absent ones zero, to those of z and of the state before. */
  | {
      readonly kind: 'lstmCellGradient';
      readonly z: TensorId;
      readonly previous?: TensorId;
      readonly cell: TensorId;
      readonly dh: TensorId;
      readonly dcell?: TensorId;
      readonly dz: TensorId;
      readonly dprevious?: TensorId;
    }
  /** probability = σ(logit [1]); mask = 1 where the probability is above the gate's uniform, else 0. */
  | {
      readonly kind: 'gate';
      readonly logit: TensorId;
      readonly uniforms: TensorId;
      readonly probabilities: TensorId;
      readonly masks: TensorId;
      readonly gate: number;
    }
  /** The samples of the batch whose mask is 1, and those whose mask is 0, as lists that `samples` takes: int32 [batch size + 1]. */
  | {
      readonly kind: 'listSamples';
      readonly masks: TensorId;
      readonly gate: number;
      readonly executed: TensorId;
      readonly skipped: TensorId;
    }
  /** y = mask·a + (1 − mask)·b; an absent one is zero. */
  | {
      readonly kind: 'mixSamples';
      readonly masks: TensorId;
      readonly gate: number;
      readonly a?: TensorId;
      readonly b?: TensorId;
      readonly y: TensorId;
    }
  /** Gradient of a mix by its mask: dmask = Σ dy·(a − b) over the elements of each sample. */
  | {
      readonly kind: 'maskGradient';
      readonly dy: TensorId;
      readonly a: TensorId;
      readonly b: TensorId;
      readonly dmasks: TensorId;
      readonly gate: number;
    }
  /**
   * The controller of SLU: `share` [1] is the executed share of computation, mean over the samples of Σ mask·costs; `cost` [1] what one more
   * unit of it costs the loss of each sample: r·weight/samples with r = +1 where the share is above the target, else −1.
   */
  | {
      readonly kind: 'gateCost';
      readonly masks: TensorId;
      /** Share of each gate's block in the computation [gates]; they add up to 1. */
      readonly costs: TensorId;
      readonly target: TensorId;
      readonly weight: TensorId;
      readonly share: TensorId;
      readonly cost: TensorId;
    }
  /**
   * dlogit [1] from the gradient of the mask, taken for that of the probability (straight-through), and the cost of the block:
   * dprobability = task + cost·costs[gate], dlogit = dprobability·p·(1 − p). The task's part, by `estimator`: `every` dmask for every sample;
   * the others for samples with mask 1 alone, 0 for skipped ones: `executed` dmask, `centred` dmask − mean[0],
   * `inverseProbability` dmask·min(1/p, 5).
   */
  | {
      readonly kind: 'gateGradient';
      readonly probabilities: TensorId;
      readonly masks: TensorId;
      readonly dmasks: TensorId;
      readonly costs: TensorId;
      readonly cost: TensorId;
      /** float32 [1]; read by `centred`. */
      readonly mean: TensorId;
      readonly dlogit: TensorId;
      readonly gate: number;
      readonly estimator: GateGradientEstimator;
    }
  /** mean ← momentum·mean + (1 − momentum)·average of dmasks over all gates and samples whose mask is 1; as it was when there are none. */
  | { readonly kind: 'gateMean'; readonly masks: TensorId; readonly dmasks: TensorId; readonly mean: TensorId; readonly momentum: number };

export type GateGradientEstimator = 'every' | 'executed' | 'centred' | 'inverseProbability';
