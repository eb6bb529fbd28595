import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { encode as encodeJpeg } from 'jpeg-js';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDataset } from '../../src/datasets/load-dataset';
import { recordsAsCsv } from '../../src/runs/export';
import { RunStore } from '../../src/runs/run-store';
import type { EnergyByProfile } from '../../src/training/energy-by-profile';
import { predictImages } from '../../src/training/predict';
import { run } from './command-line';

/** One short finished run for all tests here. */
let directory: string;
let id: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'e2-train-cli-'));
  await run(['train', 'resnet8', '--batch', '16', '--threads', '1', '--iterations', '12', '--smd', '0.5'], directory);
  id = new RunStore(directory).ids()[0]!;
});
afterAll(() => rmSync(directory, { recursive: true }));

const folder = () => new RunStore(directory).open(id);
const succeed = async (...words: string[]) => {
  const { code, output, error } = await run(words, directory);
  expect({ code, error }).toEqual({ code: 0, error: '' });
  return output;
};
const refusal = async (...words: string[]) => {
  const { code, output, error } = await run(words, directory);
  expect({ code, output }).toEqual({ code: 1, output: '' });
  return error;
};

describe('e2train runs', () => {
  it('lists runs with state, figures and times, as text and as JSON', async () => {
    const [head, , row] = (await succeed('runs', 'list')).split('\n');
    expect(head).toMatch(/^run +title +state +iteration +loss +test accuracy +energy \(estimated\) +saved +time$/);
    expect(row).toMatch(new RegExp(`^${id} +resnet8 · SMD 0\\.5 +finished +16/16 `));
    expect(JSON.parse(await succeed('runs', 'list', '--json'))).toEqual(JSON.parse(JSON.stringify([new RunStore(directory).summary(id)])));
  });

  it('says so where there are none', async () => {
    const empty = join(directory, 'empty');
    mkdirSync(empty);
    expect((await run(['runs', 'list'], empty)).output).toBe(`There are no runs in ${empty}; “e2train train” starts one.\n`);
  });

  it('shows a run as text, as CSV and as JSON', async () => {
    const text = await succeed('runs', 'show', id);
    expect(text).toMatch(/^resnet8 · SMD 0\.5: finished\n\nlayer +forward /);
    expect(text).toContain('Beside plain training at equal computation: unavailable, because no plain run (SMB) of this model');
    const records = folder()
      .readRecords()
      .map(({ record }) => record);
    expect(await succeed('runs', 'show', id, '--csv')).toBe(recordsAsCsv(records));
    expect(JSON.parse(await succeed('runs', 'show', id, '--json'))).toEqual(JSON.parse(JSON.stringify({ run: folder().read(), records })));
  });

  it.each(['--json', '--profile=eyeriss-65nm'])('says that CSV and %s do not go together', async (other) => {
    expect(await refusal('runs', 'show', id, '--csv', other)).toMatch(
      /^error: option '--csv' cannot be used with option '--(json|profile <name>)'\n/,
    );
  });

  it('prices a run by another profile, and its own joules by its own', async () => {
    const last = folder()
      .readRecords()
      .map(({ record }) => record)
      .findLast((record) => record.type === 'iteration')!;
    const priced = async (profile: string) =>
      JSON.parse(await succeed('runs', 'show', id, '--json', '--profile', profile)).energyByProfile as EnergyByProfile;
    const { energyJ, baselineEnergyJ } = last;
    expect(await priced('asic-45nm')).toEqual({ profile: 'asic-45nm', iteration: 16, energyJ, baselineEnergyJ });
    // Fewer iterations of plain training save as much by any profile.
    const other = await priced('eyeriss-65nm');
    expect(other.energyJ).not.toBeCloseTo(energyJ, 3);
    expect(other.energyJ / other.baselineEnergyJ).toBeCloseTo(energyJ / baselineEnergyJ, 12);
    expect(await succeed('runs', 'show', id, '--profile', 'eyeriss-65nm')).toMatch(
      /\nBy eyeriss-65nm: ~[\d.]+ m?J of ~[\d.]+ m?J without savers, .+ saved \(estimated, up to iteration 16\)\.\n$/,
    );
    expect(await refusal('runs', 'show', id, '--profile', 'nope')).toMatch(/^There is no device profile “nope”; choose one of: /);
  });

  it.each(['nope', '..', '../runs', ''])('says that there is no run “%s”', async (name) => {
    expect(await refusal('runs', 'show', name)).toBe(
      `There is no run “${name}” in ${directory}: “e2train runs list” shows those that are.\n`,
    );
  });
});

