import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Option } from 'commander';
import { type Calibration, calibrate } from '../energy/calibration/calibrate';
import type { MeasuredPhase } from '../energy/calibration/measured-phase';
import { formatJoules } from '../energy/format';
import { type BoardFigure, calibrationInput } from '../measurement/calibration-input';
import { readMeasurements } from '../measurement/import/read-measurements';
import { MeasurementStore } from '../measurement/measurement-store';
import { boardOf } from '../network/layer-measurements';
import type { MeasurementFile } from '../protocol/measurements';
import { OwnProfiles } from '../runs/own-profiles';
import { cifarGraphOf } from './cifar-graph';
import { profileArgument } from './device-profile-argument';
import { executionBatchOption } from './measure-options';
import { jsonOption, listed, modelOptions, profileOption } from './options';
import type { ModelOptions } from './resolve-model';
import { textTable } from './text-table';

const listOption = (flags: string, description: string) => new Option(flags, description).argParser(listed);

export const calibrateOptions = [
  new Option('--model <model>', 'the model whose layers were measured (default: the one that the measurements name)'),
  profileOption,
  listOption('--board <list>', 'only figures of these boards'),
  listOption('--kinds <list>', 'only figures of these kinds of layers, such as conv2d,dense'),
  listOption('--phases <list>', 'only figures of these phases'),
  listOption('--precision <list>', 'only figures at these precisions'),
  executionBatchOption,
  ...modelOptions,
  jsonOption,
];

/** What commander makes of `calibrateOptions`, and the new profile's name. */
export interface CalibrateOptions extends ModelOptions {
  readonly model?: string;
  readonly profile?: string;
  readonly name: string;
  readonly board?: string[];
  readonly kinds?: string[];
  readonly phases?: string[];
  readonly precision?: string[];
  readonly batch?: number;
  readonly json?: boolean;
}

/** Measured figures, and what they are called. */
interface Figures {
  readonly from: string;
  readonly figures: readonly BoardFigure[];
  /** What was measured, where all figures are of one network. */
  readonly network?: MeasurementFile['network'];
}

/**
 * `e2train calibrate`: fits a profile's prices to measured energies and writes them as a new profile of the present folder.
 * @param argument a measurement of the present folder, or a CSV file; all measurements when absent.
 * @throws Error with one sentence when measurements, model or profile cannot be used.
 */
export async function calibrateCommand(argument: string | undefined, options: CalibrateOptions): Promise<void> {
  const base = profileArgument(options.profile);
  const { from, figures, network } = figuresOf(argument, options);
  const model = options.model ?? network?.file ?? network?.name;
  if (model === undefined) throw new Error('Say with --model which model’s layers were measured.');
  const graph = await cifarGraphOf(model, { ...(network?.exportName && { export: network.exportName }), ...options });
  const { board: boards, kinds, phases, precision: precisions } = options;
  const { measured, boards: measuredBoards, remarks } = calibrationInput(graph, figures, { boards, kinds, phases, precisions });
  const provenance = `${measured.length} figures of ${measuredBoards.join(', ')} in ${from} on ${new Date().toISOString().slice(0, 10)}`;
  const result = calibrate(graph, base, measured, { name: options.name, provenance });
  const file = new OwnProfiles(process.cwd()).add(result.profile);
  const warnings = [...remarks, ...result.warnings];
  if (options.json) console.log(JSON.stringify(asJson(file, measured, result, warnings), null, 2));
  else {
    console.log(`${coefficientTable(base.name, result)}\n\n${residualTable(measured, result)}\n`);
    console.log(
      `R² ${result.r2.toFixed(4)} over ${measured.length} measurements; error ${percent(result.relativeError)} (root mean square).`,
    );
    for (const warning of warnings) console.log(warning);
    console.log(`Written to ${file}; the profile ${base.name} stays as it is.`);
  }
}

function figuresOf(argument: string | undefined, { batch = 1 }: CalibrateOptions): Figures {
  const store = new MeasurementStore(process.cwd());
  if (argument !== undefined && !store.ids().includes(argument)) return figuresOfCsv(argument, batch);
  const files = argument === undefined ? store.list((sentence) => console.error(sentence)) : [store.read(argument)];
  if (files.length === 0) {
    throw new Error(`There are no measurements in ${process.cwd()}: “e2train measure” makes them, or takes them with “import”.`);
  }
  const networks = new Set(files.map(({ network }) => JSON.stringify(network)));
  return {
    from: argument === undefined ? '.e2train/measurements' : `.e2train/measurements/${argument}.json`,
    figures: files.flatMap((file) =>
      file.rows.flatMap((row) => (row.kind === 'unavailable' ? [] : [{ row, board: boardOf({ row, file }) }])),
    ),
    ...(networks.size === 1 && { network: files[0]!.network }),
  };
}

function figuresOfCsv(path: string, batchSize: number): Figures {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new Error(`${path} is none of the measurements that “e2train measure list” shows, and cannot be read as a CSV file (${why}).`);
  }
  const { rows } = readMeasurements(text, { file: basename(path), batchSize, defaults: {} });
  const figures = rows.flatMap((row) => (row.kind === 'unavailable' ? [] : [{ row, board: row.board }]));
  return { from: basename(path), figures };
}

function asJson(file: string, measured: readonly MeasuredPhase[], result: Calibration, warnings: readonly string[]) {
  const { factors, staticPowerW, standardErrors, r2, relativeError, residualsJ } = result;
  const residuals = measured.map(({ layer, phase, widths, batchSize, energyJ }, row) => ({
    ...{ layer, phase, widths, batchSize, energyJ },
    residualJ: residualsJ[row]!,
  }));
  return { file, factors, ...(staticPowerW !== undefined && { staticPowerW }), standardErrors, r2, relativeError, residuals, warnings };
}

function coefficientTable(base: string, { factors, staticPowerW, standardErrors }: Calibration): string {
  const rows = Object.entries(factors).map(([name, factor]) => [name, `${factor.toPrecision(3)} ×`, `± ${errorOf(name)}`]);
  if (staticPowerW !== undefined) rows.push(['static.powerW', `${staticPowerW.toPrecision(3)} W`, `± ${errorOf('static.powerW')}`]);
  function errorOf(name: string): string {
    return (standardErrors[name as keyof typeof standardErrors] ?? 0).toPrecision(2);
  }
  return textTable([{ title: 'coefficient' }, { title: `over ${base}`, align: 'right' }, { title: 'standard error' }], rows);
}

function residualTable(measured: readonly MeasuredPhase[], { residualsJ }: Calibration): string {
  const columns = [
    { title: 'layer' },
    { title: 'phase' },
    { title: 'batch', align: 'right' },
    { title: 'measured', align: 'right' },
    { title: 'residual', align: 'right' },
  ] as const;
  const rows = measured.map(({ layer, phase, batchSize, energyJ }, row) => [
    layer,
    phase,
    String(batchSize),
    formatJoules(energyJ),
    percent(residualsJ[row]! / energyJ),
  ]);
  return textTable(columns, rows);
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
