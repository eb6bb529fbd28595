import type { TensorId, Window } from '../program';
import { fitImages, fittedShape, fitWindow, unfitGradient } from './fitted-window';
import type { Attributes, Tensor } from './kernel-calls';
import type { OperationContext, OperationOf } from './operation-context';
import { gather, type Spacing, spread } from './spaced';

/** TensorFlow's gradients on CPU know no dilation: a dilated kernel goes in as the larger one that it stands for. */
const dilation = (window: Window): Spacing => ({ axis: 0, rows: window.dilationHeight, columns: window.dilationWidth });

function attributes(window: Window, padding: string): Attributes {
  return {
    strides: { ints: [1, window.strideHeight, window.strideWidth, 1] },
    padding,
    data_format: 'NHWC',
    dilations: { ints: [1, 1, 1, 1] },
  };
}

export function conv2d(context: OperationContext, { x, w, bias, y, window }: OperationOf<'conv2d'>): void {
  const { kernels } = context;
  const fit = fitWindow(window);
  const images = fitImages(kernels, context.get(x), fit);
  const filter = spread(kernels, context.get(w), dilation(window));
  const result = kernels.call('Conv2D', [images, filter], attributes(window, fit.padding));
  context.set(y, withBias(context, result, bias));
}

export function conv2dInputGradient(context: OperationContext, { dy, w, dx, window }: OperationOf<'conv2dInputGradient'>): void {
  const { kernels } = context;
  const fit = fitWindow(window);
  const sizes = kernels.ints(fittedShape(fit, context.count, context.shape(dx).at(-1)!));
  const filter = spread(kernels, context.get(w), dilation(window));
  const gradient = kernels.call('Conv2DBackpropInput', [sizes, filter, context.get(dy)], attributes(window, fit.padding));
  context.set(dx, unfitGradient(kernels, gradient, fit));
}

export function conv2dWeightGradient(context: OperationContext, operation: OperationOf<'conv2dWeightGradient'>): void {
  const { x, dy, dw, dbias, window } = operation;
  const { kernels } = context;
  const fit = fitWindow(window);
  const images = fitImages(kernels, context.get(x), fit);
  const [inputs, outputs] = context.shape(dw).slice(2) as [number, number];
  const sizes = kernels.ints([...kernelReach(window), inputs, outputs]);
  const gradient = kernels.call('Conv2DBackpropFilter', [images, sizes, context.get(dy)], attributes(window, fit.padding));
  context.set(dw, gather(kernels, gradient, dilation(window)));
  setBiasGradient(context, dy, dbias);
}

/** Height and width of the kernel with its dilation. */
export function kernelReach(window: Window): [number, number] {
  return [(window.kernelHeight - 1) * window.dilationHeight + 1, (window.kernelWidth - 1) * window.dilationWidth + 1];
}

export function withBias(context: OperationContext, result: Tensor, bias: TensorId | undefined): Tensor {
  return bias === undefined ? result : context.kernels.call('BiasAdd', [result, context.get(bias)], { data_format: 'NHWC' });
}

export function setBiasGradient(context: OperationContext, dy: TensorId, dbias: TensorId | undefined): void {
  if (dbias !== undefined) context.set(dbias, context.kernels.call('BiasAddGrad', [context.get(dy)], { data_format: 'NHWC' }));
}
