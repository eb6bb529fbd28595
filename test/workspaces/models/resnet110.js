import * as tf from '@tensorflow/tfjs';

const convolve = (x, filters, strides) =>
  tf.layers
    .batchNormalization({})
    .apply(tf.layers.conv2d({ filters, kernelSize: 3, strides, padding: 'same', useBias: false, kernelInitializer: 'heNormal' }).apply(x));

export function resnet(depth = 110) {
  const input = tf.input({ shape: [32, 32, 3] });
  let x = tf.layers.reLU().apply(convolve(input, 16, 1));
  for (const filters of [16, 32, 64]) {
    for (let block = 0; block < (depth - 2) / 6; block++) {
      const strides = filters > 16 && block === 0 ? 2 : 1;
      const y = convolve(tf.layers.reLU().apply(convolve(x, filters, strides)), filters, 1);
      const shortcut = strides === 1 ? x : tf.layers.conv2d({ filters, kernelSize: 1, strides }).apply(x);
      x = tf.layers.reLU().apply(tf.layers.add().apply([y, shortcut]));
    }
  }
  const scores = tf.layers.dense({ units: 10, activation: 'softmax' }).apply(tf.layers.globalAveragePooling2d({}).apply(x));
  return tf.model({ inputs: input, outputs: scores });
}
