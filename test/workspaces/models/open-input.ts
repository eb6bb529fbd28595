import * as tf from '@tensorflow/tfjs';

export function createModel() {
  const image = tf.input({ shape: [null, null, 3] });
  const flat = tf.layers.flatten().apply(tf.layers.conv2d({ filters: 4, kernelSize: 3 }).apply(image));
  return tf.model({ inputs: image, outputs: tf.layers.dense({ units: 2 }).apply(flat) as tf.SymbolicTensor });
}
