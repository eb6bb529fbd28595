import { contenders } from '../peers/contenders';
import type { Figure } from './property';
import type { Setting } from './speed';
import { withSteps } from './steps';

/** Peak memory of the process that trains, runtime included, against PyTorch's in the layout that takes less. */
export async function peakMemory(setting: Setting): Promise<Figure> {
  const property = "peak memory against PyTorch's";
  const bar = { unit: '×', bar: 1, direction: 'at most' } as const;
  try {
    const all = contenders(false);
    const asked = { ...setting, threads: 1 };
    const ours = all[setting.engine](asked, 1).peakMemoryMB;
    const theirs = Math.min(all.torchChannelsLast(asked, 1).peakMemoryMB, all.torchContiguous(asked, 1).peakMemoryMB);
    const from = `ours ${ours.toFixed(0)} MB, PyTorch's ${theirs.toFixed(0)} MB`;
    return { ...setting, ...bar, property, value: ours / theirs, from };
  } catch (failure) {
    return { ...setting, ...bar, property, why: (failure as Error).message, from: '' };
  }
}

const stepsOfGrowth = 1000;

/** Memory of the process after a thousand steps beyond that after the first hundred, garbage collected. */
export function growth(setting: Setting): Promise<Figure> {
  return withSteps([{ ...setting, threads: 0 }], async ([steps]) => {
    const before = await steps!.take(0, 100, true);
    const after = await steps!.take(0, stepsOfGrowth, true);
    const grown = (key: 'residentBytes' | 'heapBytes') => (after[key] - before[key]) / 1e6;
    const from = `resident ${(after.residentBytes / 1e6).toFixed(0)} MB; JavaScript's heap ${grown('heapBytes').toFixed(2)} MB more`;
    const property = `growth of memory over ${stepsOfGrowth} steps`;
    return { ...setting, property, value: grown('residentBytes'), unit: 'MB', bar: 2, direction: 'at most', from };
  });
}

/** Weights and momenta of two processes after the same steps, one of them disturbed by a third. */
export function identicalBits(setting: Setting): Promise<Figure> {
  const steps = 10;
  return withSteps(
    [2, 2, 2].map((threads) => ({ ...setting, threads })),
    async ([first, second, disturber]) => {
      await first!.take(0, steps);
      await Promise.all([second!.take(0, steps), disturber!.take(0, steps)]);
      const [a, b] = [await first!.digest(), await second!.digest()];
      const from = `SHA-256 ${a.slice(0, 8)}… and ${b.slice(0, 8)}… after ${steps} steps on two threads, one run disturbed`;
      const property = 'weights and momenta that differ between two runs';
      return { ...setting, property, value: a === b ? 0 : 1, unit: '', bar: 0, direction: 'at most', from };
    },
  );
}
