import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { annotateLines } from '../../../src/extension/annotations/annotated-lines';
import { heatOf, shareOf } from '../../../src/extension/annotations/heat';
import { hoverText } from '../../../src/extension/annotations/hover-text';
import { estimatedModel, file } from './model-of-two-lines';

describe('the heat of a line', () => {
  it('is its share of its model’s energy: all lines, of whatever file, and the input make up the whole', () => {
    const lines = [...annotateLines(file, [estimatedModel]), ...annotateLines('/project/helper.ts', [estimatedModel])];
    const input = estimatedModel.layers[0]!.estimate.totalJ / estimatedModel.run.iteration.totalJ;
    expect(lines.reduce((sum, line) => sum + shareOf(line), input)).toBeCloseTo(1, 12);
  });

  it('is a bar in proportion to the share, never none, in three colours', () => {
    expect([0, 0.001, 0.02, 0.021, 0.2, 0.4].map((share) => heatOf(share, 0.4).twentieths)).toEqual([1, 1, 1, 2, 10, 20]);
    expect(heatOf(0, 0).twentieths).toBe(1);
    expect([0.1, 0.11, 0.25, 0.26].map((share) => heatOf(share, 0.4).color.slice('e2train.heat'.length))).toEqual([
      'Low',
      'Medium',
      'Medium',
      'High',
    ]);
  });

  it('is said in words in the hover', () => {
    const [line] = annotateLines(file, [estimatedModel]);
    const percent = Math.round(100 * shareOf(line!));
    expect(hoverText(line!)).toContain(` · ${percent} % of the model’s energy`);
  });
});

/** Relative luminance, WCAG 2.1. */
function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

describe('the colours of heat', () => {
  const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    contributes: { colors: { id: string; defaults: Record<string, string> }[] };
  };
  const backgrounds = { dark: '#1f1f1f', light: '#ffffff', highContrast: '#000000', highContrastLight: '#ffffff' };

  // WCAG 2.1, 1.4.11: 3 to 1 for graphics. Whoever sees no hues sees lightness.
  it.each(Object.entries(backgrounds))('stand out from the %s background, the hotter the more', (theme, background) => {
    const contrasts = ['Low', 'Medium', 'High'].map((level) => {
      const { defaults } = contributes.colors.find(({ id }) => id === `e2train.heat${level}`)!;
      return contrast(defaults[theme]!, background);
    });
    expect(contrasts[0]).toBeGreaterThanOrEqual(3);
    expect(contrasts[1]! / contrasts[0]!).toBeGreaterThan(1.3);
    expect(contrasts[2]! / contrasts[1]!).toBeGreaterThan(1.3);
  });
});
