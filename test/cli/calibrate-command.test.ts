import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtinProfiles } from '../../src/energy/device-profile';
import { estimateNetwork } from '../../src/energy/estimate';
import { widthsOfPrecision } from '../../src/energy/precision';
import { asOwnFormat } from '../../src/measurement/import/own-format';
import { buildBuiltinNetwork } from '../../src/network/builtin-networks';
import { type DeviceProfile, deviceProfileSchema } from '../../src/protocol/device-profile';
import type { FigureRow } from '../../src/protocol/measurements';
import { run, temporaryFolder } from './command-line';

const graph = buildBuiltinNetwork('resnet8', [32, 32, 3], 10);
const [base] = builtinProfiles as [DeviceProfile];
/** A board whose off-chip memory costs half, and that leaks. */
const board: DeviceProfile = {
  ...base,
  dram: { accessPJ: { value: 650, source: 'test' } },
  static: {
    powerW: { value: 0.05, source: 'test' },
    clockHz: { value: 5e7, source: 'test' },
    dramBytesPerSecond: { value: 4e9, source: 'test' },
  },
};

function figuresOf(precision: string, name: string, batchSize: number): FigureRow[] {
  const { layers } = estimateNetwork(graph, board, { batchSize, bits: widthsOfPrecision(precision)! });
  return layers.flatMap(({ name: layer, phaseJ, phaseSeconds }) =>
    (['forward', 'inputGradient', 'weightGradient'] as const)
      .filter((phase) => phaseJ[phase] > 0)
      .map((phase) => ({
        ...{ kind: 'measured', layer, phase, precision, batchSize, energyJ: phaseJ[phase], seconds: phaseSeconds![phase] },
        ...{ idleW: 2, repeats: 5, board: name, source: 'INA226' },
      })),
  );
}

