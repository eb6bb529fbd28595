import { describe, expect, it } from 'vitest';
import { filesOfBoard, measuredBoards, unnamedBoard } from '../../../src/extension/measurements/measured-boards';
import { convolutionRow, measurementFile } from './measurement-files';

const missing = { layer: 'a', phase: 'forward' as const, precision: 'fp32', kind: 'unavailable' as const, reason: 'Too short.' };
const ultra = measurementFile([convolutionRow(), missing]);
const imported = measurementFile([convolutionRow({ board: 'ZCU104' }), convolutionRow({ energyJ: 1e-6 })], {
  id: 'imported',
  created: '2026-05-06T10:00:00.000Z',
  origin: { kind: 'import', format: 'e2train', file: 'a.csv', sha256: 'x' },
});
const older = measurementFile([convolutionRow({ board: 'ZCU104' })], { id: 'older', created: '2026-01-02T10:00:00.000Z' });

describe('the boards that were measured', () => {
  it('are named by their rows, else by their files, newest first, and count figures alone', () => {
    expect(measuredBoards([ultra, imported, older])).toEqual([
      { name: 'ZCU104', figures: 2, newest: '2026-05-06' },
      { name: unnamedBoard, figures: 1, newest: '2026-05-06' },
      { name: 'Ultra96', figures: 1, newest: '2026-03-04' },
    ]);
  });

  it('leave the rows of one of them', () => {
    const files = filesOfBoard([ultra, imported, older], 'ZCU104');
    expect(files.map(({ id, rows }) => [id, rows.length])).toEqual([
      ['imported', 1],
      ['older', 1],
    ]);
    expect(filesOfBoard([ultra, imported], unnamedBoard).map(({ rows }) => rows)).toEqual([[imported.rows[1]]]);
  });
});
