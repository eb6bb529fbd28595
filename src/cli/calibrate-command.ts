import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { calibrate, type MeasuredPhase } from '../energy/calibration/calibrate';
import { formatJoules } from '../energy/format';
import { widthsOfPrecision } from '../energy/precision';
import { readMeasurements } from '../measurement/import/read-measurements';
import { OwnProfiles } from '../runs/own-profiles';
import { cifarGraphOf } from './cifar-graph';
import { profileArgument } from './device-profile-argument';
import { textTable } from './text-table';

export interface CalibrateOptions {
  readonly model: string;
  readonly profile: string;
  readonly name: string;
  readonly batch?: number;
  readonly input?: number[];
  readonly export?: string;
  readonly json?: boolean;
}

/**
 * `e2train calibrate`: fits a profile's prices to measured energies and writes them as a new profile of the present folder.
 * @throws Error with one sentence when measurements, model or profile cannot be used.
 */
export async function calibrateCommand(path: string, options: CalibrateOptions): Promise<void> {
  const base = profileArgument(options.profile);
  const graph = await cifarGraphOf(options.model, options);
  const measured = measuredPhases(path, options.batch ?? 1);
  const unknown = measured.find(({ layer }) => !graph.layers.some(({ name }) => name === layer));
  if (unknown) throw new Error(`${path} has a layer “${unknown.layer}” that ${options.model} has not: name the model that was measured.`);
  const date = new Date().toISOString().slice(0, 10);
  const result = calibrate(graph, base, measured, { name: options.name, provenance: `${basename(path)} on ${date}` });
  const file = new OwnProfiles(process.cwd()).add(result.profile);
  const residuals = measured.map(({ layer, phase, energyJ }, row) => ({ layer, phase, energyJ, residualJ: result.residualsJ[row]! }));
  if (options.json) {
    console.log(JSON.stringify({ file, factors: result.factors, r2: result.r2, residuals, warnings: result.warnings }, null, 2));
    return;
  }
  const factors = Object.entries(result.factors).map(([name, factor]) => [name, `${factor.toPrecision(3)} ×`]);
  console.log(textTable([{ title: 'coefficient' }, { title: `of ${base.name}`, align: 'right' }], factors));
  const columns = [{ title: 'layer' }, { title: 'phase' }, { title: 'measured' }, { title: 'residual', align: 'right' }] as const;
  const rows = residuals.map(({ layer, phase, energyJ, residualJ }) => [
    layer,
    phase,
    formatJoules(energyJ),
    `${((100 * residualJ) / energyJ).toFixed(1)} %`,
  ]);
  console.log(`\n${textTable(columns, rows)}\n\nR² ${result.r2.toFixed(4)} over ${measured.length} measurements.`);
  for (const warning of result.warnings) console.log(warning);
  console.log(`Written to ${file}; the profile ${base.name} stays as it is.`);
}

function measuredPhases(path: string, batchSize: number): MeasuredPhase[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`);
  }
  const { rows } = readMeasurements(text, { file: basename(path), batchSize, defaults: {} });
  return rows.flatMap((row) => {
    if (row.kind === 'unavailable') return [];
    const widths = widthsOfPrecision(row.precision);
    if (!widths) throw new Error(`${path} has the precision “${row.precision}”, whose widths are not known: write fp32, int8 or w8a8g16.`);
    return [{ layer: row.layer, phase: row.phase, widths, batchSize: row.batchSize, energyJ: row.energyJ }];
  });
}
