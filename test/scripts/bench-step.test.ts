import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { networkMacs } from '../../src/network/macs';
import { buildResNet } from '../../src/network/resnet';
import { parseStepOptions } from '../../src/scripts/benchmark/step-options';

const project = join(__dirname, '..', '..');

describe('bench:step', () => {
  it.each(['native', 'wasm'])('ends on %s with one object of figures that agree with one another', (engine) => {
    const words = ['--network', 'resnet8', '--batch', '2', '--threads', '1', '--engine', engine, '--steps', '3', '--json'];
    const tsx = join(project, 'node_modules', 'tsx', 'dist', 'cli.mjs');
    const output = execFileSync(process.execPath, [tsx, join(project, 'src', 'scripts', 'bench-step.ts'), ...words], { encoding: 'utf8' });
    const figures = JSON.parse(output.trim().split('\n').at(-1)!) as Record<string, number> & { stepMs: { min: number; median: number } };
    expect(Object.keys(figures).sort()).toEqual(
      ['batch', 'build', 'engine', 'macsPerSecond', 'network', 'peakMemoryMB', 'savers', 'shareOfPeak', 'stepMs', 'threads'].sort(),
    );
    expect(figures).toMatchObject({
      network: 'resnet8',
      batch: 2,
      threads: 1,
      savers: 'none',
      engine,
      build: expect.stringMatching(new RegExp(`^${engine} `)),
    });
    const macs = networkMacs(buildResNet({ depth: 8, inputShape: [32, 32, 3], classes: 10 }));
    const stepMacs = 2 * (macs.forward + macs.inputGradient + macs.weightGradient);
    expect(figures.macsPerSecond).toBeCloseTo((1000 * stepMacs) / figures.stepMs.min, -3);
    expect(figures.stepMs.median).toBeGreaterThanOrEqual(figures.stepMs.min);
    // Winograd F(4×4, 3×3) needs a quarter of the multiply-adds that are counted: no kernel can pass 4 times the peak.
    expect(figures.shareOfPeak).toBeGreaterThan(0);
    expect(figures.shareOfPeak).toBeLessThan(4);
    expect(figures.peakMemoryMB).toBeGreaterThan(20);
  });

  it.each([
    [['--network', 'alexnet'], '--network must be one of resnet8, resnet14,'],
    [['--engine', 'cuda'], '--engine must be one of auto, native, wasm, tensorflow, not “cuda”.'],
    [['--savers', 'smd'], '--savers must be one of none, psg, slu, slu+psg, not “smd”.'],
    [['--batch', '0'], '--batch must be a whole number of at least 1, not “0”.'],
    [['--threads', 'two'], '--threads must be a whole number of at least 0, not “two”.'],
  ])('refuses %j in one sentence', (words, sentence) => {
    expect(() => parseStepOptions(words)).toThrow(sentence);
  });
});
