import { layers, sequential } from '@tensorflow/tfjs-layers';

const model = sequential();
model.add(layers.dense({ units: 1, inputShape: [1] }));
model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
await model.fit([], [], { epochs: 1000 });
model.predict([]);
