import { basename } from 'node:path';
import { formatJoules } from '../energy/format';
import { discoverBoard } from '../measurement/board/board';
import { findBoard } from '../measurement/board/boards-file';
import { BoardConnection } from '../measurement/board/connection';
import { joined } from '../measurement/measure';
import { measureModel } from '../measurement/measure-model';
import { MeasurementStore } from '../measurement/measurement-store';
import { readMeterFile } from '../measurement/meters/meter-file';
import { isUnavailable } from '../measurement/power-sample';
import type { Board } from '../protocol/boards';
import type { ModelReference } from '../protocol/configuration';
import { issuesInWords } from '../protocol/issue-in-words';
import type { MeasurementFile, MeasurementRow } from '../protocol/measurements';
import { type Measuring, type MeasuringInput, measuringSchema } from '../protocol/measuring';
import { type BesideEstimates, besideEstimates, estimateInWords } from './beside-estimates';
import { cifarGraphOf } from './cifar-graph';
import { profileArgument } from './device-profile-argument';
import type { MeasureOptions } from './measure-options';
import { tell } from './measurements-command';
import { modelReference } from './resolve-model';
import { textTable } from './text-table';

/**
 * `e2train measure`: what a model's layers draw on a board, one workload per layer, phase and precision. Ctrl-C keeps what was measured.
 * @throws Error with one sentence when nothing can be measured.
 */
export async function measureCommand(argument: string | undefined, options: MeasureOptions): Promise<void> {
  if (!argument) {
    throw new Error(
      'Say what to measure: a model file or a built-in network such as resnet20; “e2train measure list” shows what was measured.',
    );
  }
  const { name, board } = boardOf(options.board);
  const measuring = measuringFromOptions(modelReference(argument, options), name, options);
  const profile = profileArgument(options.profile);
  const graph = await cifarGraphOf(argument, options);
  const estimates = besideEstimates(graph, profile);
  const store = new MeasurementStore(process.cwd());
  const ending = new AbortController();
  const cancel = () => ending.abort();
  process.once('SIGINT', cancel);
  process.once('SIGTERM', cancel);
  try {
    const file = await measureModel(store, measuring, graph, board, {
      listener: {
        onProgress: ({ done, total, text }) => console.error(`${done}/${total} ${text}`),
        onRow: (row) => console.error(`  ${rowInWords(row, estimates)}`),
      },
      signal: ending.signal,
      sshConfiguration: sshConfigurationOf(options),
    });
    tellAndSettle(file, options.json, store, estimates);
  } finally {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
    // A meter's stream that nobody reads any more must not keep the command alive.
    if (options.meter === '-') process.stdin.destroy();
  }
}

/** A command that gave less than it was asked for has failed. */
function tellAndSettle(file: MeasurementFile, json: boolean | undefined, store: MeasurementStore, estimates?: BesideEstimates): void {
  tell(file, json, store, estimates);
  if (file.state === 'partial' || file.rows.every(({ kind }) => kind === 'unavailable')) process.exitCode = 1;
}

/** What is not given has the schema's default. */
function measuringFromOptions(model: ModelReference, board: string, options: MeasureOptions): Measuring {
  const input: MeasuringInput = {
    model,
    board,
    workload: options.workload,
    meter: options.meter,
    phases: options.phases as MeasuringInput['phases'],
    precisions: options.precision,
    layers: options.layers,
    rails: options.rails,
    batchSize: options.batch,
    executions: options.executions,
    repeats: options.repeats,
    windowSeconds: options.window,
    idleSeconds: options.idle,
    intervalSeconds: options.interval,
    reconnectSeconds: options.reconnect,
  };
  const { success, data, error } = measuringSchema.safeParse(input);
  if (success) return data;
  throw new Error(issuesInWords(error.issues, input));
}

/**
 * `e2train measure join`: gives a measurement that has marks only its energies, from the file of an external meter.
 * @throws Error with one sentence when the two cannot be joined.
 */
export function joinMeasurement(id: string, path: string, options: { readonly json?: boolean }): void {
  const store = new MeasurementStore(process.cwd());
  const samples = readMeterFile(path);
  tellAndSettle(joined(store, store.read(id), samples, basename(path)), options.json, store);
}

/**
 * `e2train measure meters`: the power rails of a board, or of this machine.
 * @throws Error with one sentence when there are none, or the board cannot be reached.
 */
export async function listMeters(options: {
  readonly board?: string;
  readonly sshConfig?: string;
  readonly json?: boolean;
}): Promise<void> {
  const { name, board } = boardOf(options.board ?? 'local');
  const { address, port } = board;
  const connection = new BoardConnection({ address, port, sshConfiguration: sshConfigurationOf(options) });
  const { rails } = await discoverBoard(connection, board.root ?? '', new AbortController().signal, board.rails);
  if (isUnavailable(rails)) throw new Error(`No power rails on ${name}: ${rails.unavailable}.`);
  if (options.json) console.log(JSON.stringify(rails, null, 2));
  else {
    const cells = rails.map(({ name: rail, kind, counted, resolutionW, note }) => [
      rail,
      kind,
      counted ? 'yes' : 'no',
      resolutionW > 0 ? `${Number(resolutionW.toPrecision(3))} W` : 'unknown',
      note ?? '',
    ]);
    console.log(
      textTable([{ title: 'rail' }, { title: 'kind' }, { title: 'counted' }, { title: 'step', align: 'right' }, { title: 'note' }], cells),
    );
  }
}

function boardOf(name: string | undefined): { name: string; board: Board } {
  if (!name)
    throw new Error(
      'Say with --board where to measure: user@host, a host of your ssh configuration, a name of .e2train/boards.json, or “local”.',
    );
  return { name, board: findBoard(process.cwd(), name) };
}

const sshConfigurationOf = ({ sshConfig }: { readonly sshConfig?: string }) => sshConfig ?? process.env.E2TRAIN_SSH_CONFIG;

function rowInWords(row: MeasurementRow, estimates: BesideEstimates): string {
  if (row.kind === 'unavailable') return `unavailable: ${row.reason}`;
  const error = row.standardErrorJ === undefined ? '' : ` ± ${formatJoules(row.standardErrorJ)}`;
  const [estimate, difference] = estimateInWords(row, estimates) ?? [];
  const beside = estimate === undefined ? '' : `; ${estimate} estimated: ${difference}`;
  return `${formatJoules(row.energyJ)}${error} ${row.kind}${beside}`;
}
