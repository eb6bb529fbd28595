import { describe, expect, test } from 'vitest';
import { Participation } from '../../../src/engine/local/participation';

interface TestClocks {
  now: number;
  processor: number;
  /** Undefined where the system does not say. */
  idle: number | undefined;
}

/**
 * Runs sections of 20 ms for a while, in which the process gets as many cores as told and some stand idle; gives how many threads took part
 * in each.
 */
function run(participation: Participation, clocks: TestClocks, milliseconds: number, cores: (active: number) => number, idleCores = 0) {
  const took: number[] = [];
  for (const end = clocks.now + milliseconds; clocks.now < end; ) {
    participation.begin();
    took.push(participation.active);
    clocks.now += 20;
    clocks.processor += 20 * cores(participation.active);
    if (clocks.idle !== undefined) clocks.idle += 20 * idleCores;
    participation.end();
    // Between sections other work takes the processor, which is none of the threads'.
    clocks.now += 1;
    clocks.processor += 7;
  }
  return took;
}

function started(threads: number, systemSaysIdle = false) {
  const clocks: TestClocks = { now: 0, processor: 0, idle: systemSaysIdle ? 0 : undefined };
  const read = { now: () => clocks.now, processorTime: () => clocks.processor, idleTime: () => clocks.idle };
  return { clocks, participation: new Participation(threads, read) };
}

const share = (took: readonly number[], count: number) => took.filter((active) => active === count).length / took.length;

describe('The threads that take part', () => {
  test('are all where each has a core', () => {
    const { participation, clocks } = started(2);
    expect(
      share(
        run(participation, clocks, 10_000, (active) => 0.95 * active),
        2,
      ),
    ).toBe(1);
  });

  test('are one fewer where a busy process holds a core half of the time and the others wait, but for a look now and then', () => {
    const { participation, clocks } = started(2);
    const took = run(participation, clocks, 10_000, (active) => (active === 2 ? 1.05 : 1));
    expect(share(took, 1)).toBeGreaterThan(0.9);
    expect(share(took, 2)).toBeGreaterThan(0);
  });

  test('stay all where only the first step misses a core, as it does while threads start', () => {
    const { participation, clocks } = started(2);
    run(participation, clocks, 60, () => 1.2);
    expect(
      share(
        run(participation, clocks, 3000, (active) => 0.95 * active),
        2,
      ),
    ).toBe(1);
  });

  test('are all again soon after the other process has ended', () => {
    const { participation, clocks } = started(4, true);
    expect(run(participation, clocks, 3000, () => 2.7).at(-1)).toBe(3);
    run(participation, clocks, 1500, (active) => 0.95 * active, 0.95);
    expect(
      share(
        run(participation, clocks, 3000, (active) => 0.95 * active),
        4,
      ),
    ).toBe(1);
  });

  test('take no look while no core stands idle, and are all again soon after one does', () => {
    const { participation, clocks } = started(2, true);
    run(participation, clocks, 10_000, (active) => (active === 2 ? 1.05 : 1));
    expect(
      share(
        run(participation, clocks, 60_000, () => 1),
        1,
      ),
    ).toBe(1);
    run(participation, clocks, 1100, (active) => 0.95 * active, 0.9);
    expect(
      share(
        run(participation, clocks, 3000, (active) => 0.95 * active),
        2,
      ),
    ).toBe(1);
  });

  test('rest between looks where a core stands idle that the process does not get', () => {
    const { participation, clocks } = started(2, true);
    const took = run(participation, clocks, 10_000, (active) => (active === 2 ? 1.05 : 1), 1);
    expect(share(took, 1)).toBeGreaterThan(0.9);
  });

  test('is the one there is', () => {
    const { participation, clocks } = started(1);
    expect(
      share(
        run(participation, clocks, 3000, () => 0.5),
        1,
      ),
    ).toBe(1);
  });
});
