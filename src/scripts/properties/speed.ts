import { mean } from '../../measurement/statistics';
import { whileCoresAreBusy } from './busy-cores';
import type { Figure } from './property';
import { type StepProcessOptions, type Steps, withWarmSteps } from './steps';

export type Setting = Pick<StepProcessOptions, 'network' | 'batch' | 'engine'>;

/** Each of them a ratio of steps that took turns: machines are noisy and drift. */
export interface Turns {
  readonly rounds: number;
  /** Of one turn. */
  readonly milliseconds: number;
}

const least = (times: readonly number[]) => Math.min(...times);
const ms = (time: number) => `${time.toFixed(1)} ms`;

async function takeTurns(contenders: readonly (() => Promise<readonly number[]>)[], rounds: number): Promise<number[][]> {
  const times = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [index, contender] of contenders.entries()) times[index]!.push(...(await contender()));
  return times;
}

/** Two threads against one: the fastest step of each. */
export function twoThreads(setting: Setting, { rounds, milliseconds }: Turns): Promise<Figure> {
  return withWarmSteps(
    [1, 2].map((threads) => ({ ...setting, threads })),
    async (steps) => {
      const turn = (each: Steps) => async () => (await each.take(milliseconds)).times;
      const [one, two] = (await takeTurns(steps.map(turn), rounds)).map(least);
      const from = `one thread ${ms(one!)}, two ${ms(two!)}`;
      return { ...setting, property: 'two threads against one', value: one! / two!, unit: '×', bar: 1.8, direction: 'at least', from };
    },
  );
}

/** Until threads have noticed that another process came or went: it happens once in a run, and here in each turn. */
const noticeMs = 1500;

/**
 * Two threads while another process keeps one core busy, against one thread alone: mean steps, since the fastest may have met an idle moment. What
 * one thread takes beside it says how much of that is the machine's: two cores may share what they compute with.
 */
export function besideBusyProcess(setting: Setting, { rounds, milliseconds }: Turns): Promise<Figure> {
  return withWarmSteps(
    [1, 2].map((threads) => ({ ...setting, threads })),
    async ([one, two]) => {
      const alone = async () => (await one!.take(milliseconds)).times;
      const disturbed = (steps: Steps) => () =>
        whileCoresAreBusy(1, async () => {
          await steps.take(noticeMs);
          return (await steps.take(milliseconds)).times;
        });
      const [single, both, singleBeside] = (await takeTurns([alone, disturbed(two!), disturbed(one!)], rounds)).map(mean);
      const property = 'two threads beside a busy process, against one thread alone';
      const from = `one thread alone ${ms(single!)}, beside it two ${ms(both!)}, one ${ms(singleBeside!)} (means)`;
      return { ...setting, property, value: single! / both!, unit: '×', bar: 1, direction: 'at least', from };
    },
  );
}

/** A step with SLU's gates, of which they close 40 % of all pairs of block and sample, against one of the network without gates. */
export function gatedOff(setting: Setting, { rounds, milliseconds }: Turns): Promise<Figure> {
  const threads = 1;
  return withWarmSteps(
    [
      { ...setting, threads },
      { ...setting, threads, openShare: 0.6 },
    ],
    async (steps) => {
      const turn = (each: Steps) => async () => (await each.take(milliseconds)).times;
      const [full, gated] = (await takeTurns(steps.map(turn), rounds)).map(least);
      const from = `full ${ms(full!)}, gated ${ms(gated!)}, gates' own work included, one thread`;
      return {
        ...setting,
        property: '40 % of block-samples gated off',
        value: gated! / full!,
        unit: '×',
        bar: 0.66,
        direction: 'at most',
        from,
      };
    },
  );
}

/**
 * Two runs at once, each with as many threads as there are cores: how much of its speed alone each keeps. Together they should do what one
 * does alone, and neither should starve.
 */
export function sideBySide(setting: Setting, { rounds, milliseconds }: Turns): Promise<Figure[]> {
  return withWarmSteps(
    [
      { ...setting, threads: 0 },
      { ...setting, threads: 0 },
    ],
    async (steps) => {
      const rate = async (each: Steps) => {
        await each.take(noticeMs);
        return 1 / mean((await each.take(2 * milliseconds)).times);
      };
      const kept: [number, number][] = [];
      for (let round = 0; round < rounds; round++) {
        const alone = [await rate(steps[0]!), await rate(steps[1]!)];
        const together = await Promise.all(steps.map(rate));
        kept.push([together[0]! / alone[0]!, together[1]! / alone[1]!]);
      }
      const [first, second] = [0, 1].map((run) => mean(kept.map((shares) => shares[run]!)));
      const from = `each keeps ${first!.toFixed(2)} and ${second!.toFixed(2)} of its speed alone`;
      return [
        {
          ...setting,
          property: 'two runs at once: both together, against one alone',
          value: first! + second!,
          unit: '×',
          bar: 0.9,
          direction: 'at least',
          from,
        },
        {
          ...setting,
          property: 'two runs at once: the slower against the faster',
          value: Math.min(first!, second!) / Math.max(first!, second!),
          unit: '×',
          bar: 0.7,
          direction: 'at least',
          from,
        },
      ];
    },
  );
}
