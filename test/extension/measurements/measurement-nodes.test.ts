import { describe, expect, it } from 'vitest';
import { measurementNode } from '../../../src/extension/measurements/measurement-nodes';
import { convolutionRow, measurementFile } from './measurement-files';

describe('rows of the Measurements view', () => {
  const file = measurementFile(
    [convolutionRow(), { layer: 'b', phase: 'update', precision: 'fp32', kind: 'unavailable', reason: 'The sensor vanished.' }],
    { state: 'partial', reason: 'Cancelled after 1 of 2.' },
  );
  const node = measurementNode(file);

  it('say board, date, how much there is, and why it is not all', () => {
    expect(node).toMatchObject({
      label: 'model.ts on Ultra96',
      description: 'Ultra96 · 2026-03-04 · figures: 1 · unavailable: 1 · partial',
    });
    expect(node.tooltip).toContain('Cancelled after 1 of 2.');
  });

  it('have each figure with its error, conditions and kind, and the reason where there is none', () => {
    const [figure, missing] = node.children;
    expect(figure).toMatchObject({ label: 'a', description: '2.00 µJ ± 100 nJ · forward · int8 · batch 1 · measured' });
    expect(missing).toMatchObject({ label: 'b', description: 'unavailable · update · fp32', tooltip: 'b: The sensor vanished.' });
  });
});