it('a run whose run.json is damaged is told from one that is not there', async () => {
  const damaged = new RunStore(directory).create(folder().read().configuration, 'damaged').directory;
  writeFileSync(join(damaged, 'run.json'), '{');
  const sentence = `${join(damaged, 'run.json')} is damaged, or was written by another version; delete the run's folder if it is of no use.\n`;
  expect(await refusal('runs', 'show', basename(damaged))).toBe(sentence);
  expect(await refusal('train', '--resume', basename(damaged))).toBe(sentence);
  rmSync(damaged, { recursive: true });
});

describe('e2train predict', () => {
  it('takes a PNG image for what the run’s model takes its pixels for', async () => {
    const { test } = await loadDataset({ kind: 'builtin' });
    const pixels = test.pixels.slice(0, 784);
    const png = new PNG({ width: 28, height: 28, colorType: 0 });
    for (const [pixel, value] of pixels.entries()) png.data.set([value, value, value, 255], 4 * pixel);
    writeFileSync(join(directory, 'first.png'), PNG.sync.write(png));
    const [{ classes }] = JSON.parse(await succeed('predict', id, 'first.png', '--json'));
    const [expected] = await predictImages(folder().directory, [pixels]);
    expect(classes[0].name).toBe(expected?.label);
    expect(classes[0].probability).toBeCloseTo(expected!.probability, 5);
    expect(classes).toHaveLength(3);
  });

  it('takes JPEG images of any size, several at once', async () => {
    const data = Buffer.alloc(60 * 40 * 4, 200);
    writeFileSync(join(directory, 'large.jpg'), encodeJpeg({ width: 60, height: 40, data }, 90).data);
    writeFileSync(join(directory, 'same.jpg'), readFileSync(join(directory, 'large.jpg')));
    const [head, , first, second] = (await succeed('predict', id, 'large.jpg', 'same.jpg')).split('\n');
    expect(head).toMatch(/^image +class +probability +else$/);
    expect(first).toMatch(/^large\.jpg +\S.* \d+(\.\d)? % /);
    expect(second!.slice('large.jpg'.length)).toBe(first!.slice('large.jpg'.length));
  });

  it('says of a file that is no image, damaged or not there what it is', async () => {
    writeFileSync(join(directory, 'text.png'), 'no image');
    writeFileSync(join(directory, 'cut.jpg'), encodeJpeg({ width: 60, height: 40, data: Buffer.alloc(60 * 40 * 4) }, 90).data);
    truncateSync(join(directory, 'cut.jpg'), 120);
    expect(await refusal('predict', id, 'text.png')).toBe('The image text.png is neither PNG nor JPEG.\n');
    expect(await refusal('predict', id, 'cut.jpg')).toBe('The image cut.jpg is damaged: it cannot be decoded.\n');
    expect(await refusal('predict', id, 'none.png')).toBe('The image none.png cannot be read: check the path.\n');
    expect(await refusal('predict', id, '.')).toBe('The image . cannot be read: it is a folder.\n');
  });

  it('says that a run is not there, or has no finished model', async () => {
    expect(await refusal('predict', 'nope', 'a.png')).toMatch(/^There is no run “nope”/);
    const unfinished = new RunStore(directory).create(folder().read().configuration, 'unfinished');
    expect(await refusal('predict', unfinished.id, 'a.png')).toBe(
      `The run in ${unfinished.directory} has no finished model to predict with; let it finish first.\n`,
    );
    rmSync(unfinished.directory, { recursive: true });
  });
});
