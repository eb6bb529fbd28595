import { describe, expect, it } from 'vitest';
import { compare } from '../../src/scripts/peers/compare';
import { type Contender, type ContenderName, contenderNames } from '../../src/scripts/peers/contenders';
import { markdownTable } from '../../src/scripts/peers/markdown-table';

const setting = { network: 'resnet20', batch: 32, threads: 1 };

/** Contenders that take these milliseconds round after round, and note who was asked. */
function playing(times: Readonly<Record<ContenderName, readonly number[] | string>>) {
  const asked: ContenderName[] = [];
  const contender = (name: ContenderName): Contender => {
    return () => {
      asked.push(name);
      const given = times[name];
      if (typeof given === 'string') throw new Error(given);
      const milliseconds = given[asked.filter((other) => other === name).length - 1]!;
      return { stepMs: { min: milliseconds, median: milliseconds + 1 }, peakMemoryMB: milliseconds * 2 };
    };
  };
  const contenders = Object.fromEntries(contenderNames.map((name) => [name, contender(name)])) as Record<ContenderName, Contender>;
  return { asked, contenders };
}

describe('bench:peers', () => {
  const { asked, contenders } = playing({
    native: [12, 10],
    wasm: [20, 30],
    torchChannelsLast: [31, 32],
    torchContiguous: [50, 30],
    tfjsNode: [100, 90],
    tfjsWasm: 'it has no filter gradient',
  });
  const comparison = compare(setting, contenders, 2, 1);

  it('asks everyone in turn, round after round, and nobody again who cannot do the step', () => {
    expect(asked).toEqual([...contenderNames, ...contenderNames.filter((name) => name !== 'tfjsWasm')]);
  });

  it('prints ratios of the least times, PyTorch in its faster layout, and says why a figure is missing', () => {
    const [, , row, , note] = markdownTable([comparison]).split('\n');
    expect(row).toBe(
      '| resnet20 | 32 | 1 | 10.0 | 24 | 20.0 | 60 | 30.0 | 100 | 90.0 | unavailable [1] | 3.00 × | 1.50 × | 9.00 × | 4.50 × |',
    );
    expect(note).toBe('[1] unavailable, because: it has no filter gradient');
  });
});
