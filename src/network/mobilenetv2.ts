import type { LayerGraph } from '../protocol/layer-graph';
import { type ClassifierOptions, checkClassifierOptions } from './classifier-options';
import { LayerChain } from './layer-chain';

interface Stage {
  /** Channels inside a block over channels that enter it. */
  readonly expansion: number;
  readonly filters: number;
  readonly blocks: number;
  /** Of the first block; the others have stride 1. */
  readonly stride: number;
}

/** Sandler et al., table 2, with stride 1 instead of 2 in the second stage, since CIFAR's images have 32 pixels, not 224. */
const stages: readonly Stage[] = [
  { expansion: 1, filters: 16, blocks: 1, stride: 1 },
  { expansion: 6, filters: 24, blocks: 2, stride: 1 },
  { expansion: 6, filters: 32, blocks: 3, stride: 2 },
  { expansion: 6, filters: 64, blocks: 4, stride: 2 },
  { expansion: 6, filters: 96, blocks: 3, stride: 1 },
  { expansion: 6, filters: 160, blocks: 3, stride: 2 },
  { expansion: 6, filters: 320, blocks: 1, stride: 1 },
];

/** Inverted residual with linear bottleneck (Sandler et al., figure 4d); every block of stride 1 has a shortcut. */
function invertedResidual(chain: LayerChain, prefix: string, from: string, expansion: number, filters: number, stride: number): string {
  const inputs = chain.shapeOf(from)[2]!;
  const expanded = chain.convolution(`${prefix}_expand_conv`, from, expansion * inputs, 1, 1);
  const wide = chain.activation(`${prefix}_expand_relu`, chain.batchNormalization(`${prefix}_expand_bn`, expanded), 'relu6');
  const filtered = chain.depthwiseConvolution(`${prefix}_depthwise_conv`, wide, 3, stride);
  const active = chain.activation(`${prefix}_depthwise_relu`, chain.batchNormalization(`${prefix}_depthwise_bn`, filtered), 'relu6');
  const projected = chain.convolution(`${prefix}_project_conv`, active, filters, 1, 1);
  const branch = chain.batchNormalization(`${prefix}_project_bn`, projected);
  if (stride !== 1) return branch;
  const shortcut =
    inputs === filters
      ? from
      : chain.batchNormalization(`${prefix}_shortcut_bn`, chain.convolution(`${prefix}_shortcut_conv`, from, filters, 1, 1));
  return chain.add(`${prefix}_add`, branch, shortcut);
}

/**
 * MobileNetV2 (Sandler et al., CVPR 2018) in the form in common use for CIFAR, that of github.com/kuangliu/pytorch-cifar: stride 1 in the first
 * convolution and in the second stage; an expanding convolution in every block, also where the expansion is 1; a projection shortcut
 * (1×1 convolution and batch norm) in blocks of stride 1 that change the number of channels, so that all 14 of stride 1 are residual.
 * Activations are the paper's ReLU6, where that repository has ReLU. Global average pool, dense with bias, softmax. Windows are padded
 * by k//2 on both sides; batch norm has PyTorch's epsilon 1e-5 and momentum 0.1 (0.9 in the Keras convention).
 * @throws RangeError when the input is no image, is smaller than 8×8, or there are fewer than two classes.
 */
export function buildMobileNetV2(options: ClassifierOptions): LayerGraph {
  checkClassifierOptions('A MobileNetV2', options, 8);
  const chain = new LayerChain(options.inputShape);
  const normalized = (name: string, from: string) =>
    chain.activation(`${name}_relu`, chain.batchNormalization(`${name}_bn`, from), 'relu6');
  let top = normalized('stem', chain.convolution('stem_conv', 'input', 32, 3, 1));
  stages.forEach(({ expansion, filters, blocks, stride }, stage) => {
    for (let block = 0; block < blocks; block++) {
      top = invertedResidual(chain, `stage${stage + 1}_block${block + 1}`, top, expansion, filters, block === 0 ? stride : 1);
    }
  });
  top = normalized('head', chain.convolution('head_conv', top, 1280, 1, 1));
  const logits = chain.dense('dense', chain.globalAveragePooling('pool', top), options.classes);
  const probabilities = chain.activation('softmax', logits, 'softmax');
  return { name: 'mobilenetv2', layers: chain.layers, outputs: [probabilities] };
}
