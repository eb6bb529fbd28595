// e2train: input 32x32x3
import * as tf from '@tensorflow/tfjs';

export const model = tf.sequential();
model.add(tf.layers.conv2d({ filters: 4, kernelSize: 3 }));
model.add(tf.layers.flatten());
model.add(tf.layers.dense({ units: 10 }));
