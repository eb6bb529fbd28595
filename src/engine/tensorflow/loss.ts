import type { Tensor } from './kernel-calls';
import type { OperationContext, OperationOf } from './operation-context';

export function softmax(context: OperationContext, { x, y }: OperationOf<'softmax'>): void {
  context.set(y, context.kernels.call('Softmax', [context.get(x)]));
}

export function softmaxCrossEntropy(context: OperationContext, operation: OperationOf<'softmaxCrossEntropy'>): void {
  const { kernels, count } = context;
  const classes = context.shape(operation.logits).reduce((product, size) => product * size, 1);
  const logits = kernels.reshape(context.get(operation.logits), [count, classes]);
  const labels = kernels.reshape(context.get(operation.labels), [count]);
  const outputs = kernels.callForAll('SparseSoftmaxCrossEntropyWithLogits', [logits, labels], {}, 2);
  const [losses, gradients] = outputs as [Tensor, Tensor];
  const loss = kernels.call('Mean', [losses, kernels.ints([0])], { keep_dims: false });
  const ranks = ranksOf(context, logits, labels, classes);
  const hits = [1, 5].map((places) => {
    const inside = kernels.call('Less', [ranks, kernels.scalar(places)]);
    return kernels.sum(asFloats(context, inside), [0]);
  });
  context.set(operation.metrics, kernels.call('Pack', [loss, ...hits], { N: { int: 3 }, T: { type: 'float32' }, axis: { int: 0 } }));
  if (operation.dlogits !== undefined) context.set(operation.dlogits, kernels.divide(gradients, kernels.scalar(count)));
}

/**
 * How many classes stand before the label: those with a larger logit, or an equal one and a smaller index. Logits that are not a number beat the
 * label: no hit for a diverged run. (TensorFlow's InTopK counts ties as hits.)
 */
function ranksOf(context: OperationContext, logits: Tensor, labels: Tensor, classes: number): Tensor {
  const { kernels, count } = context;
  const column = kernels.reshape(labels, [count, 1]);
  const ofLabel = kernels.call('GatherV2', [logits, column, kernels.ints([1], [])], { batch_dims: { int: 1 } });
  const smaller = kernels.call('Greater', [ofLabel, logits]);
  const equal = kernels.call('Equal', [ofLabel, logits]);
  const later = kernels.call('GreaterEqual', [kernels.ints(Array.from({ length: classes }, (_, i) => i)), column]);
  const behind = kernels.call('LogicalOr', [smaller, kernels.call('LogicalAnd', [equal, later])]);
  return kernels.sum(asFloats(context, kernels.call('LogicalNot', [behind])), [1]);
}

function asFloats(context: OperationContext, truths: Tensor): Tensor {
  return context.kernels.call('Cast', [truths], { DstT: { type: 'float32' } });
}
