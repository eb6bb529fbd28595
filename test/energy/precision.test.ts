import { expect, it } from 'vitest';
import { widthsOfPrecision } from '../../src/energy/precision';

it.each([
  ['fp32', { weights: 32, activations: 32, gradients: 32 }],
  ['int8', { weights: 8, activations: 8, gradients: 8 }],
  ['w8a8g16', { weights: 8, activations: 8, gradients: 16 }],
  ['w4a8', { weights: 4, activations: 8, gradients: 4 }],
  ['fp64', undefined],
  ['int0', undefined],
  ['bitserial', undefined],
])('reads the widths of %s', (precision, widths) => {
  expect(widthsOfPrecision(precision)).toEqual(widths);
});
