import type { LayerGraph } from '../protocol/layer-graph';
import { type ClassifierOptions, checkClassifierOptions } from './classifier-options';
import { LayerChain } from './layer-chain';

export const resnetDepths = [8, 14, 20, 38, 74, 110] as const;
export type ResNetDepth = (typeof resnetDepths)[number];

export interface ResNetOptions extends ClassifierOptions {
  readonly depth: ResNetDepth;
}

/** Basic block (He et al., "Deep Residual Learning", CVPR 2016, figure 2) with a projection shortcut where the shape changes. */
function basicBlock(chain: LayerChain, prefix: string, from: string, filters: number, stride: number): string {
  const changesShape = stride !== 1 || chain.shapeOf(from)[2] !== filters;
  const first = chain.convolution(`${prefix}_conv1`, from, filters, 3, stride);
  const relu = chain.activation(`${prefix}_relu1`, chain.batchNormalization(`${prefix}_bn1`, first), 'relu');
  const second = chain.convolution(`${prefix}_conv2`, relu, filters, 3, 1);
  const branch = chain.batchNormalization(`${prefix}_bn2`, second);
  const shortcut = changesShape
    ? chain.batchNormalization(`${prefix}_shortcut_bn`, chain.convolution(`${prefix}_shortcut_conv`, from, filters, 1, stride))
    : from;
  return chain.activation(`${prefix}_relu2`, chain.add(`${prefix}_add`, branch, shortcut), 'relu');
}

/**
 * CIFAR ResNet-(6n+2) (He et al., CVPR 2016, section 4.2) as E2-Train trains it: 3×3 convolution with 16 filters, three groups of n basic
 * blocks with 16, 32 and 64 filters and strides 1, 2, 2, projection shortcuts, global average pool, dense with bias, softmax. Windows are
 * padded by k//2 on both sides at every stride, batch norm has PyTorch's epsilon 1e-5 and momentum 0.1 (0.9 in the Keras convention).
 * @throws RangeError when the input is no image, is smaller than 4×4, or there are fewer than two classes.
 */
export function buildResNet({ depth, inputShape, classes }: ResNetOptions): LayerGraph {
  if (!resnetDepths.includes(depth)) throw new RangeError(`ResNet depth ${depth} is not one of ${resnetDepths.join(', ')}.`);
  checkClassifierOptions('A ResNet', { inputShape, classes }, 4);
  const chain = new LayerChain(inputShape);
  const blocks = (depth - 2) / 6;
  let top = chain.activation('relu1', chain.batchNormalization('bn1', chain.convolution('conv1', 'input', 16, 3, 1)), 'relu');
  [16, 32, 64].forEach((filters, group) => {
    for (let block = 0; block < blocks; block++) {
      const stride = group > 0 && block === 0 ? 2 : 1;
      top = basicBlock(chain, `group${group + 1}_block${block + 1}`, top, filters, stride);
    }
  });
  const logits = chain.dense('dense', chain.globalAveragePooling('pool', top), classes);
  const probabilities = chain.activation('softmax', logits, 'softmax');
  return { name: `resnet${depth}`, layers: chain.layers, outputs: [probabilities] };
}
