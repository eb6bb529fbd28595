import { describe, expect, it } from 'vitest';
import { parseInputShape } from '../../../src/extension/annotations/input-shape';
import { inspectWithShapes, rememberedShape, rememberShape } from '../../../src/extension/annotations/remembered-shapes';
import type { InspectionResult } from '../../../src/protocol/inspection';
import { inspectedModel } from './model-of-two-lines';

describe('parseInputShape', () => {
  it.each([
    ['32x32x3', [32, 32, 3]],
    [' 28 × 28 × 1 ', [28, 28, 1]],
    ['[224, 224, 3]', [224, 224, 3]],
    ['784', [784]],
  ])('reads “%s”', (text, shape) => {
    expect(parseInputShape(text)).toEqual(shape);
  });

  it.each(['', '32x', '32x32x0', '1.5x2', 'axb', '1x2x3x4x5', '99999x1x1', '-1x2'])('refuses “%s” with a sentence', (text) => {
    expect(() => parseInputShape(text)).toThrow('is not an input shape: write height x width x channels, such as 32x32x3.');
  });
});

describe('remembered shapes', () => {
  const shapes = rememberShape(rememberShape({}, '/a.js', 'small', [8, 8, 1]), '/a.js', 'large', [64, 64, 3]);
  const model = (exportName: string, width: number) => ({
    ...inspectedModel,
    exportName,
    graph: { ...inspectedModel.graph, name: `width ${width}` },
  });
  const result = (width: number): InspectionResult => ({
    file: '/a.js',
    models: [model('small', width), model('large', width)],
    problems: [],
    dependencies: [],
    milliseconds: 1,
  });

  it('belong to an export, or to the whole file', () => {
    expect(rememberedShape(shapes, '/a.js', 'large')).toEqual([64, 64, 3]);
    expect(rememberedShape(shapes, '/a.js', 'other')).toBeUndefined();
    expect(rememberedShape(rememberShape({}, '/b.js', undefined, [1, 2, 3]), '/b.js', 'any')).toEqual([1, 2, 3]);
  });

  it('give every export its own', async () => {
    const asked: (number[] | undefined)[] = [];
    const merged = await inspectWithShapes(shapes, '/a.js', async (shape) => {
      asked.push(shape);
      return result(shape![1]!);
    });
    expect(asked).toEqual([
      [8, 8, 1],
      [64, 64, 3],
    ]);
    expect(merged.models.map(({ exportName, graph }) => [exportName, graph.name])).toEqual([
      ['small', 'width 8'],
      ['large', 'width 64'],
    ]);
  });

  it('ask once, without a shape, where none was given', async () => {
    let asked = 0;
    await inspectWithShapes({}, '/a.js', async (shape) => {
      asked++;
      expect(shape).toBeUndefined();
      return result(1);
    });
    expect(asked).toBe(1);
  });
});
