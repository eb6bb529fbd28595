import * as tf from '@tensorflow/tfjs';

const image = tf.input({ shape: [16, 16, 3], name: 'image' });
const branch = (filters: number) => tf.layers.conv2d({ filters, kernelSize: 3, padding: 'same' }).apply(image) as tf.SymbolicTensor;
const joined = tf.layers.concatenate().apply([branch(4), branch(8)]);
const pooled = tf.layers.globalMaxPooling2d({}).apply(joined);
const scores = tf.layers.dense({ units: 5 }).apply(pooled) as tf.SymbolicTensor;

export const twoBranches: tf.LayersModel = tf.model({ inputs: image, outputs: scores });
