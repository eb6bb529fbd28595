import { describe, expect, it } from 'vitest';
import { findDeviceProfile } from '../../../src/energy/device-profile';
import { estimateNetwork } from '../../../src/energy/estimate';
import { annotateLines, linesOfModels } from '../../../src/extension/annotations/annotated-lines';
import { annotationLabel, annotationText } from '../../../src/extension/annotations/annotation-text';
import { hoverText } from '../../../src/extension/annotations/hover-text';
import { lineTexts } from '../../../src/extension/annotations/line-texts';
import type { Layer } from '../../../src/protocol/layer-graph';
import { estimatedModel, file, inspectedModel } from './model-of-two-lines';

const lines = annotateLines(file, [estimatedModel]);

describe('annotateLines', () => {
  it('charges each layer to the line that made it, and nothing of other files', () => {
    expect(lines.map(({ line, made, layers }) => ({ line, made, layers: layers.map(({ layer }) => layer.name) }))).toEqual([
      { line: 4, made: 3, layers: ['a', 'b', 'c'] },
      { line: 6, made: 1, layers: ['dense', 'dense_softmax'] },
    ]);
    expect(annotateLines('/project/helper.ts', [estimatedModel]).map(({ line }) => line)).toEqual([9]);
  });

  it('sums to the network’s estimate over all files', () => {
    const estimate = estimateNetwork(inspectedModel.graph, findDeviceProfile('asic-45nm'), { batchSize: 64 });
    const input = estimate.layers[0]!.totalJ;
    const sum = [...lines, ...annotateLines('/project/helper.ts', [estimatedModel])].reduce((total, { energyJ }) => total + energyJ, input);
    expect(sum).toBeCloseTo(estimate.totalJ, 15);
  });

  it('counts MACs as the textbook does: 8·8·4 outputs of 3·3·4 products, three times', () => {
    expect(lines[0]!.macs).toBe(3 * 8 * 8 * 4 * 3 * 3 * 4);
  });

  it('shows the first of two models that share a line, and names the other', () => {
    const other = { ...estimatedModel, model: { ...inspectedModel, exportName: 'other' } };
    const [first] = annotateLines(file, [estimatedModel, other]);
    expect(first!.energyJ).toBe(lines[0]!.energyJ);
    expect(hoverText(first!)).toContain('The line also makes layers of `other`.');
  });
});

describe('the text behind a line', () => {
  it('gives estimated energy, MACs and how many layers', () => {
    expect(annotationText(lines[0]!, 40)).toMatch(/^~\d[\d.]* [µm]?J · 27\.6 k MACs ×3$|^~\d[\d.]* [µm]?J · 27\.65? k MACs ×3$/);
  });

  it('does not count an activation argument', () => {
    expect(annotationText(lines[1]!, 40)).not.toContain('×');
  });

  it('stays within forty characters for the largest of networks', () => {
    expect(annotationText({ ...lines[0]!, energyJ: 123_456, macs: 987_654_321_000, made: 110 }, 40).length).toBeLessThanOrEqual(40);
  });

  it('says why a line costs nothing', () => {
    const layer = { ...lines[1]!.layers[0]!.layer, kind: 'flatten' } as Layer;
    const view = { ...lines[1]!, energyJ: 0, macs: 0, layers: [{ ...lines[1]!.layers[0]!, layer }] };
    expect(annotationText(view, 40)).toBe('~0 J · moves no data');
    expect(annotationLabel(view)).toBe('estimated 0 J per iteration, moves no data');
  });

  it('is spelled out for screen readers', () => {
    expect(annotationLabel(lines[0]!)).toMatch(/^estimated .* per iteration, .* MACs per image, 3 layers$/);
  });
});

describe('a line without an estimate', () => {
  const missing = { reason: 'mine.json is no JSON.', lines: linesOfModels(file, [inspectedModel]) };
  const texts = lineTexts({ lines: [], missing }, () => 40);

  it('says so where its figure would stand, and why in the hover and to screen readers', () => {
    expect(texts.map(({ line }) => line)).toEqual(lines.map(({ line }) => line));
    expect(texts[0]).toMatchObject({ text: 'energy unavailable', label: 'Energy unavailable: mine.json is no JSON.' });
    expect(texts[0]!.hover()).toBe('**Energy unavailable** — mine\\.json is no JSON\\.');
  });

  it('says that it is being estimated while there is no reason', () => {
    const [underway] = lineTexts({ lines: [], missing: { lines: missing.lines } }, () => 40);
    expect(underway).toMatchObject({ line: texts[0]!.line, text: 'estimating…', label: 'estimating…' });
    expect(underway!.hover()).toBe('estimating…');
  });
});

describe('the hover', () => {
  const text = hoverText(lines[0]!);

  it('breaks the energy down by phase and component', () => {
    expect(text).toContain('| Forward |');
    expect(text).toContain('| Weight gradient |');
    expect(text).toMatch(/\| *\| Compute \| On-chip memory \| DRAM \| Sum \|/);
  });

  it('says what the figures are and rest on', () => {
    expect(text).toContain('Estimated, profile asic-45nm, batch 64, one computed training iteration, fp32.');
    expect(text).toContain('The savers now set save 33 % over the run.');
  });

  it('shows names of the person’s code as they are, never as Markdown', () => {
    const [line] = annotateLines(file, [estimatedModel]);
    const [first] = line!.layers;
    const evil = { ...first!, layer: { ...first!.layer, name: '`](command:x)|[', note: 'a [link](command:y)' } };
    const shown = hoverText({ ...line!, layers: [evil], made: 1 });
    expect(shown).toContain('`ʼ](command:x)¦[`');
    expect(shown).not.toContain('[link](command:y)');
  });
});
