import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs-layers';
import { buildBuiltinNetwork } from '../../network/builtin-networks';
import { exportTopology } from '../../network/topology-export';
import { builtinNetworks } from '../../protocol/configuration';
import { peakMemoryMB } from '../benchmark/peak-memory';
import { timeSteps } from '../benchmark/step-times';
import { oneOf, wholeNumber } from '../option-values';
import { folderWithTfjsWasm } from './tfjs-wasm';

/**
 * Times `trainOnBatch` of TensorFlow.js on a built-in network: forward, categorical cross-entropy, backward, SGD with momentum (there is no
 * weight decay in it). Usage: tfjs-step.ts NETWORK BATCH THREADS node|wasm SECONDS. Prints one JSON object.
 */

type Core = typeof import('@tensorflow/tfjs-core');
interface Library extends Core {
  readonly layers: typeof tfjs;
}

function loadNodeBackend(threads: number): Library {
  // The library reads these when it makes its thread pools.
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.TF_NUM_INTEROP_THREADS = '1';
  process.env.TF_CPP_MIN_LOG_LEVEL = '2';
  const library = require('@tensorflow/tfjs-node') as Core;
  return { ...library, layers: require('@tensorflow/tfjs-layers') as typeof tfjs };
}

async function loadWasmBackend(): Promise<Library> {
  const load = createRequire(join(folderWithTfjsWasm(), 'package.json'));
  const library = load('@tensorflow/tfjs-core') as Core;
  load('@tensorflow/tfjs-backend-wasm');
  await library.setBackend('wasm');
  await library.ready();
  return { ...library, layers: load('@tensorflow/tfjs-layers') as typeof tfjs };
}

async function main(): Promise<void> {
  const [name = '', batchWord = '', threadsWord = '', backendWord = '', secondsWord = ''] = process.argv.slice(2);
  const network = oneOf('network', builtinNetworks, name);
  const batch = wholeNumber('batch', batchWord, 1);
  const threads = wholeNumber('threads', threadsWord, 1);
  const backend = oneOf('backend', ['node', 'wasm'], backendWord);
  const tf = backend === 'node' ? loadNodeBackend(threads) : await loadWasmBackend();
  const model = (await tf.layers.models.modelFromJSON(
    exportTopology(buildBuiltinNetwork(network, [32, 32, 3], 10)).modelTopology as never,
  )) as tfjs.LayersModel;
  model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: 'categoricalCrossentropy' });
  const images = tf.randomNormal([batch, 32, 32, 3]);
  const labels = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: batch }, (_, i) => i % 10),
      'int32',
    ),
    10,
  );
  const stepMs = await timeSteps(() => model.trainOnBatch(images, labels), { seconds: wholeNumber('seconds', secondsWord, 1) });
  console.log(JSON.stringify({ stepMs, peakMemoryMB: peakMemoryMB(), backend: tf.getBackend() }));
}

main().catch((failure: Error) => {
  console.error(failure.message.split('\n')[0]);
  process.exit(1);
});
