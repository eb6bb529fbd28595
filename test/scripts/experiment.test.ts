import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultsPage } from '../../src/scripts/experiment/results-page';
import { type RunRecord, runRecordSchema } from '../../src/scripts/experiment/run-record';
import { seedDeviation } from '../../src/scripts/experiment/statistics';
import { writeIdxDataset } from '../datasets/idx-files';

const project = join(__dirname, '..', '..');

describe('Statistics of experiments', () => {
  it('pools the deviation between seeds over the rows that have several', () => {
    // Sums of squares 2 and 8, one degree of freedom each: √(10 / 2).
    expect(seedDeviation([[1, 3], [5, 9], [4]])).toBeCloseTo(Math.sqrt(5), 12);
    expect(seedDeviation([[1], [2]])).toBeUndefined();
  });
});

describe('npm run experiment', () => {
  let folder: string;
  const experiment = (...words: string[]) => {
    const all = ['src/scripts/experiment.ts', ...words, '--directory', folder, '--results', folder];
    const { status, stdout, stderr } = spawnSync(join(project, 'node_modules', '.bin', 'tsx'), all, { cwd: project, encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  const short = () => ['fashion', '--data', join(folder, 'data'), '--iterations', '2', '--seeds', '2', '--rows', 'smb,smb-50,smd'];
  const recordNamed = (part: string): RunRecord => {
    const [name] = readdirSync(join(folder, 'results', 'fashion')).filter((file) => file.includes(part));
    return runRecordSchema.parse(JSON.parse(readFileSync(join(folder, 'results', 'fashion', name!), 'utf8')));
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'e2-train-experiment-'));
    writeIdxDataset(join(folder, 'data'), { train: 128, test: 4, height: 4, width: 4 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('trains the rows of a table, keeps a record of each run and writes the page', () => {
    const { status, stdout, stderr } = experiment(...short(), '--note', 'a copy');
    expect(stderr).not.toContain('Error');
    expect(status).toBe(0);
    expect(stdout).toContain('All runs are done.');
    const records = readdirSync(join(folder, 'results', 'fashion'));
    expect(records).toHaveLength(6);
    const page = readFileSync(join(folder, 'results.md'), 'utf8');
    expect(page).toContain('## Fashion-MNIST, ResNet-20, 2 iterations');
    expect(page).toMatch(
      /^- SMB; SMB, 50 % of the iterations; SMD: `npm run experiment -- fashion --iterations 2 --seeds 2 --rows smb,smb-50,smd` at .*, on .*, \d threads?; a copy$/m,
    );
    expect(page.indexOf('at equal computation |')).toBeLessThan(page.indexOf('| SMB |'));
    expect(page).toContain('| energy by asic-45nm, estimated | energy by eyeriss-65nm, estimated |');
    const joules = '\\(~[\\d.]+ .?J\\)';
    expect(page).toMatch(
      new RegExp(`\\| SMB, 50 % of the iterations \\| 1, 2 \\| [\\d.]+ % \\| 50 % \\| 50 % ${joules} \\| 50 % ${joules} \\|`),
    );
    // Folders are of one machine alone.
    for (const record of records) expect(readFileSync(join(folder, 'results', 'fashion', record), 'utf8')).not.toContain(folder);
    expect(page).not.toContain(folder);
  });

  it('trains nothing twice, and says what is done and what remains', () => {
    const runs = () => readdirSync(join(folder, '.e2train', 'runs')).sort();
    const before = runs();
    expect(experiment(...short()).status).toBe(0);
    expect(runs()).toEqual(before);
    const { stdout } = experiment(...short(), '--seeds', '3', '--list');
    expect(stdout).toMatch(/3 of 9 runs remain: ~[\d.]+ .?J \(estimated\), ~/);
    expect(runs()).toEqual(before);
  });

  it('goes on with a run that was stopped', () => {
    const id = readdirSync(join(folder, '.e2train', 'runs'))
      .sort()
      .at(-1)!;
    const file = join(folder, '.e2train', 'runs', id, 'run.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), state: 'stopped' }));
    expect(experiment(...short(), '--list').stdout).toMatch(/1 of 6 runs remain/);
    expect(experiment(...short()).status).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ state: 'finished', resumes: [{}] });
  });

  it.each([
    [['nothing'], /^There is no experiment “nothing”; choose one of: fashion, /],
    [['cifar10-resnet20'], /^The experiment cifar10-resnet20 needs --data DIR/],
    [['fashion', '--data', '/nowhere'], /^There is no data folder \/nowhere/],
    [['fashion', '--iterations', '0'], /^--iterations must be a whole number of at least 1/],
  ])('refuses %j in one sentence', (words, sentence) => {
    const { status, stderr } = experiment(...words);
    expect(status).toBe(1);
    expect(stderr.trim()).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('compares with plain training only where there is one as cheap', () => {
    const smb = recordNamed('-smb-seed-1');
    const record = (row: string, share: number, accuracy: number, planIterations = 1000): RunRecord => ({
      ...smb,
      ...{ row, label: row, computationShare: share, energyShare: share, accuracy, planIterations },
      configuration: { ...smb.configuration, iterations: planIterations * (row.startsWith('smb') ? share : 1) },
      otherProfiles: [],
    });
    const runs = [
      record('smb', 1, 0.9),
      record('smb-50', 0.5, 0.8),
      record('smd', 0.5, 0.83),
      record('psg', 1.1, 0.9),
      record('slu-40', 0.25, 0.7),
    ];
    const page = resultsPage([...runs, record('smb-swa', 0.4, 0.9)]);
    expect(page).toContain('| smd | +3.00 | +3.00 |');
    expect(page).toContain('| psg | unavailable: no SMB run as costly |');
    expect(page).toContain('| smb-swa | unavailable: no SMB run as cheap |');
    expect(page).toContain('| slu-40 | unavailable: no SMB run as cheap |');
    // The plain run of a shorter table costs a quarter of this one's.
    expect(resultsPage([...runs, record('smb', 1, 0.65, 250)])).toContain('| slu-40 | +5.00 | +5.00 |');
  });

  it('says which rows were made by which command on which machine', () => {
    const smb = recordNamed('-smb-seed-1');
    const made = (label: string, cpu: string, seed = 1): RunRecord => ({
      ...smb,
      ...{ label, seed, command: 'make', commit: 'abc', data: { name: 'Fashion-MNIST' } },
      environment: { ...smb.environment, cpu, engine: 'local', build: 'wasm', simd: 'SIMD', threads: 1 },
    });
    const page = resultsPage([made('SMB', 'Zen 4'), made('SMB', 'Zen 4', 2), made('SMD', 'Zen 4'), made('SMD', 'Zen 3', 2)]);
    expect(page).toContain(
      'Made by\n- SMB; SMD: `make` at abc, on Zen 4, local, wasm SIMD, 1 thread\n- SMD: `make` at abc, on Zen 3, local, wasm SIMD, 1 thread\n',
    );
  });

  it('prices rows by other profiles too, and says of which that is not recorded', () => {
    const smd = recordNamed('-smd-seed-1');
    const [other] = smd.otherProfiles;
    expect(other).toMatchObject({ profile: 'eyeriss-65nm', energyShare: expect.closeTo(smd.energyShare, 12) });
    const page = resultsPage([
      { ...smd, otherProfiles: [{ ...other!, energyShare: 0.25, energyJ: 2 }] },
      { ...smd, row: 'psg', label: 'PSG', energyShare: 0.5, energyJ: 8, otherProfiles: [] },
    ]);
    expect(page).toMatch(/\| SMD \|.*\| 25 % \(~2\.00 J\) \|/);
    expect(page).toContain('| 50 % (~8.00 J) | unavailable: not recorded |');
  });

  it('trains SLU with the tests of its gates beside its accuracy, in the record and on the page', () => {
    const { status, stderr } = experiment(
      'fashion',
      '--data',
      join(folder, 'data'),
      '--iterations',
      '2',
      '--seeds',
      '1',
      '--rows',
      'slu-40',
    );
    expect(stderr).not.toContain('Error');
    expect(status).toBe(0);
    const { accuracy, gates } = recordNamed('-slu-40-');
    expect(gates!.sampled.accuracy).toBe(accuracy);
    expect(gates!.full.executedShare).toBeCloseTo(1, 12);
    const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
    expect(readFileSync(join(folder, 'results.md'), 'utf8')).toContain(
      `${percent(accuracy)} (all blocks ${percent(gates!.full.accuracy)})`,
    );
  });
});
