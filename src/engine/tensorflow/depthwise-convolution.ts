import type { Window } from '../program';
import { kernelReach, setBiasGradient, withBias } from './convolution';
import { fitImages, fittedShape, fitWindow, unfitGradient } from './fitted-window';
import type { Attributes } from './kernel-calls';
import type { OperationContext, OperationOf } from './operation-context';
import { gather, type Spacing, spread } from './spaced';

/** TensorFlow's depthwise kernels know no dilation on CPU: a dilated kernel goes in as the larger one that it stands for. */
const dilation = (window: Window): Spacing => ({ axis: 0, rows: window.dilationHeight, columns: window.dilationWidth });

/** They know one stride for both axes: unequal ones are taken from the result at stride 1. */
function strides(window: Window): { kernel: number; result: Spacing } {
  const equal = window.strideHeight === window.strideWidth;
  return equal
    ? { kernel: window.strideHeight, result: { axis: 1, rows: 1, columns: 1 } }
    : { kernel: 1, result: { axis: 1, rows: window.strideHeight, columns: window.strideWidth } };
}

/** The window that the kernel is called with: cut by hand where its strides are. */
function fitStrided(window: Window) {
  if (window.strideHeight === window.strideWidth) return fitWindow(window);
  const atStrideOne = {
    ...window,
    outputHeight: (window.outputHeight - 1) * window.strideHeight + 1,
    outputWidth: (window.outputWidth - 1) * window.strideWidth + 1,
    strideHeight: 1,
    strideWidth: 1,
  };
  return fitWindow(atStrideOne);
}

function attributes(window: Window, padding: string): Attributes {
  const stride = strides(window).kernel;
  return { strides: { ints: [1, stride, stride, 1] }, padding, data_format: 'NHWC', dilations: { ints: [1, 1, 1, 1] } };
}

export function depthwiseConv2d(context: OperationContext, { x, w, bias, y, window }: OperationOf<'depthwiseConv2d'>): void {
  const { kernels } = context;
  const fitted = fitStrided(window);
  const images = fitImages(kernels, context.get(x), fitted);
  const filter = spread(kernels, context.get(w), dilation(window));
  const dense = kernels.call('DepthwiseConv2dNative', [images, filter], attributes(window, fitted.padding));
  context.set(y, withBias(context, gather(kernels, dense, strides(window).result), bias));
}

export function depthwiseConv2dInputGradient(context: OperationContext, operation: OperationOf<'depthwiseConv2dInputGradient'>): void {
  const { dy, w, dx, window } = operation;
  const { kernels } = context;
  const fitted = fitStrided(window);
  const sizes = kernels.ints(fittedShape(fitted, context.count, context.shape(dx).at(-1)!));
  const filter = spread(kernels, context.get(w), dilation(window));
  const dense = spread(kernels, context.get(dy), strides(window).result);
  const gradient = kernels.call('DepthwiseConv2dNativeBackpropInput', [sizes, filter, dense], attributes(window, fitted.padding));
  context.set(dx, unfitGradient(kernels, gradient, fitted));
}

export function depthwiseConv2dWeightGradient(context: OperationContext, operation: OperationOf<'depthwiseConv2dWeightGradient'>): void {
  const { x, dy, dw, dbias, window } = operation;
  const { kernels } = context;
  const fitted = fitStrided(window);
  const images = fitImages(kernels, context.get(x), fitted);
  const [channels, multiplier] = context.shape(dw).slice(2) as [number, number];
  const sizes = kernels.ints([...kernelReach(window), channels, multiplier]);
  const dense = spread(kernels, context.get(dy), strides(window).result);
  const gradient = kernels.call('DepthwiseConv2dNativeBackpropFilter', [images, sizes, dense], attributes(window, fitted.padding));
  context.set(dw, gather(kernels, gradient, dilation(window)));
  setBiasGradient(context, dy, dbias);
}
