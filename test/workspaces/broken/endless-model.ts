import * as tf from '@tensorflow/tfjs';

export default function createModel(): tf.Sequential {
  const model = tf.sequential();
  while (model.layers.length < 3) {
    // The layers are counted, but none is added.
  }
  return model;
}
