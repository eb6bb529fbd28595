import type { TensorId, Window } from '../program';
import { fitImages, fittedShape, fitWindow, unfitGradient } from './fitted-window';
import type { Attributes, Tensor } from './kernel-calls';
import type { OperationContext, OperationOf } from './operation-context';

function attributes(window: Window, padding: string): Attributes {
  if (window.dilationHeight !== 1 || window.dilationWidth !== 1)
    throw new Error('The engine “tensorflow” has no dilated pooling: choose the engine “native” or “wasm” for this network.');
  return {
    ksize: { ints: [1, window.kernelHeight, window.kernelWidth, 1] },
    strides: { ints: [1, window.strideHeight, window.strideWidth, 1] },
    padding,
    data_format: 'NHWC',
  };
}

export function maxPooling2d(context: OperationContext, { x, y, window }: OperationOf<'maxPooling2d'>): void {
  const fit = fitWindow(window);
  const images = fitImages(context.kernels, context.get(x), fit, Number.NEGATIVE_INFINITY);
  context.set(y, context.kernels.call('MaxPool', [images], attributes(window, fit.padding)));
}

export function maxPooling2dGradient(context: OperationContext, operation: OperationOf<'maxPooling2dGradient'>): void {
  const { x, y, dy, dx, window } = operation;
  const fit = fitWindow(window);
  const images = fitImages(context.kernels, context.get(x), fit, Number.NEGATIVE_INFINITY);
  const inputs = [images, context.get(y), context.get(dy)];
  const gradient = context.kernels.call('MaxPoolGrad', inputs, attributes(window, fit.padding));
  context.set(dx, unfitGradient(context.kernels, gradient, fit));
}

export function averagePooling2d(context: OperationContext, { x, y, window }: OperationOf<'averagePooling2d'>): void {
  const fit = fitWindow(window);
  const images = fitImages(context.kernels, context.get(x), fit);
  const means = context.kernels.call('AvgPool', [images], attributes(window, fit.padding));
  context.set(y, overInside(context, means, window));
}

export function averagePooling2dGradient(context: OperationContext, operation: OperationOf<'averagePooling2dGradient'>): void {
  const { dy, dx, window } = operation;
  const fit = fitWindow(window);
  const sizes = context.kernels.ints(fittedShape(fit, context.count, context.shape(dx).at(-1)!));
  const shares = overInside(context, context.get(dy), window);
  const gradient = context.kernels.call('AvgPoolGrad', [sizes, shares], attributes(window, fit.padding));
  context.set(dx, unfitGradient(context.kernels, gradient, fit));
}

/** Zeros added by hand count as pixels for TensorFlow: divides by the share of each window that lies inside the image. */
function overInside(context: OperationContext, values: Tensor, window: Window): Tensor {
  const fit = fitWindow(window);
  const { before: top, after: bottom } = fit.rows;
  const { before: left, after: right } = fit.columns;
  if (!(top || bottom || left || right)) return values;
  const { inputHeight, inputWidth } = window;
  const ones = context.kernels.floats(new Float32Array(inputHeight * inputWidth).fill(1), [1, inputHeight, inputWidth, 1]);
  const inside = context.kernels.call('AvgPool', [fitImages(context.kernels, ones, fit)], attributes(window, fit.padding));
  return context.kernels.divide(values, inside);
}

const pixelsOf = (context: OperationContext, image: TensorId) => {
  const [height, width] = context.shape(image) as [number, number];
  return height * width;
};

export function globalAveragePooling2d(context: OperationContext, { x, y }: OperationOf<'globalAveragePooling2d'>): void {
  context.set(y, context.kernels.call('Mean', [context.get(x), context.kernels.ints([1, 2])], { keep_dims: false }));
}

export function globalAveragePooling2dGradient(context: OperationContext, operation: OperationOf<'globalAveragePooling2dGradient'>): void {
  const { dy, dx } = operation;
  const { kernels } = context;
  const share = kernels.divide(context.get(dy), kernels.scalar(pixelsOf(context, dx)));
  const channels = context.shape(dx).at(-1)!;
  const shape = [context.count, ...context.shape(dx)];
  context.set(dx, kernels.call('BroadcastTo', [kernels.reshape(share, [context.count, 1, 1, channels]), kernels.ints(shape)]));
}