/** A folder with what two boards gave, taken by import. */
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'e2-train-calibrate-'));
  const rows = [...figuresOf('fp32', 'Ultra96', 1), ...figuresOf('fp32', 'Ultra96', 16), ...figuresOf('int8', 'ZCU104', 1)];
  writeFileSync(join(folder, 'boards.csv'), asOwnFormat(rows));
  expect(await run(['measure', 'import', 'boards.csv', '--model', 'resnet8'], folder)).toMatchObject({ code: 0, error: '' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const calibrate = (...words: string[]) => run(['calibrate', ...words], folder);

describe('e2train calibrate', () => {
  it('fits a profile to the measurements of a board in the folder, and estimates use it', async () => {
    const { code, output, error } = await calibrate('--board', 'Ultra96', '--name', 'ultra96', '--json');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    const result = JSON.parse(output);
    expect(result.file).toBe(join(folder, '.e2train', 'profiles', 'ultra96.json'));
    expect(Math.abs(result.factors['dram.accessPJ'] / 0.5 - 1)).toBeLessThan(0.05);
    expect(Math.abs(result.staticPowerW / 0.05 - 1)).toBeLessThan(0.05);
    expect(result.r2).toBeGreaterThan(0.999);
    expect(result.warnings).toContain(
      "The measurements say nothing about arithmetic.8: the base profile's value stays; measure a layer at int8 too.",
    );
    const profile = deviceProfileSchema.parse(JSON.parse(readFileSync(result.file, 'utf8')));
    expect(profile.dram.accessPJ.source).toMatch(
      /^Calibrated from \d+ figures of Ultra96 in \.e2train\/measurements on \d{4}-\d\d-\d\d; R² /,
    );
    const estimated = await run(['estimate', 'resnet8', '--profile', 'ultra96', '--json'], folder);
    const truth = estimateNetwork(graph, board, { batchSize: 64 }).totalJ;
    expect(Math.abs(JSON.parse(estimated.output)[0].network.totalJ / truth - 1)).toBeLessThan(0.02);
  });

  it('prints coefficients, residuals and what the data does not say, and leaves profiles that are there', async () => {
    const words = [
      '--board',
      'ZCU104',
      '--kinds',
      'conv2d,dense',
      '--phases',
      'forward,weightGradient',
      '--precision',
      'int8',
      '--name',
      'zcu',
    ];
    const { code, output } = await calibrate(...words);
    expect(code).toBe(0);
    expect(output).toMatch(/^coefficient +over asic-45nm +standard error$/m);
    expect(output).toMatch(/^conv1 +forward +1 +\S+ [mµn]J +-?0\.\d %$/m);
    expect(output).toMatch(/^R² [\d.]+ over \d+ measurements; error 0\.\d % \(root mean square\)\.$/m);
    expect(output).toMatch(/cannot be told apart by these measurements, .*: measure \S+ \S+ at (fp32|int8), batch 1 too\.$/m);
    expect(output).toMatch(/^Written to .*zcu\.json; the profile asic-45nm stays as it is\.$/m);
    expect(output).not.toContain('inputGradient  ');
    expect(await calibrate(...words)).toMatchObject({
      ...{ code: 1, output: '' },
      error: expect.stringMatching(/zcu\.json is there already and stays as it is: give the new profile another name\.\n$/),
    });
  });

  it('says when figures are of several boards', async () => {
    const { output } = await calibrate('--name', 'both', '--json');
    expect(JSON.parse(output).warnings).toContain(
      'The figures are of several boards (Ultra96, ZCU104), and a profile stands for one: choose with --board.',
    );
  });

  it('takes a CSV file as well, of a model that is named', async () => {
    expect(await calibrate('boards.csv', '--name', 'csv')).toMatchObject({
      ...{ code: 1, output: '', error: 'Say with --model which model’s layers were measured.\n' },
    });
    expect((await calibrate('boards.csv', '--name', 'csv', '--model', 'resnet8', '--board', 'Ultra96')).code).toBe(0);
  });

  it.each([
    [['--name', 'x', '--board', 'Zed'], '--board names “Zed”, of which nothing was measured; there is Ultra96, ZCU104.'],
    [['--name', 'x', '--kinds', 'conv'], '--kinds names “conv”, of which nothing was measured; there is conv2d, '],
    [['--name', 'x', '--phases', 'update'], '--phases names “update”, of which nothing was measured; there is forward, '],
    [['--name', 'x', '--precision', 'int4'], '--precision names “int4”, of which nothing was measured; there is fp32, int8.'],
    [['--name', 'x', '--profile', 'sun'], 'There is no device profile “sun”; choose one of: asic-45nm, eyeriss-65nm'],
    [
      ['none.csv', '--name', 'x', '--model', 'resnet8'],
      'none.csv is none of the measurements that “e2train measure list” shows, and cannot be read',
    ],
  ])('refuses %j in one sentence', async (words, sentence) => {
    const { code, output, error } = await calibrate(...words, '--json');
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(error.trim().split('\n')).toEqual([expect.stringContaining(sentence)]);
  });

  it('refuses where nothing was measured, and what is too little', async () => {
    const empty = temporaryFolder();
    expect(await run(['calibrate', '--name', 'x'], empty)).toMatchObject({
      ...{
        code: 1,
        output: '',
        error: `There are no measurements in ${empty}: “e2train measure” makes them, or takes them with “import”.\n`,
      },
    });
    writeFileSync(join(empty, 'other.csv'), 'layer,phase,precision,energy_mJ\nconvX,forward,int8,1.8\n');
    expect((await run(['calibrate', 'other.csv', '--name', 'x', '--model', 'resnet8'], empty)).error).toBe(
      'No measured figure is of a layer of resnet8: name with --model the model that was measured.\n',
    );
    writeFileSync(join(empty, 'few.csv'), asOwnFormat(figuresOf('fp32', 'A', 1).slice(0, 3)));
    expect((await run(['calibrate', 'few.csv', '--name', 'x', '--model', 'resnet8'], empty)).error).toBe(
      '3 measurements cannot fit 5 coefficients: measure 6 layers and phases or more.\n',
    );
  });
});
