import { formatJoules } from '../../energy/format';
import { likeEstimates } from '../../energy/like-estimates';
import { boardOf, type LayerMeasurement } from '../../network/layer-measurements';
import type { FigureRow } from '../../protocol/measurements';
import type { EstimatedLayer, EstimatedModel } from '../annotations/estimated-model';
import { madeLayers } from '../annotations/made-layers';
import { inCode } from '../in-code';
import { localize } from '../localize';
import type { MeasuredFigure } from './measured-figure';
import { deviation, kindName, measuredText, phaseWord } from './measured-text';

/** Rows that a hover lists before it says how many more there are. */
const listedRows = 12;

/** A row once, with the layers that it holds for. */
interface ListedRow {
  readonly measurement: LayerMeasurement;
  readonly layers: readonly EstimatedLayer[];
}

/** The hover's Markdown of what was measured of some layers: what stands at the line, a table of all rows, and what they rest on. */
export function measuredParagraphs(model: EstimatedModel, layers: readonly EstimatedLayer[], figure: MeasuredFigure): string[] {
  const rows = listRows(layers);
  const shown = rows.slice(0, listedRows);
  const header = [
    localize('Layer'),
    localize('Energy'),
    localize('Beside its estimate'),
    localize('Phase'),
    localize('Precision'),
    localize('Batch'),
    localize('Windows'),
    localize('Board'),
    localize('Date'),
    localize('Kind'),
  ];
  const table = [header, ['--', '--:', '--:', '--', '--', '--:', '--:', '--', '--', '--'], ...shown.map((row) => cells(model, row))];
  const error = figure.standardErrorJ === undefined ? '' : ` ± ${formatJoules(figure.standardErrorJ)}`;
  const heading = `**${measuredText({ ...figure, likeJ: undefined }, { batchSize: model.batchSize, layers: madeLayers(layers).length })}**${error}`;
  const beside = figure.likeJ
    ? localize(
        'Beside {1}, the estimate of the same layers, phases, batch {2} and {3} by profile {4}: {0}.',
        deviation(figure.energyJ, figure.likeJ),
        `~${formatJoules(figure.likeJ)}`,
        figure.batchSize,
        inCode(figure.precision),
        model.profile.name,
      )
    : localize('Not compared: {0} does not tell the operands’ widths, which an estimate needs.', inCode(figure.precision));
  return [
    `${heading} · ${beside}`,
    table.map((row) => `| ${row.join(' | ')} |`).join('\n'),
    ...(rows.length > shown.length ? [localize('and {0} more', rows.length - shown.length)] : []),
    ...remarks(rows),
  ];
}

function listRows(layers: readonly EstimatedLayer[]): ListedRow[] {
  const rows = new Map<FigureRow, { measurement: LayerMeasurement; layers: EstimatedLayer[] }>();
  for (const estimated of layers) {
    for (const measurement of estimated.measurements) {
      const listed = rows.get(measurement.row) ?? { measurement, layers: [] };
      rows.set(measurement.row, listed);
      listed.layers.push(estimated);
    }
  }
  return [...rows.values()].sort((a, b) => b.measurement.file.created.localeCompare(a.measurement.file.created));
}

function cells(model: EstimatedModel, { measurement, layers }: ListedRow): string[] {
  const { row, file } = measurement;
  const first = layers[0]!.layer.name;
  const likeJ = likeEstimates(model.model.graph, model.profile, row)?.get(first)?.phaseJ[row.phase];
  const board = boardOf(measurement);
  return [
    layers.length > 1 ? `${inCode(first)} ×${layers.length}` : inCode(first),
    formatJoules(row.energyJ) + (row.standardErrorJ === undefined ? '' : ` ± ${formatJoules(row.standardErrorJ)}`),
    likeJ ? `${deviation(row.energyJ, likeJ)} (~${formatJoules(likeJ)})` : '–',
    phaseWord(row.phase),
    inCode(row.precision),
    String(row.batchSize),
    row.executions === undefined ? String(row.repeats) : `${row.repeats} × ${row.executions}`,
    board === undefined ? '–' : inCode(board),
    (row.at ?? file.created).slice(0, 10),
    kindName(row.kind),
  ];
}

function remarks(rows: readonly ListedRow[]): string[] {
  const gross = rows.some(({ measurement: { row } }) => row.kind === 'measured' && row.idleW === undefined);
  const byName = rows.some(({ measurement: { by } }) => by === 'name');
  return [
    localize('Energies are of one execution, ± one standard error; windows: how many, times executions in each.'),
    ...(gross ? [localize('Rows without an idle window contain the board’s idle power.')] : []),
    ...(byName ? [localize('Rows that give a layer’s name alone are taken for the layer of that name, whatever its shape.')] : []),
  ];
}
