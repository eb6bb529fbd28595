import { describe, expect, it } from 'vitest';
import { followedModel } from '../../../src/extension/savers/follow-model';
import { builtinImages, imageFactsOf } from '../../../src/extension/savers/image-shape';
import { modelChoices } from '../../../src/extension/savers/model-choices';

const file = { file: '/p/net.ts', exportName: 'default', inputShape: undefined };
const builtin = { model: { kind: 'builtin' as const, name: 'resnet20' as const } };

describe('models to choose from', () => {
  it('are those of open files, then the built-in networks', () => {
    const labels = modelChoices([file, { ...file, exportName: 'small' }]).map(({ label }) => label);
    expect(labels.slice(0, 3)).toEqual(['net.ts', 'small — net.ts', 'ResNet-8']);
    expect(labels.at(-1)).toBe('MobileNetV2');
  });
});

describe('the next run’s model', () => {
  it('follows the file that a person looks at', () => {
    expect(followedModel(builtin, false, [file])).toEqual({ kind: 'file', path: '/p/net.ts', exportName: 'default' });
  });

  it('stays a built-in network that was chosen', () => {
    expect(followedModel(builtin, true, [file])).toBeUndefined();
  });

  it('stays the chosen export of the same file, with the input shape given for it', () => {
    const chosen = { model: { kind: 'file' as const, path: '/p/net.ts', exportName: 'small' } };
    const models = [file, { file: '/p/net.ts', exportName: 'small', inputShape: [8, 8, 3] }];
    expect(followedModel(chosen, true, models)).toEqual({ ...chosen.model, inputShape: [8, 8, 3] });
    expect(followedModel(chosen, true, [file, { ...file, exportName: 'small' }])).toBeUndefined();
  });
});

describe('imageFactsOf', () => {
  it('knows CIFAR and IDX by their file names', () => {
    expect(imageFactsOf(['data_batch_1.bin', 'test_batch.bin'])).toEqual({ shape: [32, 32, 3], classes: 10 });
    expect(imageFactsOf(['train.bin', 'test.bin'])).toEqual({ shape: [32, 32, 3], classes: 100 });
    expect(imageFactsOf(['train-images-idx3-ubyte.gz'])).toEqual(builtinImages);
    expect(imageFactsOf(['notes.txt'])).toBeUndefined();
  });
});
