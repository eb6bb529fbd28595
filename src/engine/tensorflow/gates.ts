import type { TensorId } from '../program';
import type { Tensor } from './kernel-calls';
import type { OperationContext, OperationOf } from './operation-context';

/** Parts of z along its last axis: input gate, forget gate, candidate, output gate, each behind its activation. */
function gatesOf(context: OperationContext, z: TensorId): [Tensor, Tensor, Tensor, Tensor] {
  const { kernels, count } = context;
  const hidden = context.shape(z)[0]! / 4;
  const part = (index: number, activation: string) =>
    kernels.call(activation, [kernels.slice(context.get(z), [0, index * hidden], [count, hidden])]);
  return [part(0, 'Sigmoid'), part(1, 'Sigmoid'), part(2, 'Tanh'), part(3, 'Sigmoid')];
}

export function lstmCell(context: OperationContext, { z, previous, cell, h }: OperationOf<'lstmCell'>): void {
  const { kernels } = context;
  const [input, forget, candidate, output] = gatesOf(context, z);
  const added = kernels.multiply(input, candidate);
  const state = previous === undefined ? added : kernels.add(kernels.multiply(forget, context.get(previous)), added);
  context.set(cell, state);
  context.set(h, kernels.multiply(output, kernels.call('Tanh', [state])));
}

export function lstmCellGradient(context: OperationContext, operation: OperationOf<'lstmCellGradient'>): void {
  const { kernels } = context;
  const { z, previous, cell, dh, dcell, dz, dprevious } = operation;
  const [input, forget, candidate, output] = gatesOf(context, z);
  const squashed = kernels.call('Tanh', [context.get(cell)]);
  const throughH = kernels.call('TanhGrad', [squashed, kernels.multiply(context.get(dh), output)]);
  const ofCell = dcell === undefined ? throughH : kernels.add(throughH, context.get(dcell));
  const before = previous === undefined ? kernels.zeros([context.count, ...context.shape(cell)]) : context.get(previous);
  const parts = [
    kernels.call('SigmoidGrad', [input, kernels.multiply(ofCell, candidate)]),
    kernels.call('SigmoidGrad', [forget, kernels.multiply(ofCell, before)]),
    kernels.call('TanhGrad', [candidate, kernels.multiply(ofCell, input)]),
    kernels.call('SigmoidGrad', [output, kernels.multiply(context.get(dh), squashed)]),
  ];
  context.set(dz, kernels.concatenate(parts, 1));
  if (dprevious !== undefined) context.set(dprevious, kernels.multiply(ofCell, forget));
}

/** One gate's column of a table [samples, gates], as [samples, 1]. */
function column(context: OperationContext, table: TensorId, gate: number): Tensor {
  return context.kernels.slice(context.get(table), [0, gate], [context.count, 1]);
}

function setColumn(context: OperationContext, table: TensorId, gate: number, values: Tensor): void {
  const { kernels, count } = context;
  const whole = context.get(table);
  const after = context.shape(table)[0]! - gate - 1;
  const parts = [
    ...(gate > 0 ? [kernels.slice(whole, [0, 0], [count, gate])] : []),
    kernels.reshape(values, [count, 1]),
    ...(after > 0 ? [kernels.slice(whole, [0, gate + 1], [count, after])] : []),
  ];
  context.set(table, kernels.concatenate(parts, 1));
}

const asFloats = (context: OperationContext, truths: Tensor) => context.kernels.call('Cast', [truths], { DstT: { type: 'float32' } });

export function gate(context: OperationContext, operation: OperationOf<'gate'>): void {
  const { kernels } = context;
  const probability = kernels.call('Sigmoid', [context.get(operation.logit)]);
  const opened = kernels.call('Greater', [probability, column(context, operation.uniforms, operation.gate)]);
  setColumn(context, operation.probabilities, operation.gate, probability);
  setColumn(context, operation.masks, operation.gate, asFloats(context, opened));
}

/** TensorFlow gives no list of a length that was not known before, so the lists are made here. */
export function listSamples(context: OperationContext, operation: OperationOf<'listSamples'>): void {
  const masks = context.kernels.values(column(context, operation.masks, operation.gate));
  const { samples } = context;
  const lists = { executed: [] as number[], skipped: [] as number[] };
  masks.forEach((mask, place) => {
    lists[mask === 0 ? 'skipped' : 'executed'].push(samples.kind === 'listed' ? samples.indices[place]! : place);
  });
  context.setIntegers(operation.executed, [lists.executed.length, ...lists.executed]);
  context.setIntegers(operation.skipped, [lists.skipped.length, ...lists.skipped]);
}

