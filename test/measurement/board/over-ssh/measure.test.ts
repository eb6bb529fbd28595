import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { planLoads } from '../../../../src/measurement/board/workload';
import { joined, type MeasureOptions, measure } from '../../../../src/measurement/measure';
import { MeasurementStore } from '../../../../src/measurement/measurement-store';
import { readMeterFile } from '../../../../src/measurement/meters/meter-file';
import { buildBuiltinNetwork } from '../../../../src/network/builtin-networks';
import { type FigureRow, type MeasurementFile, measurementFileSchema } from '../../../../src/protocol/measurements';
import { run, start, temporaryFolder } from '../../../cli/command-line';
import { FakeBoard } from '../fake-board';
import { SshServer } from '../ssh-server';

/*
 * Measuring over a real OpenSSH server on a board whose every joule is known: the fake board integrates the power that it shows, load by load.
 * A figure must lie within three of its own standard errors of that, and the error must be small enough to say something (10 %, on a machine that does other work meanwhile).
 */

let server: SshServer;
beforeAll(async () => {
  server = await SshServer.start();
});
afterAll(() => server.close());

const graph = buildBuiltinNetwork('resnet8', [32, 32, 3], 10);

function session(board: FakeBoard, options: Partial<MeasureOptions> & { layers?: string[] } = {}) {
  const folder = temporaryFolder();
  const store = new MeasurementStore(folder);
  const { layers = ['conv1', 'dense'], ...rest } = options;
  const rows: string[] = [];
  const cancel = new AbortController();
  const whole: MeasureOptions = {
    address: server.host,
    sshConfiguration: server.clientConfiguration,
    board: 'Fake96',
    root: board.root,
    workload: board.workload,
    tasks: planLoads(graph, { phases: ['forward'], precisions: ['int8'], layers }),
    batchSize: 1,
    executions: 10,
    repeats: 3,
    idleSeconds: 1,
    intervalSeconds: 0.02,
    reconnectSeconds: 30,
    network: { name: 'resnet8' },
    ...rest,
  };
  const listener = { onProgress: () => {}, onRow: ({ layer }: { layer: string }) => rows.push(layer) };
  return { store, folder, rows, cancel, measured: measure(store, whole, listener, cancel.signal) };
}

function board(options: ConstructorParameters<typeof FakeBoard>[0] = {}): FakeBoard {
  const made = new FakeBoard(options);
  onTestFinished(() => made.close());
  return made;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Holds a figure against the mean of the board's last whole loads of the layer. */
function expectTrue(row: MeasurementFile['rows'][number] | undefined, { loads }: FakeBoard, repeats = 3, executions = 10): void {
  expect(row?.kind, JSON.stringify(row)).toBe('measured');
  const { layer, energyJ, standardErrorJ = Number.NaN } = row as FigureRow;
  const truth = loads.filter((load) => load.layer === layer).slice(-repeats);
  expect(truth).toHaveLength(repeats);
  const trueJ = mean(truth.map(({ joules }) => joules)) / executions;
  expect(Math.abs(energyJ - trueJ), `${energyJ} ± ${standardErrorJ} J measured, ${trueJ} J true`).toBeLessThan(3 * standardErrorJ);
  expect(standardErrorJ).toBeLessThan(0.1 * trueJ);
}

function boardOrigin({ origin }: MeasurementFile) {
  if (origin.kind !== 'board') throw new Error('not measured on a board');
  return origin;
}

const texts = ({ events }: MeasurementFile) => events.map(({ text }) => text).join('\n');

describe('a board with sensors', () => {
  it('gives the joules of the loads it ran, with provenance, and keeps them', async () => {
    const fake = board();
    const { store, measured, rows } = session(fake);
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
    const fake = board();
    const file = await session(fake, { layers: ['conv1'], rails: ['ina226 VCCINT'], repeats: 1 }).measured;
    expect((file.rows[0] as FigureRow).idleW).toBeCloseTo(1.5, 1);
    // Four fifths of a load's power are on that rail.
    const [row] = file.rows as FigureRow[];
    expect(Math.abs(row!.energyJ - (0.8 * fake.loads[0]!.joules) / 10)).toBeLessThan(3 * row!.standardErrorJ!);
    await expect(session(fake, { rails: ['VCCBRAM'] }).measured).rejects.toThrow(
      'there is no power rail “VCCBRAM”; there are ina226 VCCINT, ',
    );
  });

  it('takes the windows that a workload marks itself, with the executions that it tells', async () => {
    const fake = board();
    const file = await session(fake, { layers: ['conv1'], workload: `MARKS=40 ${fake.workload}` }).measured;
    expectTrue(file.rows[0], fake, 3, 40);
    // The marks leave out 0.4 s of the command's 1.3 s.
    expect((file.rows[0] as FigureRow).seconds! * 40).toBeLessThan(1.1);
  });

  it('says why a workload gives no figure, and goes on', async () => {
    const fake = board();
    const file = await session(fake, {
      repeats: 1,
      idleSeconds: 0.5,
      workload: `case {name} in conv1) FAIL=1;; esac; FAIL=$FAIL ${fake.workload}`,
    }).measured;
    expect(file.rows[0]).toMatchObject({
      kind: 'unavailable',
      reason: 'The workload failed (exit code 3: no bitstream for conv1): try it by hand on the board.',
    });
    expect(file.rows[1]).toMatchObject({ kind: 'measured', layer: 'dense' });
    const short = await session(fake, {
      layers: ['conv1'],
      repeats: 1,
      workload: `SECONDS_OF_LOAD=0.01 ${fake.workload}`,
      intervalSeconds: 0.2,
      idleSeconds: 3,
    }).measured;
    expect(short.rows[0]).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('at least 10 are needed') });
  });
});

