import * as tf from '@tensorflow/tfjs';

export const model = tf.sequential();
model.add(tf.layers.conv2D({ filters: 4, kernelSize: 3, inputShape: [8, 8, 1] }));
