import * as tf from '@tensorflow/tfjs';

export function block(model: tf.Sequential, filters: number): void {
  model.add(tf.layers.conv2d({ filters, kernelSize: 3 }));
  model.add(tf.layers.batchNormalization());
}
