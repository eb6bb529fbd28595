import * as tf from '@tensorflow/tfjs';
import type { Settings } from './lib/settings';

const settings: Settings = { classes: 10 };

export default function createModel(depth: number = 3): tf.Sequential {
  const model = tf.sequential({ name: 'factory' });
  for (let index = 0; index < depth; index++) {
    model.add(tf.layers.conv2d({ filters: 8 << index, kernelSize: 3, padding: 'same', inputShape: index === 0 ? [32, 32, 3] : undefined }));
  }
  for (const layer of [tf.layers.flatten(), tf.layers.dense({ units: settings.classes as number })]) model.add(layer);
  return model;
}