describe('trouble on the way', () => {
  it('measures a load again when the link drops', async () => {
    const fake = board();
    fake.onLoad = (number) => {
      if (number !== 2) return;
      server.cut();
      fake.abandonLoad();
    };
    const file = await session(fake).measured;
    expect(file.state).toBe('complete');
    expect(texts(file)).toBe('The link dropped while conv1 forward int8 was measured; it is measured again.');
    for (const row of file.rows) expectTrue(row, fake);
  });

  it('goes on when the board starts anew, with another clock and sensors under other numbers', async () => {
    const fake = board();
    fake.onLoad = (number, layer) => {
      if (number !== 5) return;
      expect(layer).toBe('dense');
      void server.refuse().then(async () => {
        fake.reboot();
        await new Promise((resolve) => setTimeout(resolve, 700));
        await server.listen();
      });
    };
    const file = await session(fake).measured;
    expect(file.state, file.reason).toBe('complete');
    expect(texts(file)).toBe('The link dropped while dense forward int8 was measured; it is measured again.\nFake96 has started anew.');
    expect(file.origin).toMatchObject({ bootIds: ['11111111-0000-4000-8000-000000000001', '22222222-0000-4000-8000-000000000002'] });
    for (const row of file.rows) expectTrue(row, fake);
  });

  it('finds a sensor again that came back under another number', async () => {
    const fake = board();
    fake.onLoad = (number) => number === 2 && fake.renumber('VCCAUX', 'hwmon7');
    const file = await session(fake, { layers: ['conv1'] }).measured;
    expect(file.state).toBe('complete');
    expect(texts(file)).toContain('The sensor of ina226 VCCAUX stopped answering while conv1 forward int8 was measured');
    expectTrue(file.rows[0], fake);
  });

  it('keeps what it has when a sensor is gone for good, and never sums what is left', async () => {
    const fake = board();
    fake.onLoad = (number) => number === 5 && fake.remove('VCCAUX');
    const file = await session(fake).measured;
    expect(file).toMatchObject({ state: 'partial', reason: expect.stringContaining('The sensor of ina226 VCCAUX is gone from Fake96') });
    expect(file.rows.map(({ layer }) => layer)).toEqual(['conv1']);
    expectTrue(file.rows[0], fake);
  });

  it('keeps what it has when the board does not come back', async () => {
    const fake = board();
    fake.onLoad = (number) => number === 4 && void server.refuse();
    try {
      const { measured, store } = session(fake, { reconnectSeconds: 2 });
      const file = await measured;
      expect(file).toMatchObject({ state: 'partial', reason: expect.stringContaining('Fake96 went away and did not come back') });
      expect(store.read(file.id).rows).toHaveLength(1);
    } finally {
      await server.listen();
    }
  });

  it('keeps what it has when it is cancelled, and ends what runs on the board', async () => {
    const fake = board();
    const { measured, cancel, store } = session(fake);
    fake.onLoad = (number) => number === 4 && cancel.abort();
    const file = await measured;
    expect(file).toMatchObject({ state: 'partial', reason: 'Cancelled after 1 of 2.' });
    expect(store.read(file.id)).toEqual(file);
    expectTrue(file.rows[0], fake);
    // The fourth load was cut: nothing was started after it.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(fake.loads.length).toBeLessThanOrEqual(4);
  });
});

