import type { Operation, OperationKind, TensorId } from '../program';
import { activation, activationGradient } from './activation';
import { batchNormalization, batchNormalizationGradient, batchNormalizationInference } from './batch-normalization';
import { conv2d, conv2dInputGradient, conv2dWeightGradient } from './convolution';
import { dense, denseInputGradient, denseWeightGradient } from './dense';
import { depthwiseConv2d, depthwiseConv2dInputGradient, depthwiseConv2dWeightGradient } from './depthwise-convolution';
import { dropout, dropoutGradient } from './dropout';
import { accumulate, add, copy, sgdMomentum } from './elementwise';
import { conv2dPredictorGradient, predictiveGradient, quantizationRange, quantize, quantizeWeights, sign } from './fixed-point';
import { gate, gateCost, gateGradient, gateMean, listSamples, lstmCell, lstmCellGradient, maskGradient, mixSamples } from './gates';
import { softmax, softmaxCrossEntropy } from './loss';
import type { OperationContext, OperationOf } from './operation-context';
import { concatenatePart, concatenatePartGradient, zeroPadding2d, zeroPadding2dGradient } from './placement';
import {
  averagePooling2d,
  averagePooling2dGradient,
  globalAveragePooling2d,
  globalAveragePooling2dGradient,
  maxPooling2d,
  maxPooling2dGradient,
} from './pooling';

const implementations: { readonly [Kind in OperationKind]: (context: OperationContext, operation: OperationOf<Kind>) => void } = {
  conv2d,
  conv2dInputGradient,
  conv2dWeightGradient,
  depthwiseConv2d,
  depthwiseConv2dInputGradient,
  depthwiseConv2dWeightGradient,
  dense,
  denseInputGradient,
  denseWeightGradient,
  batchNormalization,
  batchNormalizationGradient,
  batchNormalizationInference,
  activation,
  activationGradient,
  add,
  maxPooling2d,
  maxPooling2dGradient,
  averagePooling2d,
  averagePooling2dGradient,
  globalAveragePooling2d,
  globalAveragePooling2dGradient,
  zeroPadding2d,
  zeroPadding2dGradient,
  concatenatePart,
  concatenatePartGradient,
  dropout,
  dropoutGradient,
  copy,
  accumulate,
  softmax,
  softmaxCrossEntropy,
  quantizationRange,
  quantize,
  quantizeWeights,
  conv2dPredictorGradient,
  predictiveGradient,
  sign,
  sgdMomentum,
  lstmCell,
  lstmCellGradient,
  gate,
  listSamples,
  mixSamples,
  maskGradient,
  gateCost,
  gateGradient,
  gateMean,
};

/** Runs one operation on its samples. */
export function runOperation(context: OperationContext, operation: Operation): void {
  const implementation = implementations[operation.kind] as (context: OperationContext, operation: Operation) => void;
  if (context.count === 0) runOnNoSamples(context, operation);
  else implementation(context, operation);
}

/** TensorFlow's kernels refuse empty batches. Sums over no samples are zero, the mean loss of none is not a number; nothing else changes. */
function runOnNoSamples(context: OperationContext, operation: Operation): void {
  const clear = (id: TensorId | undefined) => {
    if (id !== undefined) context.set(id, context.kernels.zeros(context.shape(id)));
  };
  switch (operation.kind) {
    case 'conv2dWeightGradient':
    case 'depthwiseConv2dWeightGradient':
    case 'denseWeightGradient':
      clear(operation.dw);
      clear(operation.dbias);
      return;
    case 'conv2dPredictorGradient':
      clear(operation.dw);
      return;
    case 'batchNormalizationGradient':
      clear(operation.dgamma);
      clear(operation.dbeta);
      return;
    case 'softmaxCrossEntropy':
      context.set(operation.metrics, context.kernels.floats(Float32Array.of(Number.NaN, 0, 0), [3]));
      return;
    case 'listSamples':
      context.setIntegers(operation.executed, [0]);
      context.setIntegers(operation.skipped, [0]);
      return;
    case 'gateCost':
      context.set(operation.share, context.kernels.scalar(Number.NaN));
      context.set(operation.cost, context.kernels.scalar(Number.NaN));
  }
}
