import { expect, onTestFinished } from 'vitest';
import { planLoads } from '../../../src/measurement/board/workload';
import { type MeasureOptions, measure } from '../../../src/measurement/measure';
import { MeasurementStore } from '../../../src/measurement/measurement-store';
import { buildBuiltinNetwork } from '../../../src/network/builtin-networks';
import type { FigureRow, MeasurementFile } from '../../../src/protocol/measurements';
import { temporaryFolder } from '../../cli/command-line';
import { FakeBoard } from './fake-board';
import type { SshServer } from './ssh-server';

/*
 * Measuring over a real OpenSSH server on a board whose every joule is known: the fake board integrates the power that it shows, load by load.
 * A figure must lie within three of its own standard errors of that, and the error must be small enough to say something: 20 %, on a machine
 * that does other work meanwhile.
 */

const graph = buildBuiltinNetwork('resnet8', [32, 32, 3], 10);

/** Begins to measure the first and the last layer of a small network on a board. */
export function session(server: SshServer, board: FakeBoard, options: Partial<MeasureOptions> & { layers?: string[] } = {}) {
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
    windowSeconds: 0,
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

/** A board that is gone after the test. */
export function fakeBoard(options: ConstructorParameters<typeof FakeBoard>[0] = {}): FakeBoard {
  const made = new FakeBoard(options);
  onTestFinished(() => made.close());
  return made;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Holds a figure against the mean of the board's last whole loads of the layer. */
export function expectTrue(row: MeasurementFile['rows'][number] | undefined, { loads }: FakeBoard, repeats = 3, executions = 10): void {
  expect(row?.kind, JSON.stringify(row)).toBe('measured');
  const { layer, energyJ, standardErrorJ = Number.NaN } = row as FigureRow;
  const truth = loads.filter((load) => load.layer === layer).slice(-repeats);
  expect(truth).toHaveLength(repeats);
  const trueJ = mean(truth.map(({ joules }) => joules)) / executions;
  expect(Math.abs(energyJ - trueJ), `${energyJ} ± ${standardErrorJ} J measured, ${trueJ} J true`).toBeLessThan(3 * standardErrorJ);
  expect(standardErrorJ).toBeLessThan(0.2 * trueJ);
}

export function boardOrigin({ origin }: MeasurementFile) {
  if (origin.kind !== 'board') throw new Error('not measured on a board');
  return origin;
}

/** What happened on the way. */
export const eventsOf = ({ events }: MeasurementFile): string => events.map(({ text }) => text).join('\n');
