import { describe, expect, it } from 'vitest';
import { mayHoldModel, mentionsLayers } from '../../../src/extension/annotations/model-file';

const document = { scheme: 'file', languageId: 'typescript', text: "import * as tf from '@tensorflow/tfjs';" };

describe('a document that may hold a model', () => {
  it('is TypeScript or JavaScript on disk that mentions TensorFlow.js or E2-Train', () => {
    expect(mayHoldModel(document)).toBe(true);
    expect(mayHoldModel({ ...document, languageId: 'javascript', text: '// e2train: input 32x32x3' })).toBe(true);
    expect(mayHoldModel({ ...document, text: 'export default (tf) => tf.layers.dense({ units: 1 })' })).toBe(true);
  });

  it('is not untitled, of version control, of another language, or about something else', () => {
    expect(mayHoldModel({ ...document, scheme: 'untitled' })).toBe(false);
    expect(mayHoldModel({ ...document, scheme: 'git' })).toBe(false);
    expect(mayHoldModel({ ...document, languageId: 'python' })).toBe(false);
    expect(mayHoldModel({ ...document, text: 'export const x = 1;' })).toBe(false);
  });
});

describe('mentionsLayers', () => {
  it('tells a file that makes layers from one that only loads TensorFlow.js', () => {
    expect(mentionsLayers('const model = tf.sequential();')).toBe(true);
    expect(mentionsLayers("import { layers } from '@tensorflow/tfjs'; layers.dense({ units: 1 });")).toBe(true);
    expect(mentionsLayers("import * as tf from '@tensorflow/tfjs'; tf.tensor([1]).print();")).toBe(false);
  });
});
