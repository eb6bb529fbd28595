import * as tf from '@tensorflow/tfjs';

export function createModel() {
  const model = tf.sequential();
  model.add(tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 8 }), inputShape: [20, 12] }));
  model.add(tf.layers.bidirectional({ layer: tf.layers.lstm({ units: 16, recurrentInitializer: 'glorotUniform' }), mergeMode: 'concat' }));
  model.add(tf.layers.dense({ units: 3, activation: 'softmax' }));
  return model;
}
