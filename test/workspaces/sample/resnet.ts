import * as tf from '@tensorflow/tfjs';

/** A small residual network for the grey images of Fashion-MNIST. */
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
  const dense = tf.layers.dense({ units: 10, activation: 'softmax' });
  const classes = dense.apply(features) as tf.SymbolicTensor;
  return tf.model({ inputs: image, outputs: classes });
}

/** Two 3×3 convolutions with a shortcut around them. */
function residualBlock(x: tf.SymbolicTensor, filters: number, strides: number) {
  // The shortcut is projected where the shape changes.
  const shortcut = strides === 1 ? x : convolve(x, filters, 1, strides);

  let y = convolve(x, filters, 3, strides);
  y = tf.layers.reLU().apply(y) as tf.SymbolicTensor;
  y = convolve(y, filters, 3, 1);
  y = tf.layers.add().apply([y, shortcut]) as tf.SymbolicTensor;
  return tf.layers.reLU().apply(y) as tf.SymbolicTensor;
}

function convolve(x: tf.SymbolicTensor, filters: number, kernelSize: number, strides: number) {
  const window = { filters, kernelSize, strides, padding: 'same' } as const;
  const y = tf.layers.conv2d({ ...window, useBias: false }).apply(x);
  const normalization = tf.layers.batchNormalization({ momentum: 0.9 });
  return normalization.apply(y) as tf.SymbolicTensor;
}