describe('a board without sensors', () => {
  // The meter's clock stands a day and a quarter of a second off this machine's; the board's counts from its start.
  const meterClock = () => Date.now() / 1000 - 86_400.25;

  it('gets its energies from a meter’s file that is joined by the marks', async () => {
    const fake = board({ sensors: false, meterClock: meterClock() });
    const path = join(temporaryFolder(), 'meter.csv');
    const offered = session(fake, { meter: path, meterSeconds: 0.5 });
    const writing = setInterval(() => writeFileSync(path, fake.meterFile()), 100);
    onTestFinished(() => clearInterval(writing));
    const file = await offered.measured;
    expect(file.state, file.reason).toBe('complete');
    for (const row of file.rows) expectTrue(row, fake);
    const clockOffset = boardOrigin(file).clockOffset!;
    expect(clockOffset.seconds).toBeCloseTo(-86_400.25, 1);
    expect(clockOffset.correlation).toBeGreaterThan(0.7);
  });

  it('keeps its marks until the meter’s readings come', async () => {
    const fake = board({ sensors: false, meterClock: meterClock() });
    const folder = temporaryFolder();
    const file = await session(fake, { meter: join(folder, 'missing.csv'), meterSeconds: 0, layers: ['conv1'] }).measured;
    const command = `“e2train measure join ${file.id} FILE”`;
    expect(file.rows[0]).toMatchObject({
      kind: 'unavailable',
      reason: expect.stringMatching(/missing\.csv cannot be read.* The marks are kept: /),
    });
    expect(file.rows[0]).toHaveProperty('reason', expect.stringContaining(command));
    await new Promise((resolve) => setTimeout(resolve, 700));
    writeFileSync(join(folder, 'later.csv'), fake.meterFile());
    const later = joined(new MeasurementStore(folder), file, () => readMeterFile(join(folder, 'later.csv')), 'later.csv');
    expectTrue(later.rows[0], fake);
  });

  it('is refused without a meter', async () => {
    const fake = board({ sensors: false });
    const { measured, folder } = session(fake);
    await expect(measured).rejects.toThrow(
      'Fake96 cannot measure its own power, because there is neither a RAPL counter nor a power sensor (INA2xx, PMBus) under /sys/class',
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a board that cannot be reached', () => {
  it('is told in one sentence with what to do', async () => {
    const fake = board();
    await expect(session(fake, { address: 'stranger' }).measured).rejects.toThrow(
      'The board stranger does not let us in without a password: put your key there with “ssh-copy-id stranger”',
    );
    await expect(session(fake, { address: 'nowhere.invalid' }).measured).rejects.toThrow(
      /^The board nowhere\.invalid cannot be reached \(.+\): check with/,
    );
    await expect(
      session(fake, { address: '-oProxyCommand=touch /tmp/x' }).measured.catch((error) => Promise.reject(error)),
    ).rejects.toThrow('is no address of a board');
  });
});

it('measures from the command line with a board of .e2train/boards.json', async () => {
  const fake = board();
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
  const file = measurementFileSchema.parse(JSON.parse(output));
  expectTrue(file.rows[0], fake, 2);
  expect(file.rows[0]).toMatchObject({ clockMHz: 300, board: 'ultra96' });
  const rails = await run(['measure', 'meters', '--board', 'ultra96'], folder, environment);
  expect(rails.output).toMatch(/^ina226 VCCINT +hwmon +yes +0\.0125 W +Scaled for a shunt of 5 mΩ/m);

  const cancelled = start([...words.slice(0, -6), '--layers', 'conv1,dense'], folder, environment);
  fake.onLoad = (_number, layer) => layer === 'dense' && cancelled.process.kill('SIGINT');
  expect(await cancelled.ended).toMatchObject({ code: 1, output: expect.stringContaining('partial (Cancelled after 1 of 2.)') });
});
