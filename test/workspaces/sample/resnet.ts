import * as tf from '@tensorflow/tfjs';
import { residualBlock } from './blocks';

/** A small residual network for 28×28 grey images of Fashion-MNIST: ResNet-8 with 1 block per group, ResNet-14 with 2. */
export default function createModel(blocksPerGroup = 1): tf.LayersModel {
  const image = tf.input({ shape: [28, 28, 1] });

  let x = tf.layers.conv2d({ filters: 16, kernelSize: 3, padding: 'same', useBias: false }).apply(image);
  x = tf.layers.batchNormalization().apply(x);
  x = tf.layers.reLU().apply(x);

  for (const [group, filters] of [16, 32, 64].entries()) {
    for (let block = 0; block < blocksPerGroup; block++) {
      const strides = group > 0 && block === 0 ? 2 : 1;
      x = residualBlock(x as tf.SymbolicTensor, filters, strides);
    }
  }

  x = tf.layers.globalAveragePooling2d({}).apply(x);
  const classes = tf.layers.dense({ units: 10, activation: 'softmax' }).apply(x);
  return tf.model({ inputs: image, outputs: classes as tf.SymbolicTensor });
}
