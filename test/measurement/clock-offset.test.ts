import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ClockOffset, estimateClockOffset } from '../../src/measurement/clock-offset';
import { Random } from '../../src/platform/random';

const idles = [
  { begin: 1000, end: 1002 },
  { begin: 1007, end: 1009 },
];
const loads = [1002.1, 1003.7, 1005.3].map((begin) => ({ begin, end: begin + 1.5 }));

/** A meter's readings: 2 W idle, 5 W in loads, with noise, every `interval` s on a clock that is `offset` s ahead. */
function recording(offset: number, interval: number, phase: number, noiseW = 0.05) {
  const noise = new Random(1, 'meter');
  return Array.from({ length: Math.round(40 / interval) }, (_, index) => {
    const time = 985 + (index + phase) * interval;
    const watts = loads.some(({ begin, end }) => time >= begin && time < end) ? 5 : 2;
    return { time: time + offset, rail: 'meter', watts: watts + noiseW * noise.normal() };
  });
}

it('finds any offset to within what it states', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.constantFrom(0.02, 0.1, 0.25),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (offset, interval, phase) => {
        const found = estimateClockOffset(recording(offset, interval, phase), loads, idles, 0.01) as ClockOffset;
        expect(Math.abs(found.seconds - offset)).toBeLessThan(3 * found.standardErrorSeconds);
        expect(found.standardErrorSeconds).toBeLessThan(interval / 3);
        expect(found.correlation).toBeGreaterThan(0.95);
      },
    ),
    { numRuns: 30 },
  );
});

it('says when the power does not follow the marks, the recording is too short, or there is no idle window', () => {
  const noise = new Random(2, 'meter');
  const other = recording(0, 0.1, 0).map((sample) => ({ ...sample, watts: 2 + noise.normal() }));
  expect(estimateClockOffset(other, loads, idles, 0.01)).toEqual({ unavailable: expect.stringContaining('does not follow the marks') });
  expect(estimateClockOffset(recording(0, 0.1, 0).slice(0, 50), loads, idles, 0.01)).toEqual({
    unavailable: "The meter's recording (4.9 s) is shorter than the measurement (9.0 s): start it before and stop it after.",
  });
  expect(estimateClockOffset(recording(0, 0.1, 0), loads, [], 0.01)).toHaveProperty('unavailable');
});
