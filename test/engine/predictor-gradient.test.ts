import { describe, expect, test } from 'vitest';
import type { Window } from '../../src/engine/program';
import { testedBuilds, withEngine } from './engine-builds';
import { operationProgram } from './operation-program';

/**
 * Every product at its largest and of one sign: where a sum in 32 bits would overflow. Expected values in whole numbers of any size. With few
 * input channels the sums are whole numbers, too; with many they are Winograd's in float32, a few roundings of 2^-24 from exact.
 */

const size = 32;
const batchSize = 3;
const outputs = 16;
const window: Window = {
  inputHeight: size,
  inputWidth: size,
  outputHeight: size,
  outputWidth: size,
  kernelHeight: 3,
  kernelWidth: 3,
  strideHeight: 1,
  strideWidth: 1,
  dilationHeight: 1,
  dilationWidth: 1,
  padTop: 1,
  padLeft: 1,
};

const cases = [
  { bits: 8, msbBits: 4, signed: false, gradientBits: 16 },
  { bits: 8, msbBits: 4, signed: true, gradientBits: 16 },
  { bits: 15, msbBits: 15, signed: false, gradientBits: 16 },
  { bits: 16, msbBits: 16, signed: true, gradientBits: 15 },
  { bits: 2, msbBits: 1, signed: false, gradientBits: 2 },
];

describe.each(testedBuilds)('On the %s build', (build) => {
  test.each(cases.flatMap((format) => [3, 16].map((inputs) => ({ ...format, inputs }))))(
    'the predictor is right at the largest products: $inputs channels, $bits bits, signed $signed, gradient $gradientBits',
    async ({ inputs, ...format }) => {
      const image = (channels: number) => ({ shape: [size, size, channels], perSample: true, type: 'float32' as const });
      const shared = (...shape: number[]) => ({ shape, perSample: false, type: 'float32' as const });
      const tensors = {
        x: image(inputs),
        dy: image(outputs),
        dw: shared(3, 3, inputs, outputs),
        range: shared(1),
        gradientRange: shared(1),
      };
      const names = Object.fromEntries(Object.keys(tensors).map((name) => [name, name]));
      const { program, ids } = operationProgram({ kind: 'conv2dPredictorGradient', ...names, window, ...format }, tensors, batchSize);
      const gradient = await withEngine({ build, threads: 2 }, async (engine) => {
        const executable = await engine.compile(program);
        const fill = (name: string, value: number) =>
          executable.write(ids.get(name)!, executable.read(ids.get(name)!).fill(value) as Float32Array);
        fill('range', 1);
        fill('gradientRange', 1);
        fill('x', format.signed ? -1 : 1);
        fill('dy', -1);
        executable.run('only', batchSize);
        return executable.read(ids.get('dw')!);
      });
      const level = format.signed ? -(2n ** BigInt(format.bits - 1)) : 2n ** BigInt(format.bits) - 1n;
      const gradientLevel = -(2n ** BigInt(format.gradientBits - 1));
      const unit = ((format.signed ? 2 : 1) / 2 ** format.bits) * (2 / 2 ** format.gradientBits);
      const expected = Array.from({ length: 9 * inputs * outputs }, (_, i) => {
        const tap = Math.floor(i / (inputs * outputs));
        const seen = (offset: number) => BigInt(offset === 1 ? size : size - 1);
        const pixels = seen(Math.floor(tap / 3)) * seen(tap % 3) * BigInt(batchSize);
        return Math.fround(Number(pixels * level * gradientLevel) * unit);
      });
      if (inputs === 3) expect(Array.from(gradient)).toEqual(expected);
      else
        gradient.forEach((value, i) => {
          expect(Math.abs(value - expected[i]!)).toBeLessThan(5e-6 * Math.abs(expected[i]!));
        });
    },
  );
});
