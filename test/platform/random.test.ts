import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { philox, Random } from '../../src/platform/random';

const block = (counter: number[], key: number[]) => {
  const out = new Uint32Array(4);
  philox(counter, key, out);
  return [...out];
};

const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.uniform());

describe('philox', () => {
  // Known answers of the authors' library Random123 1.14, tests/kat_vectors, lines "philox4x32 10".
  it('gives the known answers of Random123', () => {
    expect(block([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    const ones = 0xffffffff;
    expect(block([ones, ones, ones, ones], [ones, ones])).toEqual([0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
    expect(block([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([
      0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1,
    ]);
  });
});

describe('Random', () => {
  it('draws the same numbers from the same seed and stream, others from others', () => {
    expect(draw(new Random(7, 'dropping'), 9)).toEqual(draw(new Random(7, 'dropping'), 9));
    expect(draw(new Random(8, 'dropping'), 9)).not.toEqual(draw(new Random(7, 'dropping'), 9));
    expect(draw(new Random(7, 'dropout'), 9)).not.toEqual(draw(new Random(7, 'dropping'), 9));
    expect(draw(new Random(7, 1), 9)).not.toEqual(draw(new Random(7, 2), 9));
    expect(draw(new Random(2 ** 32 + 7, 1), 9)).not.toEqual(draw(new Random(7, 1), 9));
  });

  it('goes on from a restored state as if never interrupted, after any number of draws', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.array(fc.constantFrom('uniform', 'integer', 'normal'), { maxLength: 9 }), (before, calls) => {
        const random = new Random(3, 'x');
        for (let index = 0; index < before; index++) random.integer(5);
        const restored = new Random(3, 'x');
        restored.restore(JSON.parse(JSON.stringify(random.state)));
        const next = (from: Random) => calls.map((call) => (call === 'integer' ? from.integer(1000) : from[call as 'uniform']()));
        expect(next(restored)).toEqual(next(random));
      }),
      { seed: 1 },
    );
  });

  it('refuses a state that is none', () => {
    expect(() => new Random(1, 'x').restore('soon')).toThrow('“soon” is not the state of a random stream');
    expect(() => new Random(-1, 'x')).toThrow('A seed must be a whole number');
  });

  // The bounds are five standard errors of the statistic for a true source; the seed is fixed.
  it('is uniform on [0, 1)', () => {
    const values = draw(new Random(1, 'uniform'), 100_000);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const mean = values.reduce((a, b) => a + b) / values.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / values.length));
  });

  it('gives normal numbers with mean 0, variance 1 and kurtosis 3', () => {
    const random = new Random(1, 'normal');
    const n = 100_000;
    const values = Array.from({ length: n }, () => random.normal());
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / n;
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
  });

  it('gives whole numbers below n, every one as often', () => {
    const random = new Random(1, 'integer');
    const n = 7;
    const draws = 70_000;
    const counts = new Array<number>(n).fill(0);
    for (let index = 0; index < draws; index++) counts[random.integer(n)]! += 1;
    for (const count of counts) expect(Math.abs(count - draws / n)).toBeLessThan(5 * Math.sqrt(draws / n));
    expect(() => random.integer(0)).toThrow('no whole number');
  });
});
