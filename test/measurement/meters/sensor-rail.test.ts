import { describe, expect, it } from 'vitest';
import { RailReader, type SensorRail } from '../../../src/measurement/meters/sensor-rail';

const rail = (reading: SensorRail['reading']): SensorRail => ({
  name: 'rail',
  kind: 'rapl',
  resolutionW: 0,
  counted: true,
  files: ['a'],
  reading,
});
/** 262 kJ, as a laptop's package counts. */
const range = 262_143_328_850;

describe('a counter of microjoules', () => {
  const read = (...readings: readonly [number, number][]) => {
    const reader = new RailReader(rail({ form: 'microjoules', range }));
    return readings.map(([time, value]) => reader.sample(time, [value]));
  };

  it('gives the mean power since the reading before, and nothing for the first', () => {
    expect(read([10, 1_000_000], [10.5, 6_000_000])).toEqual([undefined, { time: 10.5, rail: 'rail', watts: 10, over: 0.5 }]);
  });

  it('goes on where it begins anew after its range', () => {
    const [, sample] = read([10, range - 2_000_000], [10.5, 3_000_000]);
    expect(sample).toMatchObject({ watts: 10 });
  });

  it('drops the reading after a suspend set it back, and goes on from there', () => {
    const [, , after, next] = read([10, 50_000_000_000], [10.1, 50_001_000_000], [10.2, 4_000_000], [10.3, 5_000_000]);
    expect(after).toBeUndefined();
    expect(next).toMatchObject({ watts: expect.closeTo(10, 6) });
  });

  it('drops a jump forwards that no processor could draw', () => {
    expect(read([10, 0], [10.1, 1_000_000_000])[1]).toBeUndefined();
  });

  it('drops a wrap after a pause in which it may have come round twice', () => {
    expect(read([0, range - 1_000_000], [3600, 5_000_000])[1]).toBeUndefined();
  });
});

it('reads microwatts, and millivolts times milliamperes', () => {
  expect(new RailReader(rail({ form: 'microwatts' })).sample(1, [2_500_000])).toEqual({ time: 1, rail: 'rail', watts: 2.5 });
  expect(new RailReader(rail({ form: 'millivoltsTimesMilliamperes' })).sample(1, [850, 1200])).toEqual({
    time: 1,
    rail: 'rail',
    watts: 1.02,
  });
});

it('gives nothing, not a zero, where a file cannot be read', () => {
  expect(new RailReader(rail({ form: 'microwatts' })).sample(1, [undefined])).toBeUndefined();
  expect(new RailReader(rail({ form: 'millivoltsTimesMilliamperes' })).sample(1, [850, undefined])).toBeUndefined();
});
