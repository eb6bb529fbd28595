import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { findRails } from '../../../src/measurement/meters/find-rails';
import type { Meter } from '../../../src/measurement/meters/meter';
import { readMeterFile } from '../../../src/measurement/meters/meter-file';
import { StreamMeter } from '../../../src/measurement/meters/meter-stream';
import { NvidiaMeter } from '../../../src/measurement/meters/nvidia-meter';
import type { SensorRail } from '../../../src/measurement/meters/sensor-rail';
import { readSensorTree, SysfsMeter } from '../../../src/measurement/meters/sysfs-meter';
import type { PowerSample } from '../../../src/measurement/power-sample';
import { temporaryFolder } from '../../cli/command-line';

function folderWith(files: Record<string, string>): string {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

async function take(meter: Meter, count: number, intervalSeconds = 0.01): Promise<PowerSample[]> {
  const ending = new AbortController();
  const samples: PowerSample[] = [];
  for await (const sample of meter.samples({ intervalSeconds, signal: ending.signal })) {
    samples.push(sample);
    if (samples.length >= count) ending.abort();
  }
  return samples;
}

it('samples the sensors under a system’s /sys', async () => {
  const root = folderWith({
    'sys/class/hwmon/hwmon0/name': 'ina226\n',
    'sys/class/hwmon/hwmon0/power1_input': '2500000\n',
    'sys/class/hwmon/hwmon0/power1_label': 'VCCINT\n',
    'sys/class/hwmon/hwmon1/name': 'nct6775\n',
    'sys/class/hwmon/hwmon1/temp1_input': '40000\n',
  });
  const rails = findRails(readSensorTree(root)) as SensorRail[];
  expect(rails.map(({ name }) => name)).toEqual(['ina226 VCCINT']);
  const meter = new SysfsMeter(rails, root);
  const samples = await take(meter, 5);
  expect(samples.map(({ watts }) => watts)).toEqual([2.5, 2.5, 2.5, 2.5, 2.5]);
  expect(Math.abs(samples[0]!.time - Date.now() / 1000)).toBeLessThan(5);
  expect(samples[4]!.time).toBeGreaterThan(samples[0]!.time + 0.03);
  expect(meter.overheadSeconds).toBeGreaterThan(0);
});

describe('nvidia-smi', () => {
  const program = (script: string) => {
    const path = join(folderWith({ 'nvidia-smi': `#!/bin/sh\n${script}` }), 'nvidia-smi');
    chmodSync(path, 0o755);
    return path;
  };
  // What nvidia-smi 535 prints for --query-gpu=index,name,power.draw --format=csv,noheader,nounits.
  const two =
    'for i in 1 2 3; do echo "0, NVIDIA GeForce RTX 3080, 35.20"; echo "1, Tesla M10, [N/A]"; case "$*" in *-lms*) sleep 0.01 ;; *) exit ;; esac; done';

  it('gives the power of the boards that tell it', async () => {
    const meter = NvidiaMeter.open(program(two)) as NvidiaMeter;
    expect(meter.rails.map(({ name }) => name)).toEqual(['gpu0 NVIDIA GeForce RTX 3080']);
    expect((await take(meter, 3)).map(({ watts, rail }) => [rail, watts])).toEqual(Array(3).fill(['gpu0 NVIDIA GeForce RTX 3080', 35.2]));
  });

  it('says why there is none', () => {
    expect(NvidiaMeter.open('/nowhere/nvidia-smi')).toEqual({
      unavailable: 'there is no /nowhere/nvidia-smi that could be asked for the power of a graphics board',
    });
    expect(
      NvidiaMeter.open(program('echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver."; exit 9')),
    ).toEqual({
      unavailable: expect.stringContaining('communicate with the NVIDIA driver'),
    });
    expect(NvidiaMeter.open(program('echo "0, Tesla M10, [Not Supported]"'))).toEqual({
      unavailable: expect.stringContaining('does not tell the power of gpu0 Tesla M10'),
    });
  });
});

describe('files of external meters', () => {
  const read = (text: string) => readMeterFile(join(folderWith({ 'meter.csv': text }), 'meter.csv'));

  it.each([
    ['time,watts\n1.5,2.5\n', [{ time: 1.5, rail: 'meter', watts: 2.5 }]],
    ['time_ms,power_mW\n1500,2500\n', [{ time: 1.5, rail: 'meter', watts: 2.5 }]],
    ['Timestamp;Voltage [V];Current [mA]\n1.5;5;500\n', [{ time: 1.5, rail: 'meter', watts: 2.5 }]],
    ['timestamp,rail,power_W\n1.5,VCCINT,2.5\n', [{ time: 1.5, rail: 'VCCINT', watts: 2.5 }]],
    [
      ',Mark,12V_power,VCCINT_power\n1970-01-01 00:00:01.500000,0,2,0.5\n',
      [
        { time: 1.5, rail: '12V', watts: 2 },
        { time: 1.5, rail: 'VCCINT', watts: 0.5 },
      ],
    ],
    ['unix,P_W\n1700000000123,1\n', [{ time: 1_700_000_000.123, rail: 'meter', watts: 1 }]],
  ])('finds times and powers by the columns’ names: %j', (text, samples) => {
    expect(read(text)).toEqual(samples);
  });

  it('passes over a last line that is still being written', () => {
    expect(read('time,watts\n1,2\n2,')).toHaveLength(1);
  });

  it.each([
    ['time,temperature\n1,20\n', 'its columns (time, temperature) hold no power'],
    ['watts,x\n1,2\n', 'its readings have no times'],
    ['time,watts\n1,much\n', '“much” in line 2, column watts, is no number'],
    ['time,watts\n', 'it has no readings'],
  ])('refuses %j with one sentence', (text, sentence) => {
    expect(() => read(text)).toThrow(sentence);
  });
});

describe('streams of external meters', () => {
  it('gives readings as they come, with the time of their arrival where they have none, and passes over broken lines', async () => {
    const input = new PassThrough();
    const meter = new StreamMeter(input);
    input.write('watts\n2\n');
    setTimeout(() => input.write('broken\n3\n'), 50);
    const samples = await take(meter, 2);
    expect(samples.map(({ watts }) => watts)).toEqual([2, 3]);
    expect(samples[1]!.time - samples[0]!.time).toBeGreaterThan(0.03);
    expect({ unreadable: meter.unreadable, clock: meter.clock }).toEqual({ unreadable: 1, clock: 'machine' });
  });

  it('reads a pipe, and lets go of one that nobody writes to', async () => {
    const pipe = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const meter = new StreamMeter(pipe);
    setTimeout(() => writeFileSync(pipe, 'watts\n2\n3\n'), 50);
    expect((await take(meter, 2)).map(({ watts }) => watts)).toEqual([2, 3]);
    const silent: PowerSample[] = [];
    for await (const sample of new StreamMeter(pipe).samples({ signal: AbortSignal.timeout(100) })) silent.push(sample);
    expect(silent).toEqual([]);
  });

  it('keeps the times that the meter gives', async () => {
    const input = new PassThrough();
    input.write('time,watts\n100,2\n');
    const meter = new StreamMeter(input);
    expect(await take(meter, 1)).toEqual([{ time: 100, rail: 'meter', watts: 2 }]);
    expect(meter.clock).toBe('own');
  });
});
