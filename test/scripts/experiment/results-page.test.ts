import { describe, expect, it } from 'vitest';
import { madeUpNote } from '../../../src/scripts/experiment/made-up-images';
import { resultsPage } from '../../../src/scripts/experiment/results-page';
import type { RunRecord } from '../../../src/scripts/experiment/run-record';
import { committedRecord } from './committed-record';

const smb = committedRecord('fashion/1000-smb-seed-1');

/** A run of a row of one table, of which the baseline has the share's iterations. */
function record(row: string, share: number, accuracy: number, planIterations = 1000): RunRecord {
  return {
    ...smb,
    ...{ row, label: row, computationShare: share, energyShare: share, accuracy, planIterations },
    configuration: { ...smb.configuration, iterations: planIterations * (row.startsWith('smb') ? share : 1) },
    otherProfiles: [],
  };
}

describe('The page of results', () => {
  it('compares with plain training only where there is one as cheap', () => {
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
    // The plain run of a shorter table costs a quarter of this one's, that of a longer one twice as much.
    expect(resultsPage([...runs, record('smb', 1, 0.65, 250)])).toContain('| slu-40 | +5.00 | +5.00 |');
    expect(resultsPage([...runs, record('smb', 1, 0.9, 2000)])).toContain('| psg | +0.00 | +0.00 |');
  });

  it('sets each accuracy beside that of SMB for all iterations', () => {
    const seeds = [record('smb', 1, 0.9), { ...record('smb', 1, 0.92), seed: 2 }];
    const page = resultsPage([...seeds, record('smb-50', 0.5, 0.85), record('psg', 1.1, 0.915)]);
    expect(page).toContain('| smb | 1, 2 | 91.00 % | – | 100 % |');
    expect(page).toContain('| smb-50 | 1 | 85.00 % | −6.00 | 50 % |');
    expect(page).toContain('| psg | 1 | 91.50 % | +0.50 | 110 % |');
    expect(resultsPage([record('psg', 1.1, 0.915)])).toContain('| psg | 1 | 91.50 % | unavailable: no SMB run | 110 % |');
  });

  it('sets a time beside that of SMB only where both machines were one, with nothing else to do', () => {
    const quiet = { data: { name: 'Fashion-MNIST', note: 'a copy' } };
    const busy = { data: { name: 'Fashion-MNIST', note: 'on a machine that did other work meanwhile, so that times say little' } };
    const plain = { ...record('smb', 1, 0.9), ...quiet, seconds: 100 };
    const saver = { ...record('psg', 1, 0.9), ...quiet, seconds: 46 };
    const timeOf = (...records: RunRecord[]) => /\| psg \|.* \| ([^|]+) \|$/m.exec(resultsPage(records).split('| run | seeds |')[1]!)?.[1];
    expect(timeOf(plain, saver)).toBe('46 s (0.46 × SMB)');
    expect(resultsPage([plain, saver])).toMatch(/\| smb \|.* \| 1 min 40 s \|$/m);
    expect(timeOf({ ...plain, ...busy }, saver)).toBe('46 s');
    expect(timeOf(plain, { ...saver, ...busy })).toBe('46 s');
    expect(timeOf(plain, { ...saver, environment: { ...saver.environment, threads: saver.environment.threads + 1 } })).toBe('46 s');
    // One of two seeds, or a part of a run, is enough to spoil a time.
    expect(timeOf(plain, { ...plain, ...busy, seed: 2 }, saver)).toBe('46 s');
    const { command, environment } = saver;
    expect(timeOf(plain, { ...saver, resumed: [{ command, commit: 'b', environment, note: busy.data.note }] })).toBe('46 s');
  });

  it('compares neither accuracies nor times of made-up images, and nothing with those of real ones', () => {
    const madeUp = { data: { name: 'CIFAR-100', note: madeUpNote } };
    const page = resultsPage([
      record('smb', 1, 0.9),
      { ...record('smb-50', 0.5, 0.8), ...madeUp },
      { ...record('smb', 1, 0.2), ...madeUp },
      { ...record('psg', 1.1, 0.5), ...madeUp },
    ]);
    const [real, other] = page.split('## ').slice(1);
    expect(real).not.toContain('| psg |');
    expect(other).toMatch(/^Fashion-MNIST, ResNet-20, made-up images, 1000 iterations$/m);
    expect(other).toContain('| psg | 1 | 50.00 % | 110 % |');
    expect(other).not.toMatch(/equal computation|against SMB|× SMB/);
  });

  it('says which rows were made by which command on which machine', () => {
    const made = (label: string, cpu: string, seed = 1): RunRecord => ({
      ...smb,
      ...{ label, seed, command: 'make', commit: 'abc', data: { name: 'Fashion-MNIST' } },
      environment: { ...smb.environment, cpu, engine: 'local', build: 'wasm', simd: 'SIMD', threads: 1 },
    });
    const page = resultsPage([made('SMB', 'Zen 4'), made('SMB', 'Zen 4', 2), made('SMD', 'Zen 4'), made('SMD', 'Zen 3', 2)]);
    expect(page).toContain(
      'Made by\n- SMB; SMD: `make` at abc, on Zen 4, local, wasm SIMD, 1 thread\n- SMD: `make` at abc, on Zen 3, local, wasm SIMD, 1 thread\n',
    );
    const first = made('SMB', 'Zen 4');
    const later = { command: 'make', commit: 'def', note: 'a copy', environment: made('SMB', 'Zen 3').environment };
    expect(resultsPage([{ ...first, resumed: [later] }])).toContain(
      '- SMB: `make` at abc, then def, on Zen 4, local, wasm SIMD, 1 thread, then Zen 3, local, wasm SIMD, 1 thread; a copy\n',
    );
  });

  it('prices rows by other profiles too, and says of which that is not recorded', () => {
    const other = { profile: 'eyeriss-65nm', energyShare: 0.25, energyJ: 2 };
    const page = resultsPage([
      { ...smb, row: 'smd', label: 'SMD', otherProfiles: [other] },
      { ...smb, row: 'psg', label: 'PSG', energyShare: 0.5, energyJ: 8, otherProfiles: [] },
    ]);
    expect(page).toMatch(/\| SMD \|.*\| 25 % \(~2\.00 J\) \|/);
    expect(page).toContain('| 50 % (~8.00 J) | unavailable: not recorded |');
  });
});
