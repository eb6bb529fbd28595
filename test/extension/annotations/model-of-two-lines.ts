import { findDeviceProfile } from '../../../src/energy/device-profile';
import { estimateModel } from '../../../src/extension/annotations/estimated-model';
import { runConfigurationSchema } from '../../../src/protocol/configuration';
import type { InspectedModel } from '../../../src/protocol/inspection';
import type { Layer } from '../../../src/protocol/layer-graph';

export const file = '/project/model.ts';

const source = (line: number, column = 3, inFile = file) => ({ file: inFile, line, column });
const convolution = (name: string, input: string, line: number): Layer => ({
  kind: 'conv2d',
  name,
  inputs: [input],
  outputShape: [8, 8, 4],
  filters: 4,
  kernelSize: [3, 3],
  strides: [1, 1],
  dilation: [1, 1],
  padding: { top: 1, bottom: 1, left: 1, right: 1 },
  useBias: false,
  source: source(line),
});

/** Line 4 makes three convolutions in a loop, line 6 a dense layer with an activation, another file the flatten between them. */
export const inspectedModel: InspectedModel = {
  exportName: 'createModel',
  source: source(2),
  graph: {
    name: 'example',
    layers: [
      { kind: 'input', name: 'image', inputs: [], outputShape: [8, 8, 4], source: source(3) },
      convolution('a', 'image', 4),
      convolution('b', 'a', 4),
      convolution('c', 'b', 4),
      { kind: 'flatten', name: 'flat', inputs: ['c'], outputShape: [256], source: source(9, 1, '/project/helper.ts') },
      { kind: 'dense', name: 'dense', inputs: ['flat'], outputShape: [10], units: 10, useBias: true, source: source(6) },
      { kind: 'activation', name: 'dense_softmax', inputs: ['dense'], outputShape: [10], function: 'softmax', source: source(6) },
    ],
    outputs: ['dense_softmax'],
  },
};

export const configuration = runConfigurationSchema.parse({ model: { kind: 'file', path: file }, savers: { smd: { enabled: true } } });
export const profile = findDeviceProfile('asic-45nm');
export const estimatedModel = estimateModel(inspectedModel, configuration, profile);
