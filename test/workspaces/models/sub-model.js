import * as tf from '@tensorflow/tfjs';

function encoder() {
  const model = tf.sequential({ name: 'encoder' });
  model.add(tf.layers.conv2d({ filters: 6, kernelSize: 5, inputShape: [28, 28, 1] }));
  model.add(tf.layers.flatten());
  return model;
}

export function classifier() {
  const model = tf.sequential({ name: 'classifier' });
  model.add(encoder());
  model.add(tf.layers.dense({ units: 10 }));
  return model;
}
