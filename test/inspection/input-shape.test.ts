import { expect, it } from 'vitest';
import { filledShape, inputShapeDirective } from '../../src/inspection/input-shape';

it.each([
  ['// e2train: input 32x32x3', [32, 32, 3]],
  ['/* E2Train: input 28 × 28 × 1 */', [28, 28, 1]],
  ['// e2train: input 784', [784]],
])('reads the directive %j', (text, shape) => {
  expect(inputShapeDirective(`const a = 1;\n${text}\n`)).toEqual(shape);
});

it.each(['// e2train: input wide', '// e2train: input 0x3', 'input 32x32x3'])('takes %j for no directive', (text) => {
  expect(inputShapeDirective(text)).toBeUndefined();
});

it('fills open sizes and keeps the given ones', () => {
  expect(filledShape([null, null, 32, 3], [24, 32, 3])).toEqual([null, 24, 32, 3]);
});

it('does not overrule what the source says', () => {
  expect(filledShape([null, null, 32, 3], [24, 24, 3])).toEqual([null, null, 32, 3]);
  expect(filledShape([null, 100], [24, 24, 3])).toEqual([null, 100]);
});
