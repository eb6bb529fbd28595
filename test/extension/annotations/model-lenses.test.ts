import { describe, expect, it } from 'vitest';
import { isWorthShowing, modelLenses, problemLens, unestimatedLenses } from '../../../src/extension/annotations/model-lenses';
import { estimatedModel, file, inspectedModel } from './model-of-two-lines';

describe('lenses of a model', () => {
  it('offer training, tell the energy of an iteration and what the savers save, and lead to the layers', () => {
    const titles = modelLenses(file, estimatedModel).map(({ title }) => title);
    expect(titles[0]).toBe('$(play) Train');
    expect(titles[1]).toBe('Measure');
    expect(titles[2]).toMatch(/^~\d[\d.]* [mµ]?J\/iteration$/);
    expect(titles.slice(3)).toEqual(['saves 33 %', 'Layers']);
  });

  it('stand at the model’s line', () => {
    expect(new Set(modelLenses(file, estimatedModel).map(({ line }) => line))).toEqual(new Set([2]));
  });

  it('without an estimate, say why and lead to the device profile', () => {
    const lenses = unestimatedLenses(file, inspectedModel, 'There is no profile.');
    expect(lenses.map(({ line, title }) => [line, title])).toEqual([
      [2, '$(play) Train'],
      [2, 'Measure'],
      [2, '$(warning) Energy unavailable: There is no profile.'],
    ]);
    expect(lenses[2]!.action).toEqual({ kind: 'deviceProfile' });
    const [, , underway] = unestimatedLenses(file, inspectedModel, undefined);
    expect(underway).toMatchObject({ line: 2, title: 'estimating…', action: { kind: 'layers' } });
  });
});

describe('lenses of problems', () => {
  it('ask for a missing input shape', () => {
    const lens = problemLens(file, { code: 'input-shape-needed', message: 'No shape.', exportName: 'model' }, undefined);
    expect(lens).toMatchObject({
      title: expect.stringContaining('Set input shape…'),
      action: { kind: 'setInputShape', exportName: 'model' },
    });
  });

  it('say the sentence where the model’s lens stood, and lead to the problem’s line', () => {
    const lens = problemLens(file, { code: 'syntax-error', message: 'Broken.', source: { file, line: 12, column: 1 } }, 3);
    expect(lens).toMatchObject({ line: 3, title: '$(warning) Broken.', action: { kind: 'showProblem', line: 12 } });
  });

  it('leave files of helpers in peace', () => {
    const helper = { code: 'no-model' as const, message: 'Needs arguments.', exportName: 'residualBlock' };
    expect(isWorthShowing(helper, false)).toBe(false);
    expect(isWorthShowing({ ...helper, exportName: 'default' }, true)).toBe(false);
    expect(isWorthShowing({ ...helper, exportName: 'default' }, false)).toBe(true);
    expect(isWorthShowing({ ...helper, code: 'threw' }, true)).toBe(true);
  });
});
