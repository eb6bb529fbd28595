import { describe, expect, it } from 'vitest';
import { estimateNetwork } from '../../../src/energy/estimate';
import { annotateLines } from '../../../src/extension/annotations/annotated-lines';
import { annotationLabel, annotationText } from '../../../src/extension/annotations/annotation-text';
import { estimateModel } from '../../../src/extension/annotations/estimated-model';
import { hoverText } from '../../../src/extension/annotations/hover-text';
import { modelNode } from '../../../src/extension/layers/layer-nodes';
import { deviation } from '../../../src/extension/measurements/measured-text';
import type { MeasurementFile } from '../../../src/protocol/measurements';
import { phases } from '../../../src/protocol/phases';
import { configuration, file, inspectedModel, profile } from '../annotations/model-of-two-lines';
import { convolutionRow, measurementFile } from './measurement-files';

const estimated = (...files: MeasurementFile[]) => estimateModel(inspectedModel, configuration, profile, files);
const linesOf = (...files: MeasurementFile[]) => annotateLines(file, [estimated(...files)]);

describe('what was measured of a line', () => {
  const measured = measurementFile([convolutionRow()]);
  const [convolutions, dense] = linesOf(measured);

  it('sums the layers that compute the same, and their errors, which are one', () => {
    expect(convolutions?.measured).toMatchObject({ board: 'Ultra96', precision: 'int8', batchSize: 1, phases: ['forward'], covered: 3 });
    expect(convolutions!.measured!.energyJ).toBeCloseTo(6e-6, 12);
    expect(convolutions!.measured!.standardErrorJ).toBeCloseTo(3e-7, 12);
    expect(dense?.measured).toBeUndefined();
  });

  it('is held against the estimate of the same phase, batch and operand widths', () => {
    const bits = { weights: 8, activations: 8, gradients: 8 };
    const like = estimateNetwork(inspectedModel.graph, profile, { batchSize: 1, bits });
    const expected = like.layers.filter(({ name }) => 'abc'.includes(name)).reduce((sum, { phaseJ }) => sum + phaseJ.forward, 0);
    expect(convolutions!.measured!.likeJ).toBeCloseTo(expected, 15);
  });

  it('is held against a profile that was edited by its new prices, although its name is the old one', () => {
    const edited = structuredClone(profile);
    for (const part of [edited.dram, edited.buffer, edited.register]) part.accessPJ.value *= 4;
    for (const width of [8, 32] as const)
      for (const operation of ['addPJ', 'multiplyPJ'] as const) edited.arithmetic[width][operation].value *= 4;
    const [line] = annotateLines(file, [estimateModel(inspectedModel, configuration, edited, [measured])]);
    // The work is the same; every price is four times as high.
    expect(line!.measured!.likeJ).toBeCloseTo(4 * convolutions!.measured!.likeJ!, 12);
  });

  it('stands behind the estimate with the conditions that the estimate does not share', () => {
    const difference = deviation(6e-6, convolutions!.measured!.likeJ!);
    expect(annotationText(convolutions!, 40)).toMatch(/^~[\d.]+ .J ×3 · 6\.00 µJ Ultra96 .+ \(forward, batch 1, int8\)$/);
    expect(annotationText(convolutions!, 40)).toContain(` ${difference} (`);
    expect(annotationLabel(convolutions!)).toContain('measured 6.00 µJ on Ultra96');
    expect(annotationText(dense!, 40)).not.toContain('Ultra96');
  });

  it('needs no words for conditions that are the estimate’s own', () => {
    const all = phases.map((phase) => convolutionRow({ phase, precision: 'fp32', batchSize: configuration.batchSize, energyJ: 1e-3 }));
    const [line] = linesOf(measurementFile(all));
    expect(line!.measured!.likeJ).toBeCloseTo(line!.energyJ, 12);
    expect(annotationText(line!, 40)).toMatch(/ · 1[12]\.0 mJ Ultra96 \S+( times| %)?$/);
  });

  it('says when a figure is no measurement, or of a few of the layers', () => {
    const row = { ...convolutionRow({ kind: 'published' }), layer: 'b', signature: undefined };
    const [line] = linesOf(measurementFile([row]));
    expect(hoverText(line!)).toMatch(/2\.00 µJ Ultra96 published \(forward, batch 1, int8, 1 of 3 layers\)/);
    expect(hoverText(line!)).toContain('whatever its shape');
  });

  it('does not miss the activation that is an argument of a dense layer', () => {
    const row = { ...convolutionRow({ precision: 'fp32' }), layer: 'dense', signature: undefined };
    const [, line] = linesOf(measurementFile([row]));
    expect(line!.layers).toHaveLength(2);
    expect(line!.measured).toMatchObject({ covered: 1 });
    expect(annotationText(line!, 40)).toMatch(/ \(forward, batch 1\)$/);
  });

  it('is cut where it would run out of the window, and whole in the hover and to screen readers', () => {
    const row = { ...convolutionRow({ kind: 'published' }), layer: 'b', signature: undefined };
    const [short] = linesOf(measurementFile([row]));
    expect(annotationText(short!, 30)).toMatch(/ \(forward, batch 1, int8, 1 of 3 layers\)$/);
    expect(annotationText(short!, 45)).toMatch(/ \(forward, batch 1, int8, …\)$/);
    expect(annotationText(short!, 110)).toMatch(/ Ultra96 published .* \(…\)$/);
    for (const whole of [hoverText(short!), annotationLabel(short!)]) expect(whole).toContain('forward, batch 1, int8, 1 of 3 layers');
    const [long] = linesOf(measurementFile([{ ...row, board: 'xilinx-zcu104-3.laboratory.example.org' }]));
    expect(annotationText(long!, 60)).toMatch(/ xilinx-zcu10[^ ]*… published .* \(…\)$/);
    for (const line of [short, long]) expect(60 + annotationText(line!, 60).length).toBeLessThanOrEqual(120);
    expect(hoverText(long!)).toContain('xilinx-zcu104-3.laboratory.example.org');
  });

  it('leaves the comparison out where the precision does not tell widths', () => {
    const [line] = linesOf(measurementFile([convolutionRow({ precision: 'dpu' })]));
    expect(annotationText(line!, 40)).toMatch(/6\.00 µJ Ultra96 \(forward, batch 1, dpu\)$/);
    expect(hoverText(line!)).toContain('Not compared: `dpu`');
  });

  it('takes the newest of the files, and all of them in the hover’s table', () => {
    const newer = measurementFile([convolutionRow({ energyJ: 3e-6, board: 'ZCU104|x' })], {
      id: 'second',
      created: '2026-04-05T10:00:00.000Z',
    });
    const [line] = linesOf(measured, newer);
    expect(annotationText(line!, 40)).toContain('9.00 µJ ZCU104|x');
    const rows = hoverText(line!)
      .split('\n')
      .filter((text) => text.startsWith('| `a` ×3 |'));
    expect(rows).toHaveLength(2);
    expect(rows[0]).toContain('`ZCU104¦x` | 2026-04-05 | measured |');
    expect(rows[1]).toMatch(/2\.00 µJ ± 100 nJ \| .* \| forward \| `int8` \| 1 \| 5 × 100 \| `Ultra96` \| 2026-03-04 \| measured \|$/);
  });

  it('counts no layer that lacks a phase that others have, and shows the rest', () => {
    const partial = measurementFile([
      convolutionRow({ phase: 'weightGradient' }),
      { ...convolutionRow(), layer: 'b', signature: undefined },
    ]);
    const [line] = linesOf(partial);
    expect(line!.measured).toMatchObject({ covered: 1, phases: ['forward', 'weightGradient'] });
  });

  it('stands in the Layers view too', () => {
    const [line] = modelNode(file, estimated(measured)).children;
    expect(line!.description).toMatch(/^~[\d.]+ .J · 6\.00 µJ Ultra96 .*\(forward, batch 1, int8\) · /);
    expect(line!.accessibilityLabel).toContain('measured 6.00 µJ on Ultra96');
    expect(line!.children[0]!.description).toContain('2.00 µJ Ultra96');
  });
});

describe('deviation', () => {
  it('is a share of the estimate, or how many times it where that says more', () => {
    expect([1.17, 0.92, 1, 42, 12_345].map((ratio) => deviation(ratio, 1))).toEqual([
      '+17 %',
      '−8.0 %',
      '+0 %',
      '42 times',
      '1.23e+4 times',
    ]);
  });
});
