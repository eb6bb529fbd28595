import { describe, expect, test } from 'vitest';
import { Participation } from '../../../src/engine/local/participation';

/** Runs sections of 20 ms for a while, in which the process gets as many cores as told; gives how many threads took part in each. */
function run(
  participation: Participation,
  clocks: { now: number; processor: number },
  milliseconds: number,
  cores: (active: number) => number,
) {
  const took: number[] = [];
  for (const end = clocks.now + milliseconds; clocks.now < end; ) {
    participation.begin();
    took.push(participation.active);
    clocks.now += 20;
    clocks.processor += 20 * cores(participation.active);
    participation.end();
    // Between sections other work takes the processor, which is none of the threads'.
    clocks.now += 1;
    clocks.processor += 7;
  }
  return took;
}

function started(threads: number) {
  const clocks = { now: 0, processor: 0 };
  return { clocks, participation: new Participation(threads, { now: () => clocks.now, processorTime: () => clocks.processor }) };
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
    const { participation, clocks } = started(4);
    expect(run(participation, clocks, 3000, () => 2.7).at(-1)).toBe(3);
    run(participation, clocks, 3000, (active) => 0.95 * active);
    expect(
      share(
        run(participation, clocks, 3000, (active) => 0.95 * active),
        4,
      ),
    ).toBe(1);
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
