import { describe, expect, it } from 'vitest';
import { runConfigurationSchema } from '../../src/protocol/configuration';
import { applyChanges, changesBetween } from '../../src/protocol/configuration-changes';

const defaults = runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' } });

describe('changes to the next run', () => {
  it('are only what differs from the settings', () => {
    const edited = structuredClone(defaults);
    edited.savers.smd.enabled = true;
    edited.batchSize = 32;
    expect(changesBetween(defaults, edited)).toEqual({ batchSize: 32, savers: { smd: { enabled: true } } });
  });

  it('give back what was edited', () => {
    const edited = runConfigurationSchema.parse({
      ...defaults,
      model: { kind: 'file', path: '/a.ts', exportName: 'model' },
      iterations: 5,
    });
    expect(applyChanges(defaults, changesBetween(defaults, edited))).toEqual(edited);
  });

  it('let a changed setting through where nothing was edited', () => {
    const changes = changesBetween(defaults, { ...defaults, batchSize: 32 });
    const laterDefaults = { ...defaults, iterations: 77 };
    expect(applyChanges(laterDefaults, changes)).toMatchObject({ batchSize: 32, iterations: 77 });
  });

  it('do not mix parts of two references', () => {
    const fromFile = { ...defaults, model: { kind: 'file' as const, path: '/a.ts' } };
    const changes = changesBetween(fromFile, defaults);
    expect(applyChanges(fromFile, changes).model).toEqual({ kind: 'builtin', name: 'resnet8' });
  });

  it('take an optional field away that the person took away', () => {
    const fineTuned = { ...defaults, startFrom: '/run/model' };
    expect(changesBetween(fineTuned, defaults)).toEqual({ startFrom: null });
    expect(applyChanges(fineTuned, { startFrom: null })).toEqual(defaults);
    expect(changesBetween(fineTuned, { ...fineTuned, startFrom: undefined })).toEqual({ startFrom: null });
  });

  it('that no longer fit the schema are left out, the others kept', () => {
    expect(applyChanges(defaults, { batchSize: -1, iterations: 9, forgotten: true })).toEqual({ ...defaults, iterations: 9 });
  });
});
