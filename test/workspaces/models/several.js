import * as tf from '@tensorflow/tfjs';

const dense = (units) => tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [8] })] });

export const small = dense(2);
const large = dense(200);
large.summary();
export const medium = async () => dense(20);
export const answer = 42;
export function needs(units) {
  return dense(units);
}
export { small as alsoSmall };
