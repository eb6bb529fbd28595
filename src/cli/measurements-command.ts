import { formatDuration, formatJoules } from '../energy/format';
import { importFile } from '../measurement/import/import-file';
import { asOwnFormat } from '../measurement/import/own-format';
import { checkedPhase } from '../measurement/import/subject';
import { MeasurementStore } from '../measurement/measurement-store';
import type { FigureRow, MeasurementFile, MeasurementRow } from '../protocol/measurements';
import { type BesideEstimates, besideEstimates, estimateInWords, withEstimates } from './beside-estimates';
import { cifarGraphOf } from './cifar-graph';
import { profileArgument } from './device-profile-argument';
import { textTable } from './text-table';

export interface ImportCommandOptions {
  readonly labels?: string;
  readonly phase?: string;
  readonly precision?: string;
  readonly batch?: number;
  readonly model?: string;
  readonly profile?: string;
  readonly export?: string;
  readonly input?: number[];
  readonly json?: boolean;
}

/**
 * `e2train measure import`: takes a CSV file of measured energies into the present folder's measurements.
 * @throws Error with one sentence when the file cannot be taken.
 */
export async function importMeasurements(path: string, options: ImportCommandOptions): Promise<void> {
  const graph = options.model === undefined ? undefined : await cifarGraphOf(options.model, options);
  const store = new MeasurementStore(process.cwd());
  const file = importFile(store, {
    path,
    batchSize: options.batch ?? 1,
    defaults: {
      ...(options.phase !== undefined && { phase: checkedPhase(options.phase, '--phase') }),
      ...(options.precision !== undefined && { precision: options.precision }),
    },
    ...(options.labels !== undefined && { labelsPath: options.labels }),
    ...(graph && { graph }),
  });
  tell(file, options.json, store, graph && besideEstimates(graph, profileArgument(options.profile)));
}

/** Prints a measurement, with estimates beside its figures where its model is known: as JSON all of it, else its rows and where they come from. */
export function tell(file: MeasurementFile, json: boolean | undefined, store: MeasurementStore, estimates?: BesideEstimates): void {
  if (json) console.log(JSON.stringify(estimates ? withEstimates(file, estimates) : file, null, 2));
  else console.log(`${measurementInWords(file, estimates)}\nKept in ${store.pathOf(file.id)}`);
}

/** `e2train measure list`: the measurements of the present folder, newest first. */
export function listMeasurements(options: { readonly json?: boolean }): void {
  const store = new MeasurementStore(process.cwd());
  const files = store.list((sentence) => console.error(sentence));
  if (options.json) console.log(JSON.stringify(files, null, 2));
  else if (files.length === 0)
    console.log(`There are no measurements in ${process.cwd()}; “e2train measure” makes one, or takes one with “import”.`);
  else console.log(textTable(listColumns, files.map(listRow)));
}

/**
 * `e2train measure show`: one measurement.
 * @throws Error when there is none of that name.
 */
export function showMeasurement(id: string, options: { readonly json?: boolean; readonly csv?: boolean }): void {
  const store = new MeasurementStore(process.cwd());
  const file = store.read(id);
  if (options.csv) process.stdout.write(asOwnFormat(file.rows.filter((row): row is FigureRow => row.kind !== 'unavailable')));
  else tell(file, options.json, store);
}

const listColumns = [
  { title: 'measurement' },
  { title: 'title' },
  { title: 'from' },
  { title: 'state' },
  { title: 'figures', align: 'right' },
  { title: 'unavailable', align: 'right' },
] as const;

function listRow({ id, title, origin, state, rows }: MeasurementFile): string[] {
  const unavailable = rows.filter(({ kind }) => kind === 'unavailable').length;
  const from = origin.kind === 'board' ? origin.board : `${origin.format} file`;
  return [id, title, from, state, String(rows.length - unavailable), unavailable > 0 ? String(unavailable) : '–'];
}

const subjectColumns = [{ title: 'layer' }, { title: 'phase' }, { title: 'precision' }, { title: 'energy', align: 'right' }] as const;
const estimateColumns = [
  { title: 'estimate', align: 'right' },
  { title: 'difference', align: 'right' },
] as const;
const moreColumns = [
  { title: 'time', align: 'right' },
  { title: 'power', align: 'right' },
  { title: 'repeats', align: 'right' },
  { title: 'kind' },
  { title: 'source' },
] as const;

/** A measurement as text: what it is, a table of its figures, why others are missing, and what happened on the way. */
export function measurementInWords(file: MeasurementFile, estimates?: BesideEstimates): string {
  const figures = file.rows.filter((row): row is FigureRow => row.kind !== 'unavailable');
  const missing = file.rows.filter((row): row is Exclude<MeasurementRow, FigureRow> => row.kind === 'unavailable');
  const columns = [...subjectColumns, ...(estimates ? estimateColumns : []), ...moreColumns];
  const lines = [
    `${file.title}: ${file.state}${file.reason ? ` (${file.reason})` : ''}`,
    ...provenance(file),
    ...(estimates ? [`Estimates of the same layers, phases, images and operand widths by the device profile ${estimates.profile}`] : []),
    '',
    ...(figures.length > 0
      ? [
          textTable(
            columns,
            figures.map((row) => figureCells(row, estimates)),
          ),
          '',
        ]
      : []),
    ...missing.map(({ layer, phase, precision, reason }) => `${layer} ${phase} ${precision}: unavailable. ${reason}`),
    ...(file.events.length > 0 ? ['On the way:', ...file.events.map(({ at, text }) => `  ${at} ${text}`)] : []),
  ];
  return lines.join('\n');
}

function provenance({ origin, created, rows }: MeasurementFile): string[] {
  if (origin.kind === 'import') return [`Imported from ${origin.file} (${origin.format}) at ${created}`];
  const rails = origin.meter?.rails ?? [];
  const net = rows.some((row) => row.kind !== 'unavailable' && row.idleW !== undefined);
  return [
    `Measured on ${origin.board}${origin.hardware ? `, ${origin.hardware}` : ''} at ${created}; energies are ${net ? 'net of the idle power' : 'gross'}`,
    ...(rails.length > 0 ? [`Rails: ${rails.map(({ name, counted }) => (counted ? name : `${name} (not counted)`)).join(', ')}`] : []),
    ...rails.flatMap(({ name, note }) => (note ? [`  ${name}: ${note}`] : [])),
    ...(origin.clockOffset
      ? [
          `The meter's clock is ${origin.clockOffset.seconds.toFixed(3)} ± ${origin.clockOffset.standardErrorSeconds.toFixed(3)} s ahead of this machine's (estimated)`,
        ]
      : []),
  ];
}

function figureCells(row: FigureRow, estimates: BesideEstimates | undefined): string[] {
  const { layer, phase, precision, energyJ, standardErrorJ, seconds, powerW, repeats, kind, source } = row;
  const error = standardErrorJ === undefined ? '' : ` ± ${formatJoules(standardErrorJ)}`;
  return [
    layer,
    phase,
    precision,
    `${formatJoules(energyJ)}${error}`,
    ...(estimates ? (estimateInWords(row, estimates) ?? ['–', '–']) : []),
    seconds === undefined ? '–' : formatDuration(seconds),
    powerW === undefined ? '–' : `${powerW.toPrecision(3)} W`,
    String(repeats),
    kind,
    source,
  ];
}
