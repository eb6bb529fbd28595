import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { joined } from '../../../../src/measurement/measure';
import { MeasurementStore } from '../../../../src/measurement/measurement-store';
import { FileMeter, readMeterFile } from '../../../../src/measurement/meters/meter-file';
import { StreamMeter } from '../../../../src/measurement/meters/meter-stream';
import { type FigureRow, measurementFileSchema } from '../../../../src/protocol/measurements';
import { run, start, temporaryFolder } from '../../../cli/command-line';
import { boardOrigin, expectTrue, fakeBoard, session } from '../known-board';
import { SshServer } from '../ssh-server';

let server: SshServer;
beforeAll(async () => {
  server = await SshServer.start();
});
afterAll(() => server.close());

describe('a board with sensors', () => {
  it('gives the joules of the loads it ran, with provenance, and keeps them', async () => {
    const fake = fakeBoard();
    const { store, measured, rows } = session(server, fake);
    const file = await measured;
    expect(file).toMatchObject({ state: 'complete', events: [], title: 'resnet8 on Fake96' });
    for (const row of file.rows) expectTrue(row, fake);
    expect(rows).toEqual(['conv1', 'dense']);
    const [conv] = file.rows as FigureRow[];
    expect(conv).toMatchObject({ repeats: 3, executions: 10, batchSize: 1, precision: 'int8', phase: 'forward', board: 'Fake96' });
    expect(conv!.signature).toMatch(/^conv2d 32x32x3 > 32x32x16 /);
    expect(conv!.idleW).toBeCloseTo(2, 1);
    expect(file.origin).toMatchObject({
      kind: 'board',
      address: 'e2board',
      hardware: 'Avnet Ultra96 Rev1',
      bootIds: ['11111111-0000-4000-8000-000000000001'],
      meter: { intervalSeconds: expect.any(Number), overheadShare: expect.any(Number) },
    });
    const { rails, intervalSeconds, overheadShare } = boardOrigin(file).meter!;
    // The rails' own sensors are summed; the regulator feeds them, so it would count them twice.
    expect(Object.fromEntries(rails.map(({ name, counted }) => [name, counted]))).toEqual({
      'ina226 VCCINT': true,
      'ina226 VCCAUX': true,
      'irps5401 pin': false,
      'irps5401 pout1': false,
    });
    expect(intervalSeconds).toBeLessThan(0.1);
    expect(overheadShare).toBeGreaterThan(0);
    expect(store.read(file.id)).toEqual(file);
  });

  it('counts only the rails that are asked for', async () => {
    const fake = fakeBoard();
    const file = await session(server, fake, { layers: ['conv1'], rails: ['ina226 VCCINT'], repeats: 1 }).measured;
    expect((file.rows[0] as FigureRow).idleW).toBeCloseTo(1.5, 1);
    // Four fifths of a load's power are on that rail.
    const [row] = file.rows as FigureRow[];
    expect(Math.abs(row!.energyJ - (0.8 * fake.loads[0]!.joules) / 10)).toBeLessThan(3 * row!.standardErrorJ!);
    await expect(session(server, fake, { rails: ['VCCBRAM'] }).measured).rejects.toThrow(
      'there is no power rail “VCCBRAM”; there are ina226 VCCINT, ',
    );
  });

  it('takes the windows that a workload marks itself, with the executions that it tells', async () => {
    const fake = fakeBoard();
    const file = await session(server, fake, { layers: ['conv1'], workload: `MARKS=40 ${fake.workload}` }).measured;
    expectTrue(file.rows[0], fake, 3, 40);
    // The marks leave out 0.4 s of the command's 1.3 s.
    expect((file.rows[0] as FigureRow).seconds! * 40).toBeLessThan(1.1);
  });

  it('raises the executions until a run is as long as it should be', async () => {
    const fake = fakeBoard();
    const workload = `SECONDS_OF_LOAD=0 SECONDS_OF_EXECUTION=0.01 ${fake.workload}`;
    const file = await session(server, fake, { layers: ['conv1'], executions: 1, windowSeconds: 0.8, workload }).measured;
    const { executions = 0 } = file.rows[0] as FigureRow;
    // 0.8 s are 80 executions, less what the command's start takes.
    expect(executions).toBeGreaterThan(30);
    expect(executions).toBeLessThan(200);
    expectTrue(file.rows[0], fake, 3, executions);
  });

  it('says why a workload gives no figure, and goes on', async () => {
    const fake = fakeBoard();
    const file = await session(server, fake, {
      repeats: 1,
      idleSeconds: 0.5,
      workload: `case {name} in conv1) FAIL=1;; esac; FAIL=$FAIL ${fake.workload}`,
    }).measured;
    expect(file.rows[0]).toMatchObject({
      kind: 'unavailable',
      reason: 'The workload failed (exit code 3: no bitstream for conv1): try it by hand on the board.',
    });
    expect(file.rows[1]).toMatchObject({ kind: 'measured', layer: 'dense' });
    const short = await session(server, fake, {
      layers: ['conv1'],
      repeats: 1,
      workload: `SECONDS_OF_LOAD=0.01 ${fake.workload}`,
      intervalSeconds: 0.2,
      idleSeconds: 3,
    }).measured;
    expect(short.rows[0]).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('at least 10 are needed') });
  });
});

