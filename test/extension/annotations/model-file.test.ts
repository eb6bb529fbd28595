import { describe, expect, it } from 'vitest';
import { mayHoldModel, mentionsLayers } from '../../../src/extension/annotations/model-file';

const document = { scheme: 'file', languageId: 'typescript', text: "import * as tf from '@tensorflow/tfjs';" };

describe('a document that may hold a model', () => {
  it('is TypeScript or JavaScript on disk that mentions TensorFlow.js or E2-Train', () => {
    expect(mayHoldModel(document)).toBe(true);
    expect(mayHoldModel({ ...document, languageId: 'javascript', text: '// e2train: input 32x32x3' })).toBe(true);
    expect(mayHoldModel({ ...document, text: 'export default (tf) => tf.layers.dense({ units: 1 })' })).toBe(true);
  });

  it('is Python on disk that imports PyTorch or Keras', () => {
    for (const text of ['import torch', 'from torch import nn', 'import os\nfrom keras import layers', '# e2train: input 32x32x3']) {
      expect(mayHoldModel({ ...document, languageId: 'python', text })).toBe(true);
    }
  });

  it('is not untitled, of version control, of another language, or about something else', () => {
    expect(mayHoldModel({ ...document, scheme: 'untitled' })).toBe(false);
    expect(mayHoldModel({ ...document, scheme: 'git' })).toBe(false);
    expect(mayHoldModel({ ...document, languageId: 'ruby' })).toBe(false);
    expect(mayHoldModel({ ...document, languageId: 'python', text: 'print("torch")' })).toBe(false);
    expect(mayHoldModel({ ...document, text: 'export const x = 1;' })).toBe(false);
  });
});

describe('mentionsLayers', () => {
  it('tells a file that makes layers from one that only loads TensorFlow.js', () => {
    expect(mentionsLayers('const model = tf.sequential();', 'typescript')).toBe(true);
    expect(mentionsLayers("import { layers } from '@tensorflow/tfjs'; layers.dense({ units: 1 });", 'javascript')).toBe(true);
    expect(mentionsLayers("import * as tf from '@tensorflow/tfjs'; tf.tensor([1]).print();", 'typescript')).toBe(false);
    expect(mentionsLayers('from torch import nn\nmodel = nn.Sequential()', 'python')).toBe(true);
    expect(mentionsLayers('from keras import layers\nx = layers.Dense(1)(y)', 'python')).toBe(true);
    expect(mentionsLayers('import torch\nprint(torch.ones(2))', 'python')).toBe(false);
  });
});
