import type { LayerGraph } from '../../src/protocol/layer-graph';
import { GraphBuilder } from './graph-builder';

const around = { top: 1, bottom: 1, left: 1, right: 1 };
/** PyTorch's batch norm. */
const norm = { epsilon: 1e-5, momentum: 0.9 };

/**
 * A residual network of two blocks with 4 and 8 channels, the same as in fixtures/make-small-resnet-steps.py.
 * @param more blocks of 8 channels behind them.
 */
export function smallResNet(inputShape = [8, 8, 3], classes = 5, more = 0): LayerGraph {
  const builder = new GraphBuilder(inputShape);
  const convolution = (name: string, from: string, filters: number, kernel: number, stride: number) =>
    builder.conv(name, from, filters, kernel, {
      strides: [stride, stride],
      useBias: false,
      ...(kernel === 3 && { padding: around }),
      kernelInitializer: { className: 'HeNormal', config: {} },
    });
  const block = (name: string, from: string, filters: number, stride: number, project: boolean) => {
    convolution(`${name}_conv1`, from, filters, 3, stride);
    builder.batchNorm(`${name}_bn1`, `${name}_conv1`, norm).activation(`${name}_relu1`, `${name}_bn1`, 'relu');
    convolution(`${name}_conv2`, `${name}_relu1`, filters, 3, 1);
    builder.batchNorm(`${name}_bn2`, `${name}_conv2`, norm);
    if (project) {
      convolution(`${name}_shortcut`, from, filters, 1, stride);
      builder.batchNorm(`${name}_shortcut_bn`, `${name}_shortcut`, norm);
    }
    builder.add(`${name}_add`, `${name}_bn2`, project ? `${name}_shortcut_bn` : from).activation(`${name}_out`, `${name}_add`, 'relu');
  };
  convolution('conv', 'input', 4, 3, 1);
  builder.batchNorm('bn', 'conv', norm).activation('relu', 'bn', 'relu');
  block('block1', 'relu', 4, 1, false);
  block('block2', 'block1_out', 8, 2, true);
  const names = Array.from({ length: more }, (_, index) => `block${index + 3}`);
  for (const [index, name] of names.entries()) block(name, `block${index + 2}_out`, 8, 1, false);
  return builder
    .globalPool('pool', `block${more + 2}_out`)
    .dense('dense', 'pool', classes)
    .activation('softmax', 'dense', 'softmax')
    .build('small-resnet');
}
