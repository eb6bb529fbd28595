const tf = require('@tensorflow/tfjs');

console.log('noise', process.stdout.write('more noise'));
Array.prototype.map = null;
setInterval(() => {
  throw new Error('late');
}, 1);
const images = tf
  .zeros([60000, 224, 224, 3])
  .add(tf.randomNormal([224, 224, 3]))
  .reshape([-1, 224 * 224 * 3]);
tf.data.generator(() => []).batch(8);
exports.model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [images.shape[0]] })] });