describe('a board without sensors', () => {
  // The meter's clock stands a day and a quarter of a second off this machine's; the board's counts from its start.
  const meterClock = () => Date.now() / 1000 - 86_400.25;

  it('gets its energies from a meter’s file that is joined by the marks', async () => {
    const fake = fakeBoard({ sensors: false, meterClock: meterClock() });
    const path = join(temporaryFolder(), 'meter.csv');
    const offered = session(server, fake, { meter: new FileMeter(path), meterSeconds: 0.5 });
    const writing = setInterval(() => writeFileSync(path, fake.meterFile()), 100);
    onTestFinished(() => clearInterval(writing));
    const file = await offered.measured;
    expect(file.state, file.reason).toBe('complete');
    for (const row of file.rows) expectTrue(row, fake);
    const clockOffset = boardOrigin(file).clockOffset!;
    expect(clockOffset.seconds).toBeCloseTo(-86_400.25, 1);
    expect(clockOffset.correlation).toBeGreaterThan(0.7);
  });

  it('gets its energies from the live readings of a meter behind a pipe', async () => {
    const fake = fakeBoard({ sensors: false, meterClock: 100 });
    const pipe = join(temporaryFolder(), 'meter');
    execFileSync('mkfifo', [pipe]);
    const offered = session(server, fake, { layers: ['conv1'], meter: new StreamMeter(pipe), meterSeconds: 0.5 });
    const writer = createWriteStream(pipe);
    writer.write('time,watts\n');
    let told = 0;
    const telling = setInterval(() => {
      for (; told < fake.meterReadings.length; told++) writer.write(`${fake.meterReadings[told]!.join(',')}\n`);
    }, 50);
    const file = await offered.measured;
    clearInterval(telling);
    writer.on('error', () => {}).destroy();
    expectTrue(file.rows[0], fake);
    expect((file.rows[0] as FigureRow).source).toBe(`${pipe}, joined by marks`);
  });

  it('keeps its marks until the meter’s readings come', async () => {
    const fake = fakeBoard({ sensors: false, meterClock: meterClock() });
    const folder = temporaryFolder();
    const file = await session(server, fake, { meter: new FileMeter(join(folder, 'missing.csv')), meterSeconds: 0, layers: ['conv1'] })
      .measured;
    const command = `“e2train measure join ${file.id} FILE”`;
    expect(file.rows[0]).toMatchObject({
      kind: 'unavailable',
      reason: expect.stringMatching(/missing\.csv cannot be read.* The marks are kept: /),
    });
    expect(file.rows[0]).toHaveProperty('reason', expect.stringContaining(command));
    await new Promise((resolve) => setTimeout(resolve, 700));
    writeFileSync(join(folder, 'later.csv'), fake.meterFile());
    const later = joined(new MeasurementStore(folder), file, readMeterFile(join(folder, 'later.csv')), 'later.csv');
    expectTrue(later.rows[0], fake);
  });

  it('is refused without a meter', async () => {
    const fake = fakeBoard({ sensors: false });
    const { measured, folder } = session(server, fake);
    await expect(measured).rejects.toThrow(
      'Energy of Fake96 is unavailable, because there is neither a RAPL counter nor a power sensor (INA2xx, PMBus) under /sys/class',
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a board that cannot be reached', () => {
  it('is told in one sentence with what to do', async () => {
    const fake = fakeBoard();
    await expect(session(server, fake, { address: 'stranger' }).measured).rejects.toThrow(
      'The board stranger does not let us in without a password: put your key there with “ssh-copy-id stranger”',
    );
    await expect(session(server, fake, { address: 'nowhere.invalid' }).measured).rejects.toThrow(
      /^The board nowhere\.invalid cannot be reached \(.+\): check with/,
    );
    await expect(
      session(server, fake, { address: '-oProxyCommand=touch /tmp/x' }).measured.catch((error) => Promise.reject(error)),
    ).rejects.toThrow('is no address of a board');
  });
});

it('measures from the command line with a board of .e2train/boards.json', async () => {
  const fake = fakeBoard();
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.e2train'));
  writeFileSync(
    join(folder, '.e2train', 'boards.json'),
    JSON.stringify({ ultra96: { address: server.host, root: fake.root, clockMHz: 300 } }),
  );
  const environment = { E2TRAIN_SSH_CONFIG: server.clientConfiguration };
  const words = [
    'measure',
    'resnet8',
    '--board',
    'ultra96',
    '--workload',
    fake.workload,
    '--layers',
    'conv1',
    '--repeats',
    '2',
    '--idle',
    '1',
    '--executions',
    '10',
  ];
  const { code, output, error } = await run([...words, '--json'], folder, environment);
  expect(code, error).toBe(0);
  const { estimates, ...written } = JSON.parse(output);
  const file = measurementFileSchema.parse(written);
  expect(estimates).toEqual({ profile: 'asic-45nm', joules: [expect.any(Number)] });
  expectTrue(file.rows[0], fake, 2);
  expect(file.rows[0]).toMatchObject({ clockMHz: 300, board: 'ultra96' });
  const rails = await run(['measure', 'meters', '--board', 'ultra96'], folder, environment);
  expect(rails.output).toMatch(/^ina226 VCCINT +hwmon +yes +0\.0125 W +Scaled for a shunt of 5 mΩ/m);

  const cancelled = start([...words.slice(0, -6), '--layers', 'conv1,dense'], folder, environment);
  fake.onLoad = (_number, layer) => layer === 'dense' && cancelled.process.kill('SIGINT');
  expect(await cancelled.ended).toMatchObject({ code: 1, output: expect.stringContaining('partial (Cancelled after 1 of 2.)') });
  const row = /^conv1 +forward +fp32 +[\d.]+ m?J ± [\d.]+ mJ +~[\d.]+ µJ +\S+ times +/m;
  expect((await cancelled.ended).output).toMatch(row);
  expect((await cancelled.ended).error).toMatch(/^ {2}[\d.]+ m?J ± [\d.]+ mJ measured; ~[\d.]+ µJ estimated: \S+ times$/m);
});
