import { expect, test } from 'vitest';
import { runConfigurationSchema } from '../../src/protocol/configuration';
import { withModel } from '../../src/protocol/next-model';

const trained = runConfigurationSchema.parse({ model: { kind: 'file', path: '/net.ts', exportName: 'model' }, startFrom: '/run/model' });

test('weights to begin with stay with their network, also where its input gets another shape or another interpreter reads it', () => {
  const model = { kind: 'file' as const, path: '/net.ts', exportName: 'model', inputShape: [32, 32, 3], python: '/usr/bin/python3' };
  expect(withModel(trained, model)).toEqual({ ...trained, model });
});

test('another network, or another export of the same file, begins with its own', () => {
  const others = [
    { kind: 'builtin' as const, name: 'resnet8' as const },
    { kind: 'file' as const, path: '/other.ts', exportName: 'model' },
    { kind: 'file' as const, path: '/net.ts', exportName: 'small' },
  ];
  for (const model of others) {
    expect(withModel(trained, model)).not.toHaveProperty('startFrom');
    expect(withModel(trained, model)).toEqual(runConfigurationSchema.parse({ model }));
  }
});
