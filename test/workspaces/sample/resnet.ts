import * as tf from '@tensorflow/tfjs';

/** A small residual network for the 28×28 grey images of Fashion-MNIST: ResNet-8 with 1 block per group, ResNet-20 with 3. */
export default function createModel(blocksPerGroup = 1): tf.LayersModel {
  const image = tf.input({ shape: [28, 28, 1] });

  let x = convolve(image, 16, 3, 1);
  x = tf.layers.reLU().apply(x) as tf.SymbolicTensor;

  for (const filters of [16, 32, 64]) {
    for (let block = 0; block < blocksPerGroup; block++) {
      const strides = filters > 16 && block === 0 ? 2 : 1;
      x = residualBlock(x, filters, strides);
    }
  }

  const features = tf.layers.globalAveragePooling2d({}).apply(x);
  const classes = tf.layers.dense({ units: 10, activation: 'softmax' }).apply(features);
  return tf.model({ inputs: image, outputs: classes as tf.SymbolicTensor });
}

/** Two 3×3 convolutions with a shortcut around them; the shortcut is projected where the shape changes. */
function residualBlock(x: tf.SymbolicTensor, filters: number, strides: number): tf.SymbolicTensor {
  const shortcut = strides === 1 ? x : convolve(x, filters, 1, strides);

  let y = convolve(x, filters, 3, strides);
  y = tf.layers.reLU().apply(y) as tf.SymbolicTensor;
  y = convolve(y, filters, 3, 1);
  y = tf.layers.add().apply([y, shortcut]) as tf.SymbolicTensor;
  return tf.layers.reLU().apply(y) as tf.SymbolicTensor;
}

function convolve(x: tf.SymbolicTensor, filters: number, kernelSize: number, strides: number): tf.SymbolicTensor {
  const y = tf.layers.conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false }).apply(x);
  return tf.layers.batchNormalization({ momentum: 0.9 }).apply(y) as tf.SymbolicTensor;
}
