import { describe, expect, it } from 'vitest';
import { contractionBits, piecesThatFit, weightGradientBits } from '../../src/energy/tiling';

const kilobyte = 8 * 1024;

describe('traffic of a 64-channel 3×3 convolution at 8×8, fp32, one image', () => {
  const moving = 4096 * 32;
  const reused = 36864 * 32;
  const compulsory = moving + reused + moving;
  // ZigZag 3.9.1, best mappings, off-chip traffic over the compulsory one by buffer size.
  it.each([
    [2, 2.36],
    [4, 1.64],
    [8, 1.27],
    [16, 1.09],
    [32, 1],
  ])('with a buffer of %d KB is %d × the compulsory one', (size, ratio) => {
    const bits = contractionBits({ moving, reused, result: moving, resultSums: moving, resultChannels: 64 }, size * kilobyte);
    expect(bits / compulsory).toBeCloseTo(ratio, 2);
  });
});

it('splits a weight gradient whose sums do not fit: 1.438 × compulsory at batch 32, 8 bits, 108 KB (ZigZag), 1 at 1 MB', () => {
  const operands = { activations: 131072 * 8, gradients: 131072 * 8, result: 36864 * 8, sums: 36864 * 32, channels: 64 };
  const compulsory = operands.activations + operands.gradients + operands.result;
  expect(weightGradientBits(operands, 108 * kilobyte) / compulsory).toBeCloseTo(1.438, 3);
  expect(weightGradientBits(operands, 1024 * kilobyte) / compulsory).toBe(1);
});

it('takes the fewest pieces that divide the channels and fit', () => {
  expect(piecesThatFit(100, 12, 1000)).toBe(1);
  expect(piecesThatFit(100, 12, 26)).toBe(4);
  expect(piecesThatFit(100, 12, 21)).toBe(6);
  expect(piecesThatFit(100, 7, 5)).toBe(7);
});
