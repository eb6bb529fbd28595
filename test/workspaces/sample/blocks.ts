import * as tf from '@tensorflow/tfjs';

function convolve(x: tf.SymbolicTensor, filters: number, kernelSize: number, strides: number): tf.SymbolicTensor {
  const y = tf.layers.conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false }).apply(x);
  return tf.layers.batchNormalization().apply(y) as tf.SymbolicTensor;
}

/** Two 3×3 convolutions with a shortcut around them; the shortcut is projected where the shape changes. */
export function residualBlock(x: tf.SymbolicTensor, filters: number, strides: number): tf.SymbolicTensor {
  const changesShape = strides !== 1 || x.shape[3] !== filters;
  const shortcut = changesShape ? convolve(x, filters, 1, strides) : x;

  let y = convolve(x, filters, 3, strides);
  y = tf.layers.reLU().apply(y) as tf.SymbolicTensor;
  y = convolve(y, filters, 3, 1);
  y = tf.layers.add().apply([y, shortcut]) as tf.SymbolicTensor;
  return tf.layers.reLU().apply(y) as tf.SymbolicTensor;
}
