import { describe, expect, it } from 'vitest';
import { type Figure, isReached, tableHead, tableRow } from '../../src/scripts/properties/property';

const figure: Figure = {
  property: 'two threads against one',
  network: 'resnet20',
  batch: 32,
  engine: 'native',
  value: 1.8,
  unit: '×',
  bar: 1.8,
  direction: 'at least',
  from: 'one thread 9.0 ms, two 5.0 ms',
};
const { value: _, ...unmeasured } = figure;

describe('bench:properties', () => {
  it.each([
    ['at least', 1.8, true],
    ['at least', 1.79, false],
    ['at most', 1.8, true],
    ['at most', 1.81, false],
  ] as const)('takes a bar of %s 1.8 at %d as reached: %s', (direction, value, reached) => {
    expect(isReached({ ...figure, direction, value })).toBe(reached);
    expect(tableRow({ ...figure, direction, value })).toContain(`| ${direction} 1.8 × | ${reached ? 'reached' : 'not reached'} |`);
  });

  it('says why there is no figure, and gives no verdict on it', () => {
    const missing = { ...unmeasured, why: 'PyTorch could not be installed.' };
    expect(isReached(missing)).toBe(false);
    expect(tableRow(missing)).toContain('| unavailable: PyTorch could not be installed. | at least 1.8 × | – |');
  });

  it('rounds to what is worth reading, and has a cell for each column', () => {
    const shown = (value: number, unit: Figure['unit']) => tableRow({ ...figure, value, unit }).split(' | ')[4];
    expect([shown(1.8765, '×'), shown(-2.345, 'MB'), shown(123.456, 'MB'), shown(0, '')]).toEqual(['1.88 ×', '-2.35 MB', '123.5 MB', '0']);
    const columns = (line: string) => line.split('|').length;
    for (const line of tableHead.split('\n')) expect(columns(line)).toBe(columns(tableRow(figure)));
  });
});
