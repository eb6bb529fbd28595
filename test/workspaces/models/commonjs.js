const tf = require('@tensorflow/tfjs-node');
const path = require('node:path');

const model = tf.sequential();
model.add(tf.layers.dense({ units: 16, inputShape: [784], activation: 'relu', name: path.basename('hidden') }));
model.add(tf.layers.dropout({ rate: 0.5 }));
model.add(tf.layers.dense({ units: 10, activation: 'softmax' }));
model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
model.summary();

module.exports = { model };
