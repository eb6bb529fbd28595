import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HostEnergyMeter } from '../../../src/measurement/host/host-energy';
import { RunningEnergy, sumOfParts } from '../../../src/measurement/host/running-energy';
import type { MeasuredHostEnergy } from '../../../src/protocol/host-energy';
import type { MetricRecord } from '../../../src/protocol/records';
import { runFileSchema } from '../../../src/protocol/runs';
import { RunStore } from '../../../src/runs/run-store';
import { recordsOf, run, temporaryFolder } from '../../cli/command-line';

/** A processor's package that draws 20 W and its memory 5 W, in a folder that stands for /sys; counters as powercap has them. */
function fakeProcessor(): { root: string; microjoules: () => number } {
  const root = temporaryFolder();
  const began = performance.now();
  const microjoules = () => Math.round((performance.now() - began) * 20_000);
  const put = (path: string, text: string) => {
    const whole = join(root, 'sys/class/powercap', path);
    writeFileSync(`${whole}~`, text);
    renameSync(`${whole}~`, whole);
  };
  for (const [zone, name] of Object.entries({ 'intel-rapl:0': 'package-0', 'intel-rapl:0:0': 'dram', 'intel-rapl-mmio:0': 'package-0' })) {
    mkdirSync(join(root, 'sys/class/powercap', zone), { recursive: true });
    put(`${zone}/name`, `${name}\n`);
    put(`${zone}/max_energy_range_uj`, '262143328850\n');
  }
  const tick = () => {
    const count = microjoules();
    put('intel-rapl:0/energy_uj', `${count}\n`);
    put('intel-rapl-mmio:0/energy_uj', `${count}\n`);
    put('intel-rapl:0:0/energy_uj', `${Math.round(count / 4)}\n`);
  };
  tick();
  const timer = setInterval(tick, 5);
  onTestFinished(() => clearInterval(timer));
  return { root, microjoules };
}

describe('a sum without an end', () => {
  it('adds means over spans, and trapezoids between moments', () => {
    const energy = new RunningEnergy(0.1);
    for (const time of [0.1, 0.2, 0.3]) energy.add({ time, rail: 'package', watts: 20, over: 0.1 }, 'rapl');
    for (const [time, watts] of [
      [0, 1],
      [0.1, 3],
      [0.2, 3],
    ] as const)
      energy.add({ time, rail: 'gpu', watts }, 'nvml');
    expect(energy.sum).toMatchObject({ energyJ: expect.closeTo(6 + 0.5, 9), seconds: expect.closeTo(0.3, 9), samples: 6, gaps: 0 });
    expect(energy.sum!.rails.map(({ name, energyJ }) => [name, energyJ])).toEqual([
      ['package', expect.closeTo(6, 9)],
      ['gpu', expect.closeTo(0.5, 9)],
    ]);
  });

  it('counts what a counter did not tell, and adds nothing for it', () => {
    const energy = new RunningEnergy(0.1);
    energy.add({ time: 0.1, rail: 'package', watts: 20, over: 0.1 }, 'rapl');
    energy.add({ time: 5, rail: 'package', watts: 20, over: 0.1 }, 'rapl');
    expect(energy.sum).toMatchObject({ energyJ: expect.closeTo(4, 9), gaps: 1 });
  });

  it('is nothing, not zero, while nothing was measured', () => {
    expect(new RunningEnergy(0.1).sum).toBeUndefined();
  });

  it('adds the parts of a run that was resumed', () => {
    const part = (name: string, energyJ: number): MeasuredHostEnergy => ({
      kind: 'measured',
      energyJ,
      seconds: 2,
      rails: [{ name, kind: 'rapl', energyJ }],
      samples: 20,
      gaps: 1,
    });
    expect(sumOfParts(part('package-0', 5), part('package-0', 7))).toMatchObject({
      energyJ: 12,
      seconds: 4,
      rails: [{ energyJ: 12 }],
      samples: 40,
      gaps: 2,
    });
    expect(sumOfParts(part('package-0', 5), part('gpu0', 7)).rails.map(({ name }) => name)).toEqual(['gpu0', 'package-0']);
  });
});

it('measures beside something, what is in two places once, and earlier parts with it', async () => {
  const { root, microjoules } = fakeProcessor();
  const before: MeasuredHostEnergy = { kind: 'measured', energyJ: 1000, seconds: 50, rails: [], samples: 500, gaps: 0 };
  const begun = microjoules();
  const meter = new HostEnergyMeter(before, { sysfsRoot: root, nvidiaSmi: join(root, 'no-nvidia-smi') });
  await pause(2500);
  const energy = (await meter.close()) as MeasuredHostEnergy;
  const most = ((microjoules() - begun) * 1.25) / 1e6;
  expect(energy.rails.map(({ name }) => name)).toEqual(['package-0', 'package-0/dram']);
  // The thread's start and the last interval are all that may be missing.
  expect(energy.energyJ - 1000).toBeLessThan(most);
  expect((energy.energyJ - 1000) / (energy.seconds - 50)).toBeCloseTo(25, 0);
  expect(energy.seconds - 50).toBeGreaterThan(1);
});

it('says why it is unavailable', async () => {
  const root = temporaryFolder();
  const meter = new HostEnergyMeter(undefined, { sysfsRoot: root, nvidiaSmi: join(root, 'no-nvidia-smi') });
  await pause(1000);
  expect(await meter.close()).toEqual({
    kind: 'unavailable',
    reason: expect.stringMatching(/^there is neither a RAPL counter nor a power sensor/),
  });
});

describe('a run', () => {
  const words = ['train', 'resnet8', '--iterations', '6', '--batch', '8', '--threads', '1', '--evaluate-every', '100'];
  const hostRecords = (output: string) =>
    recordsOf(output).filter((record): record is Extract<MetricRecord, { type: 'hostEnergy' }> => record.type === 'hostEnergy');

  it('has what the computer drew in its record, in run.json and in its summary', async () => {
    const { root } = fakeProcessor();
    const folder = temporaryFolder();
    const environment = { E2TRAIN_SYSFS_ROOT: root, E2TRAIN_NVIDIA_SMI: join(root, 'no-nvidia-smi') };
    const { code, output, error } = await run([...words, '--json'], folder, environment);
    expect(code, error).toBe(0);
    const last = hostRecords(output).at(-1)!;
    expect(last.energy).toMatchObject({ kind: 'measured', rails: [{ name: 'package-0' }, { name: 'package-0/dram' }] });
    const store = new RunStore(folder);
    const [id] = store.ids();
    expect(runFileSchema.parse(store.open(id!).read()).hostEnergy).toEqual(last.energy);
    expect((await run(['runs', 'show', id!], folder)).output).toMatch(
      /^Energy of this computer {7}\S+ k?m?J \(measured over .+: package-0 by rapl \+ package-0\/dram by rapl; idle power included\)$/m,
    );
  });

  it('says why it does not know it', async () => {
    const folder = temporaryFolder();
    const { code, output } = await run(words, folder, { E2TRAIN_SYSFS_ROOT: folder, E2TRAIN_NVIDIA_SMI: join(folder, 'no-nvidia-smi') });
    expect(code).toBe(0);
    expect(output).toMatch(/^Energy of this computer {7}unavailable, because there is neither/m);
  });
});
