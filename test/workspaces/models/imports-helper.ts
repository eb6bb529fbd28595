import * as tf from '@tensorflow/tfjs';
import { block } from './lib/block.js';
import sizes from './lib/sizes.json';

export const model = tf.sequential();
model.add(tf.layers.inputLayer({ inputShape: [16, 16, 3] }));
for (const filters of sizes.filters) block(model, filters);
