import * as tf from '@tensorflow/tfjs';

class Scale extends tf.layers.Layer {
  static className = 'Scale';

  build(inputShape: tf.Shape) {
    this.addWeight('scale', [inputShape.at(-1) as number], 'float32', tf.initializers.ones());
    super.build(inputShape);
  }

  call(inputs: tf.Tensor): tf.Tensor {
    return tf.mul(inputs, 2);
  }
}

export function createModel() {
  const model = tf.sequential();
  model.add(tf.layers.dense({ units: 7, inputShape: [5] }));
  model.add(new Scale({}));
  return model;
}
