import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { buildBuiltinNetwork } from '../../src/network/builtin-networks';
import { importTopology } from '../../src/network/topology-import';
import { builtinNetworks, saversSchema } from '../../src/protocol/configuration';
import { skippingNote } from '../../webview-ui/savers/skipping-note';

const plain = importTopology(
  tf
    .sequential({
      name: 'plain',
      layers: [tf.layers.conv2d({ inputShape: [8, 8, 1], filters: 4, kernelSize: 3 }), tf.layers.flatten(), tf.layers.dense({ units: 10 })],
    })
    .toJSON(null, false),
);
const sentence =
  'No block of the model “plain” can be skipped, since it has no residual blocks: SLU and stochastic depth have no effect, other savers do.';
const slu = saversSchema.parse({ slu: { enabled: true } });
const depth = saversSchema.parse({ stochasticDepth: { enabled: true } });

test('a model without blocks to skip is told of where SLU or stochastic depth is on, and only there', () => {
  expect(skippingNote(plain, slu)).toBe(sentence);
  expect(skippingNote(plain, depth)).toBe(sentence);
  expect(skippingNote(plain, saversSchema.parse({ smd: { enabled: true }, psg: { enabled: true } }))).toBeUndefined();
  // Not inspected yet.
  expect(skippingNote(undefined, slu)).toBeUndefined();
});

test('every built-in network has blocks that can be skipped', () => {
  for (const name of builtinNetworks) expect(skippingNote(buildBuiltinNetwork(name, [32, 32, 3], 10), slu)).toBeUndefined();
});
