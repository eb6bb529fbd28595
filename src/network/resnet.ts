import type { Initializer, Layer, LayerGraph } from '../protocol/layer-graph';
import { centredPadding, windowedShape } from './window';

export const resnetDepths = [8, 14, 20, 38, 74, 110] as const;
export type ResNetDepth = (typeof resnetDepths)[number];

export interface ResNetOptions {
  readonly depth: ResNetDepth;
  /** Height, width, channels. */
  readonly inputShape: readonly number[];
  readonly classes: number;
}

/** He et al., "Delving Deep into Rectifiers", ICCV 2015: normal with variance 2 / fan-in. */
const heNormal: Initializer = { className: 'HeNormal', config: { seed: null } };

/** Appends layers one behind the other. */
class LayerChain {
  readonly layers: Layer[] = [];

  constructor(inputShape: readonly number[]) {
    this.layers.push({ kind: 'input', name: 'input', inputs: [], outputShape: [...inputShape] });
  }

  private shapeOf(name: string): number[] {
    const layer = this.layers.find((candidate) => candidate.name === name);
    if (!layer) throw new Error(`There is no layer “${name}” to build upon.`);
    return [...layer.outputShape];
  }

  private push(layer: Layer): string {
    this.layers.push(layer);
    return layer.name;
  }

  convolution(name: string, from: string, filters: number, kernel: number, stride: number): string {
    const [height, width] = this.shapeOf(from) as [number, number];
    const kernelSize: [number, number] = [kernel, kernel];
    const strides: [number, number] = [stride, stride];
    const dilation: [number, number] = [1, 1];
    const padding = centredPadding(kernelSize);
    const outputShape = [...windowedShape([height, width], kernelSize, strides, dilation, padding), filters];
    const useBias = false;
    const kernelInitializer = heNormal;
    return this.push({
      kind: 'conv2d',
      name,
      inputs: [from],
      outputShape,
      filters,
      kernelSize,
      strides,
      dilation,
      padding,
      useBias,
      kernelInitializer,
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

  activation(name: string, from: string, activation: 'relu' | 'softmax'): string {
    return this.push({ kind: 'activation', name, inputs: [from], outputShape: this.shapeOf(from), function: activation });
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

  /** Basic block (He et al., "Deep Residual Learning", CVPR 2016, figure 2) with a projection shortcut where the shape changes. */
  basicBlock(prefix: string, from: string, filters: number, stride: number): string {
    const changesShape = stride !== 1 || this.shapeOf(from)[2] !== filters;
    const first = this.convolution(`${prefix}_conv1`, from, filters, 3, stride);
    const relu = this.activation(`${prefix}_relu1`, this.batchNormalization(`${prefix}_bn1`, first), 'relu');
    const second = this.convolution(`${prefix}_conv2`, relu, filters, 3, 1);
    const branch = this.batchNormalization(`${prefix}_bn2`, second);
    const shortcut = changesShape
      ? this.batchNormalization(`${prefix}_shortcut_bn`, this.convolution(`${prefix}_shortcut_conv`, from, filters, 1, stride))
      : from;
    return this.activation(`${prefix}_relu2`, this.add(`${prefix}_add`, branch, shortcut), 'relu');
  }
}

/**
 * CIFAR ResNet-(6n+2) (He et al., CVPR 2016, section 4.2) as E2-Train trains it: 3×3 convolution with 16 filters, three groups of n basic
 * blocks with 16, 32 and 64 filters and strides 1, 2, 2, projection shortcuts, global average pool, dense with bias, softmax. Windows are
 * padded by k//2 on both sides at every stride, batch norm has PyTorch's epsilon 1e-5 and momentum 0.1 (0.9 in the Keras convention).
 * @throws RangeError when the input is no image, is smaller than 4×4, or there are fewer than two classes.
 */
export function buildResNet({ depth, inputShape, classes }: ResNetOptions): LayerGraph {
  if (!resnetDepths.includes(depth)) throw new RangeError(`ResNet depth ${depth} is not one of ${resnetDepths.join(', ')}.`);
  if (inputShape.length !== 3 || inputShape.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new RangeError(`A ResNet needs an image of height × width × channels as input, not [${inputShape.join(', ')}].`);
  }
  if (Math.min(inputShape[0]!, inputShape[1]!) < 4) {
    throw new RangeError(`A ResNet needs images of at least 4×4 pixels, not ${inputShape[0]}×${inputShape[1]}.`);
  }
  if (!Number.isInteger(classes) || classes < 2) throw new RangeError(`A classifier needs at least 2 classes, not ${classes}.`);
  const chain = new LayerChain(inputShape);
  const blocks = (depth - 2) / 6;
  let top = chain.activation('relu1', chain.batchNormalization('bn1', chain.convolution('conv1', 'input', 16, 3, 1)), 'relu');
  [16, 32, 64].forEach((filters, group) => {
    for (let block = 0; block < blocks; block++) {
      const stride = group > 0 && block === 0 ? 2 : 1;
      top = chain.basicBlock(`group${group + 1}_block${block + 1}`, top, filters, stride);
    }
  });
  const logits = chain.dense('dense', chain.globalAveragePooling('pool', top), classes);
  const probabilities = chain.activation('softmax', logits, 'softmax');
  return { name: `resnet${depth}`, layers: chain.layers, outputs: [probabilities] };
}
