import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  const data = () => join(folder, 'Fashion-MNIST');
  const short = () => ['fashion', '--data', data(), '--iterations', '2', '--seeds', '2', '--rows', 'smb,smb-50,smd'];
  const begin = (...words: string[]): Promise<number | null> =>
    new Promise((done) => {
      const all = ['src/scripts/experiment.ts', ...words, '--directory', folder, '--results', folder];
      spawn(join(project, 'node_modules', '.bin', 'tsx'), all, { cwd: project, stdio: 'ignore' }).on('close', done);
    });
  const runsFolder = () => join(folder, '.e2train', 'runs');
  const readRun = (id: string) => JSON.parse(readFileSync(join(runsFolder(), id, 'run.json'), 'utf8'));
  const changeRun = (id: string, change: object) =>
    writeFileSync(join(runsFolder(), id, 'run.json'), JSON.stringify({ ...readRun(id), ...change }));
  const runCalled = (title: string, iterations = 2): string =>
    readdirSync(runsFolder())
      .filter((name) => !name.endsWith('.lock'))
      .find((id) => readRun(id).title === title && readRun(id).configuration.iterations === iterations)!;
  const recordNamed = (part: string): RunRecord => {
    const [name] = readdirSync(join(folder, 'results', 'fashion')).filter((file) => file.includes(part));
    return runRecordSchema.parse(JSON.parse(readFileSync(join(folder, 'results', 'fashion', name!), 'utf8')));
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'e2-train-experiment-'));
    writeIdxDataset(data(), { train: 128, test: 4, height: 4, width: 4 });
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
      new RegExp(
        `\\| SMB, 50 % of the iterations \\| 1, 2 \\| [\\d.]+ % \\| [+−][\\d.]+ \\| 50 % \\| 50 % ${joules} \\| 50 % ${joules} \\|`,
      ),
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

  it('goes on with a run that was stopped, and records its tests once and all that made it', () => {
    const id = runCalled('SMD, seed 2');
    const { evaluations, commit } = recordNamed('-smd-seed-2');
    changeRun(id, { state: 'stopped' });
    // As if it had been stopped, by an older version, after a test that is now made again.
    const made = join(runsFolder(), id, 'experiment.json');
    writeFileSync(made, readFileSync(made, 'utf8').replace(commit, 'older'));
    const metrics = join(runsFolder(), id, 'metrics.jsonl');
    const tested = readFileSync(metrics, 'utf8')
      .split('\n')
      .find((line) => line.includes('"evaluation"'))!;
    writeFileSync(metrics, `${tested.replace(/"accuracy":[\d.]+/, '"accuracy":0.123')}\n${readFileSync(metrics, 'utf8')}`);

    expect(experiment(...short(), '--list').stdout).toMatch(/1 of 6 runs remain/);
    expect(experiment(...short(), '--note', 'another note').status).toBe(0);
    expect(readRun(id)).toMatchObject({ state: 'finished', resumes: [{}] });
    const record = recordNamed('-smd-seed-2');
    expect(record.evaluations).toEqual(evaluations);
    expect(record).toMatchObject({ commit: 'older', data: { note: 'a copy' }, resumed: [{ commit, note: 'another note' }] });
    expect(readFileSync(join(folder, 'results.md'), 'utf8')).toContain(` at older, then ${commit}, on `);
  });

  it('records a finished run again as it was made, and one that does not say so by this call', () => {
    const id = runCalled('SMD, seed 2');
    expect(experiment(...short(), '--note', 'of today').status).toBe(0);
    expect(recordNamed('-smd-seed-2')).toMatchObject({ commit: 'older', data: { note: 'a copy' } });
    rmSync(join(runsFolder(), id, 'experiment.json'));
    expect(experiment(...short(), '--note', 'of today').status).toBe(0);
    const { data: named, commit, resumed } = recordNamed('-smd-seed-2');
    expect(named.note).toBe('of today');
    expect(commit).not.toBe('older');
    expect(resumed).toBeUndefined();
  });

  it('leaves out a row that another process trains', () => {
    const id = runCalled('SMD, seed 2');
    changeRun(id, { state: 'training', owner: { pid: process.pid, host: hostname(), started: new Date().toISOString() } });
    const before = readdirSync(runsFolder()).sort();
    expect(experiment(...short(), '--list').stdout).toMatch(
      new RegExp(`  training \\(process ${process.pid}\\) .*\n1 of 6 runs remain: .*, ~`),
    );
    const { status, stdout } = experiment(...short());
    expect(status).toBe(0);
    expect(stdout).toContain(`seed 2 is left out: process ${process.pid} trains it.\n`);
    expect(readdirSync(runsFolder()).sort()).toEqual(before);
    changeRun(id, { state: 'finished', owner: undefined });
  });

  it('trains each row once when two experiments begin at the same moment', async () => {
    const before = readdirSync(runsFolder()).length;
    const words = ['fashion', '--data', data(), '--iterations', '3', '--seeds', '1', '--rows', 'smb,smd'];
    const ends = await Promise.all([1, 2].map(() => begin(...words)));
    expect(ends).toEqual([0, 0]);
    expect(readdirSync(runsFolder())).toHaveLength(before + 2);
  });

  it('goes on with other rows when one fails, and says which did and why', () => {
    const [bad, good] = [runCalled('SMB, seed 1', 3), runCalled('SMD, seed 1', 3)];
    for (const id of [good, bad]) changeRun(id, { state: 'failed' });
    writeFileSync(join(runsFolder(), bad, 'graph.json'), '{');
    const words = ['fashion', '--data', data(), '--iterations', '3', '--seeds', '1', '--rows', 'smb,smd'];
    const { status, stdout, stderr } = experiment(...words);
    expect(status).toBe(1);
    expect(readRun(good).state).toBe('finished');
    expect(readRun(bad).state).toBe('failed');
    const reason = `SMB, seed 1: The run's network cannot be read from ${join(runsFolder(), bad, 'graph.json')}: start a new run.`;
    expect(stderr.trim().split('\n').slice(-2)).toEqual(['Failed, to be tried again by the same command:', reason]);
    expect(stdout).toContain('1 of 2 runs remain');
    expect(stdout).toMatch(/SMB .*failed at 100 %/);
  });

  it('refuses to train beside a record that it cannot read', () => {
    const broken = join(folder, 'results', 'fashion', 'broken.json');
    writeFileSync(broken, '{');
    const before = readdirSync(runsFolder()).length;
    const { status, stderr } = experiment('fashion', '--data', data(), '--iterations', '4', '--seeds', '1', '--rows', 'smb');
    expect(status).toBe(1);
    expect(stderr).toBe(`${broken} is no record of this version; delete it, or train its run again.\n`);
    expect(readdirSync(runsFolder())).toHaveLength(before);
    rmSync(broken);
  });

  it.each([
    [['nothing'], /^There is no experiment “nothing”; choose one of: fashion, /],
    [['cifar10-resnet20'], /^The experiment cifar10-resnet20 needs --data DIR/],
    [['fashion', '--data', '/nowhere'], /^There is no data folder \/nowhere/],
    [['fashion', '--rows', 'smb,foo', '--list'], /^The experiment fashion has no row “foo”/],
    [
      ['cifar10-resnet20', '--data', 'media/fashion-mnist-sample', '--list'],
      /^The experiment cifar10-resnet20 is about CIFAR-10, but .*sample holds /,
    ],
  ])('refuses %j in one sentence', (words, sentence) => {
    const { status, stderr } = experiment(...words);
    expect(status).toBe(1);
    expect(stderr.trim()).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('prices rows by the other profiles too', () => {
    const { otherProfiles, energyShare } = recordNamed('-smd-seed-1');
    expect(otherProfiles).toMatchObject([{ profile: 'eyeriss-65nm', energyShare: expect.closeTo(energyShare, 12) }]);
  });

  it('trains SLU with the tests of its gates beside its accuracy, in the record and on the page', () => {
    const { status, stderr } = experiment('fashion', '--data', data(), '--iterations', '2', '--seeds', '1', '--rows', 'slu-40');
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
