import * as tf from '@tensorflow/tfjs';

export const model = tf.sequential(;
