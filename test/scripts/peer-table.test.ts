import { describe, expect, it } from 'vitest';
import { compare } from '../../src/scripts/peers/compare';
import { type Contender, type ContenderName, contenderNames } from '../../src/scripts/peers/contenders';
import { PeerTable } from '../../src/scripts/peers/peer-table';

const setting = { network: 'resnet20', batch: 32, threads: 1 };

/** Contenders that take these milliseconds round after round, and note who was asked. */
function playing(times: Readonly<Record<ContenderName, readonly number[] | string>>) {
  const asked: ContenderName[] = [];
  const contender = (name: ContenderName): Contender => {
    return () => {
      asked.push(name);
      const given = times[name];
      if (typeof given === 'string') throw new Error(given);
      const turns = asked.filter((other) => other === name).length;
      const milliseconds = given[Math.min(turns, given.length) - 1]!;
      return { stepMs: { min: milliseconds, median: milliseconds + 1 }, peakMemoryMB: milliseconds * 2 };
    };
  };
  const contenders = Object.fromEntries(contenderNames.map((name) => [name, contender(name)])) as Record<ContenderName, Contender>;
  return { asked, contenders };
}

const onceEach: Record<ContenderName, readonly number[] | string> = {
  native: [10],
  wasm: [20],
  torchChannelsLast: [30],
  torchContiguous: [30],
  tfjsNode: [50],
  tfjsWasm: 'it has no filter gradient',
};

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

  it('prints ratios of the least times beside their bars, PyTorch in its faster layout, and says why a figure is missing', () => {
    const table = new PeerTable('AVX2');
    expect(table.row(comparison)).toBe(
      '| resnet20 | 32 | 1 | 10.0 | 24 | 20.0 | 60 | 30.0 | 100 | 90.0 | unavailable [1] | 3.00 × (≥ 2.5) | 1.50 × (≥ 1.3) | 9.00 × (≥ 8) | 4.50 × (≥ 3) |',
    );
    expect(table.notes()).toEqual(['[1] unavailable, because: it has no filter gradient']);
    const columns = (line: string) => line.split('|').length;
    for (const line of table.head.split('\n')) expect(columns(line)).toBe(columns(table.row(comparison)));
  });

  it('says that a bar is not reached, and knows none where none was set', () => {
    const slower = playing({
      native: [10],
      wasm: [40],
      torchChannelsLast: [24],
      torchContiguous: [25],
      tfjsNode: [50],
      tfjsWasm: 'it has no filter gradient',
    });
    const table = new PeerTable('AVX-512');
    expect(table.row(compare(setting, slower.contenders, 1, 1))).toMatch(
      /\| 2\.40 × \(< 2\.5\) \| 0\.60 × \(< 0\.85\) \| 5\.00 × \(< 8\) \| 1\.25 × \(< 3\) \|$/,
    );
    const mobile = { ...setting, network: 'mobilenetv2' };
    expect(table.row(compare(mobile, playing({ ...onceEach, native: [10], torchChannelsLast: [16] }).contenders, 1, 1))).toMatch(
      /\| 1\.60 × \(≥ 1\.5\) \| 0\.80 × \| 5\.00 × \| 2\.50 × \|$/,
    );
  });

  it('does not ask those again whose steps take longer than a turn, once they had two turns', () => {
    const slow = playing({ ...onceEach, native: [10, 10, 10], wasm: [2000, 2000, 2000] });
    compare(setting, slow.contenders, 3, 1);
    expect(slow.asked.filter((name) => name === 'native')).toHaveLength(3);
    expect(slow.asked.filter((name) => name === 'wasm')).toHaveLength(2);
  });
});