/** A tensor [samples, …] times a number for each sample [samples, 1]. */
function scaled(context: OperationContext, tensor: Tensor, factors: Tensor): Tensor {
  const ones = tensor.shape.slice(1).map(() => 1);
  return context.kernels.multiply(tensor, context.kernels.reshape(factors, [context.count, ...ones]));
}

export function mixSamples(context: OperationContext, { masks, gate: index, a, b, y }: OperationOf<'mixSamples'>): void {
  const { kernels } = context;
  const mask = column(context, masks, index);
  const parts = [
    ...(a === undefined ? [] : [scaled(context, context.get(a), mask)]),
    ...(b === undefined ? [] : [scaled(context, context.get(b), kernels.subtract(kernels.scalar(1), mask))]),
  ];
  const [first, second] = parts;
  if (first === undefined) context.set(y, kernels.zeros([context.count, ...context.shape(y)]));
  else context.set(y, second === undefined ? first : kernels.add(first, second));
}

export function maskGradient(context: OperationContext, { dy, a, b, dmasks, gate: index }: OperationOf<'maskGradient'>): void {
  const { kernels } = context;
  const products = kernels.multiply(context.get(dy), kernels.subtract(context.get(a), context.get(b)));
  const rows = kernels.reshape(products, [context.count, context.shape(dy).reduce((product, size) => product * size, 1)]);
  setColumn(context, dmasks, index, kernels.sum(rows, [1]));
}

export function gateCost(context: OperationContext, operation: OperationOf<'gateCost'>): void {
  const { kernels, count } = context;
  const shares = kernels.sum(kernels.multiply(context.get(operation.masks), context.get(operation.costs)), [1]);
  const share = kernels.call('Mean', [shares, kernels.ints([0])], { keep_dims: false });
  const above = asFloats(context, kernels.call('Greater', [share, kernels.reshape(context.get(operation.target), [])]));
  const direction = kernels.subtract(kernels.multiply(above, kernels.scalar(2)), kernels.scalar(1));
  context.set(operation.share, share);
  const weight = kernels.divide(context.get(operation.weight), kernels.scalar(count));
  context.set(operation.cost, kernels.multiply(weight, direction));
}

export function gateGradient(context: OperationContext, operation: OperationOf<'gateGradient'>): void {
  const { kernels } = context;
  const { estimator, gate: index } = operation;
  const probability = column(context, operation.probabilities, index);
  const dmask = column(context, operation.dmasks, index);
  const costs = kernels.slice(context.get(operation.costs), [index], [1]);
  const estimates = {
    every: () => dmask,
    executed: () => kernels.multiply(dmask, column(context, operation.masks, index)),
    centred: () => kernels.multiply(kernels.subtract(dmask, context.get(operation.mean)), column(context, operation.masks, index)),
    inverseProbability: () => {
      const inverse = kernels.call('Minimum', [kernels.divide(kernels.scalar(1), probability), kernels.scalar(5)]);
      return kernels.multiply(kernels.multiply(dmask, inverse), column(context, operation.masks, index));
    },
  };
  const task = estimates[estimator]();
  const dprobability = kernels.add(task, kernels.multiply(context.get(operation.cost), costs));
  context.set(operation.dlogit, kernels.call('SigmoidGrad', [probability, dprobability]));
}

export function gateMean(context: OperationContext, { masks, dmasks, mean, momentum }: OperationOf<'gateMean'>): void {
  const { kernels } = context;
  const mask = context.get(masks);
  const executed = kernels.values(kernels.sum(mask, [0, 1]))[0]!;
  if (executed === 0) return;
  const average = kernels.divide(kernels.sum(kernels.multiply(context.get(dmasks), mask), [0, 1]), kernels.scalar(executed));
  const kept = kernels.multiply(context.get(mean), kernels.scalar(momentum));
  context.set(mean, kernels.add(kept, kernels.multiply(average, kernels.scalar(1 - momentum))));
}
