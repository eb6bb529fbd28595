import type { Initializer, Layer } from '../protocol/layer-graph';
import { centredPadding, windowedShape } from './window';

/** He et al., "Delving Deep into Rectifiers", ICCV 2015: normal with variance 2 / fan-in. */
const heNormal: Initializer = { className: 'HeNormal', config: { seed: null } };

/** The same for a depthwise kernel, of whose inputs each output sees one channel; Keras' HeNormal would count all of them. */
const heNormalDepthwise = (kernel: number): Initializer => ({
  className: 'RandomNormal',
  config: { mean: 0, stddev: Math.sqrt(2) / kernel, seed: null },
});

/** Appends layers one behind the other. */
export class LayerChain {
  readonly layers: Layer[] = [];

  constructor(inputShape: readonly number[]) {
    this.layers.push({ kind: 'input', name: 'input', inputs: [], outputShape: [...inputShape] });
  }

  shapeOf(name: string): number[] {
    const layer = this.layers.find((candidate) => candidate.name === name);
    if (!layer) throw new Error(`There is no layer “${name}” to build upon.`);
    return [...layer.outputShape];
  }

  private push(layer: Layer): string {
    this.layers.push(layer);
    return layer.name;
  }

  convolution(name: string, from: string, filters: number, kernel: number, stride: number): string {
    const window = this.windowOver(from, kernel, stride);
    const outputShape = [...window.outputSize, filters];
    return this.push({ kind: 'conv2d', name, inputs: [from], outputShape, filters, ...window.geometry, kernelInitializer: heNormal });
  }

  /** One filter for each channel. */
  depthwiseConvolution(name: string, from: string, kernel: number, stride: number): string {
    const window = this.windowOver(from, kernel, stride);
    return this.push({
      kind: 'depthwiseConv2d',
      name,
      inputs: [from],
      outputShape: [...window.outputSize, this.shapeOf(from)[2]!],
      depthMultiplier: 1,
      ...window.geometry,
      kernelInitializer: heNormalDepthwise(kernel),
    });
  }

  batchNormalization(name: string, from: string): string {
    const outputShape = this.shapeOf(from);
    return this.push({
      kind: 'batchNormalization',
      name,
      inputs: [from],
      outputShape,
      epsilon: 1e-5,
      momentum: 0.9,
      center: true,
      scale: true,
    });
  }

  activation(name: string, from: string, activation: 'relu' | 'relu6' | 'softmax'): string {
    return this.push({ kind: 'activation', name, inputs: [from], outputShape: this.shapeOf(from), function: activation });
  }

  /** Window with PyTorch's padding k//2, without bias: batch norm follows. */
  private windowOver(from: string, kernel: number, stride: number) {
    const [height, width] = this.shapeOf(from) as [number, number];
    const kernelSize: [number, number] = [kernel, kernel];
    const strides: [number, number] = [stride, stride];
    const dilation: [number, number] = [1, 1];
    const padding = centredPadding(kernelSize);
    const outputSize = windowedShape([height, width], kernelSize, strides, dilation, padding);
    return { outputSize, geometry: { kernelSize, strides, dilation, padding, useBias: false } };
  }

  add(name: string, branch: string, shortcut: string): string {
    return this.push({ kind: 'add', name, inputs: [branch, shortcut], outputShape: this.shapeOf(branch) });
  }

  globalAveragePooling(name: string, from: string): string {
    return this.push({ kind: 'globalAveragePooling2d', name, inputs: [from], outputShape: this.shapeOf(from).slice(-1) });
  }

  dense(name: string, from: string, units: number): string {
    return this.push({ kind: 'dense', name, inputs: [from], outputShape: [units], units, useBias: true });
  }
}
