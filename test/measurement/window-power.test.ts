import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { energyPerExecution } from '../../src/measurement/net-energy';
import type { PowerSample } from '../../src/measurement/power-sample';
import { type WindowPower, windowPower } from '../../src/measurement/window-power';

const at = (times: readonly number[], watts: (time: number) => number, rail = 'board'): PowerSample[] =>
  times.map((time) => ({ time, rail, watts: watts(time) }));
const steps = (count: number, interval: number, from = 0) => Array.from({ length: count }, (_, index) => from + index * interval);
const power = (samples: PowerSample[], begin: number, end: number) => windowPower(samples, { begin, end }) as WindowPower;

describe('energy of a window', () => {
  it('is exact for a power that rises evenly, whatever the times of the readings', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 0.999, noNaN: true }), { minLength: 12, maxLength: 60 }), (inner) => {
        // Readings at both borders, so that nothing is held: ∫ (3 + 2t) dt over [0, 1] = 4.
        const samples = at([0, ...new Set(inner), 1], (time) => 3 + 2 * time);
        const window = windowPower(samples, { begin: 0, end: 1 });
        if ('unavailable' in window) return;
        expect(window.energyJ).toBeCloseTo(4, 9);
      }),
    );
  });

  it('takes no power from beyond its borders', () => {
    const samples = at(steps(300, 0.01), (time) => (time >= 1 && time < 2 ? 5 : 1));
    const { energyJ, samples: count, gaps } = power(samples, 0.9999, 1.9999);
    expect(energyJ).toBeCloseTo(5, 9);
    expect({ count, gaps }).toEqual({ count: 100, gaps: 0 });
  });

  it('sums rails that are read at times of their own', () => {
    const samples = [...at(steps(101, 0.01), () => 2), ...at(steps(41, 0.025), () => 3, 'memory')];
    const window = power(samples, 0, 1);
    expect(window.energyJ).toBeCloseTo(5, 9);
    expect(window.railJ.get('memory')).toBeCloseTo(3, 9);
    expect(window.samples).toBe(41);
  });

  it('counts gaps, and refuses a window that is mostly gap', () => {
    const times = [...steps(20, 0.01), ...steps(20, 0.01, 0.4)];
    const samples = at(times, () => 2);
    expect(power(samples, 0, 0.6)).toMatchObject({ gaps: 1, samples: 40 });
    const sparse = at([...steps(20, 0.01), ...steps(20, 0.01, 2)], () => 2);
    expect(windowPower(sparse, { begin: 0, end: 2.2 })).toEqual({
      unavailable: 'The meter gave nothing for 1.81 s of a window of 2.20 s: measure again.',
    });
  });

  it('refuses fewer than ten readings', () => {
    expect(
      windowPower(
        at(steps(9, 0.1), () => 2),
        { begin: 0, end: 1 },
      ),
    ).toEqual({
      unavailable:
        'There are 9 power samples within 1.00 s, and at least 10 are needed: let the workload run longer (more executions), or sample faster.',
    });
    expect(
      power(
        at(steps(10, 0.1), () => 2),
        0,
        1,
      ).samples,
    ).toBe(10);
    expect(windowPower([], { begin: 0, end: 1 })).toHaveProperty('unavailable');
  });

  it('takes of means over spans the part that lies in the window', () => {
    // A counter that is read every 0.1 s: 1 W before t = 1, 5 W from there; the window begins within a span.
    const samples = steps(40, 0.1, 0.1).map((time) => ({ time, rail: 'package', watts: time <= 1.0001 ? 1 : 5, over: 0.1 }));
    expect(power(samples, 0.95, 3).energyJ).toBeCloseTo(0.05 * 1 + 2 * 5, 9);
  });
});

describe('energy of one execution', () => {
  const load = (watts: number, seconds = 2, from = 0) =>
    power(
      at(steps(seconds * 100 + 1, 0.01, from), () => watts),
      from,
      from + seconds,
    );

  it('is net of the idle power when that was recorded', () => {
    const figures = energyPerExecution([{ power: load(5), executions: 100 }], [load(2), load(2)], { resolutionW: 0 });
    expect(figures).toMatchObject({
      idleW: 2,
      powerW: expect.closeTo(5, 9),
      seconds: 0.02,
      repeats: 1,
      executions: 100,
      samples: 201,
      gaps: 0,
    });
    expect(figures).toHaveProperty('energyJ', expect.closeTo(0.06, 12));
  });

  it('is gross, and says so by having no idle power, when it was not', () => {
    const figures = energyPerExecution([{ power: load(5), executions: 1 }], [], { resolutionW: 0 });
    expect(figures).not.toHaveProperty('idleW');
    expect(figures).toHaveProperty('energyJ', expect.closeTo(10, 12));
  });

  it('is unavailable rather than a zero or a negative when the load draws no more than idle', () => {
    for (const watts of [2, 1.9]) {
      expect(energyPerExecution([{ power: load(watts), executions: 1 }], [load(2)], { resolutionW: 0.025 })).toEqual({
        unavailable: expect.stringContaining('The load could not be told from the idle power (net '),
      });
    }
  });

  it('has the spread of the repeats as its error', () => {
    const loads = [4.8, 5, 5.2].map((watts) => ({ power: load(watts), executions: 1 }));
    // Net 5.6, 6, 6.4 J: standard deviation 0.4, of the mean 0.4/√3.
    expect(energyPerExecution(loads, [load(2)], { resolutionW: 0 })).toHaveProperty(
      'standardErrorJ',
      expect.closeTo(0.4 / Math.sqrt(3), 9),
    );
  });

  it('counts what a step of power between two readings may hide, and what lies between border and reading', () => {
    // One step of 3 W within 0.1 s, and 0.05 s at either border: uniform in the one, unknown in the others.
    const samples = at(steps(20, 0.1, 0.05), (time) => (time < 1 ? 2 : 5));
    const figures = energyPerExecution([{ power: power(samples, 0, 2), executions: 1 }], [load(2)], { resolutionW: 0 });
    const border = (1.5 * Math.hypot(0.05, 0.05)) / Math.sqrt(3);
    expect(figures).toHaveProperty('energyJ', expect.closeTo(3, 9));
    expect(figures).toHaveProperty('standardErrorJ', expect.closeTo(Math.hypot((3 * 0.1) / Math.sqrt(12), border), 9));
  });

  it('counts the error of the idle power, of a reading’s step and of marks that stand wrong', () => {
    const loads = [{ power: load(5), executions: 1 }];
    const errorOf = (idles: WindowPower[], sources: Parameters<typeof energyPerExecution>[2]) =>
      (energyPerExecution(loads, idles, sources) as { standardErrorJ: number }).standardErrorJ;
    // Readings stand on the borders and see no step, so sampling adds nothing.
    // Idle 1.9 and 2.1 W: error of their mean 0.1 W, over 2 s.
    expect(errorOf([load(1.9), load(2.1)], { resolutionW: 0 })).toBeCloseTo(0.1 * 2, 9);
    expect(errorOf([load(2)], { resolutionW: 0.12 })).toBeCloseTo((0.12 / Math.sqrt(12)) * 2, 9);
    expect(errorOf([load(2)], { resolutionW: 0, markSeconds: 0.05 })).toBeCloseTo(0.05 * 3, 9);
  });
});
