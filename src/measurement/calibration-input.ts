import type { MeasuredPhase } from '../energy/calibration/measured-phase';
import { widthsOfPrecision } from '../energy/precision';
import { layerSignature } from '../network/layer-signature';
import type { Layer, LayerGraph } from '../protocol/layer-graph';
import type { FigureRow } from '../protocol/measurements';
import { groupBy } from './group-by';

/** A figure and the board that it was measured on, where that is known. */
export interface BoardFigure {
  readonly row: FigureRow;
  readonly board: string | undefined;
}

/** Which figures a profile is fitted to: those that have one of the given values of each. */
export interface FigureFilter {
  readonly boards?: readonly string[] | undefined;
  /** Kinds of layers. */
  readonly kinds?: readonly string[] | undefined;
  readonly phases?: readonly string[] | undefined;
  readonly precisions?: readonly string[] | undefined;
}

export interface CalibrationInput {
  readonly measured: readonly MeasuredPhase[];
  /** Boards that they are of, in words. */
  readonly boards: readonly string[];
  /** What was left out, and what does not fit together: one sentence each. */
  readonly remarks: readonly string[];
}

/**
 * What a profile can be fitted to among measured figures: those that a model's layers did, at precisions that tell operand widths.
 * @throws Error with one sentence when the filter names something that is not there, or nothing is left.
 */
export function calibrationInput(graph: LayerGraph, figures: readonly BoardFigure[], filter: FigureFilter): CalibrationInput {
  const ofLayers = figures.map((figure) => ({ ...figure, layer: layerOfRow(graph, figure.row) }));
  const known = ofLayers.flatMap((figure) => (figure.layer ? [{ ...figure, layer: figure.layer }] : []));
  if (known.length === 0) throw new Error(nothingOf(graph, figures));
  checkFilter(
    '--board',
    filter.boards,
    known.flatMap(({ board }) => board ?? []),
  );
  checkFilter(
    '--kinds',
    filter.kinds,
    known.map(({ layer }) => layer.kind),
  );
  checkFilter(
    '--phases',
    filter.phases,
    known.map(({ row }) => row.phase),
  );
  checkFilter(
    '--precision',
    filter.precisions,
    known.map(({ row }) => row.precision),
  );
  const chosen = known.filter(
    ({ row, board, layer }) =>
      passes(filter.boards, board) &&
      passes(filter.kinds, layer.kind) &&
      passes(filter.phases, row.phase) &&
      passes(filter.precisions, row.precision),
  );
  const measured = chosen.flatMap(({ row, layer }) => measuredPhase(row, layer));
  if (measured.length === 0) throw new Error('No measured figure is left to fit a profile to: take away a filter, or measure more.');
  return { measured, boards: boardsOf(chosen), remarks: remarksOn(graph, figures.length - known.length, chosen) };
}

/**
 * A row that tells what its layer computed is of a layer that computes the same, a row with a name alone of the layer of that name. The row's own
 * layer comes first: how many layers send it gradients is no part of what it computes.
 */
function layerOfRow(graph: LayerGraph, { layer: name, signature }: FigureRow): Layer | undefined {
  const named = graph.layers.find((layer) => layer.name === name);
  if (signature === undefined || (named && layerSignature(graph, named) === signature)) return named;
  return graph.layers.find((layer) => layerSignature(graph, layer) === signature);
}

function measuredPhase({ phase, precision, batchSize, energyJ, seconds }: FigureRow, layer: Layer): MeasuredPhase[] {
  const widths = widthsOfPrecision(precision);
  return widths ? [{ layer: layer.name, phase, widths, batchSize, energyJ, seconds }] : [];
}

const passes = (wanted: readonly string[] | undefined, value: string | undefined) =>
  wanted === undefined || (value !== undefined && wanted.includes(value));

function checkFilter(option: string, wanted: readonly string[] = [], present: readonly string[]): void {
  const missing = wanted.find((value) => !present.includes(value));
  if (missing === undefined) return;
  throw new Error(`${option} names “${missing}”, of which nothing was measured; there is ${[...new Set(present)].join(', ') || 'none'}.`);
}

function nothingOf(graph: LayerGraph, figures: readonly BoardFigure[]): string {
  if (figures.length === 0) return 'No figure is among the measurements: “e2train measure list” shows how many of each are unavailable.';
  return `No measured figure is of a layer of ${graph.name}: name with --model the model that was measured.`;
}

const boardsOf = (figures: readonly BoardFigure[]) => [...groupBy(figures, ({ board }) => board ?? 'an unnamed board').keys()];

function remarksOn(graph: LayerGraph, strangers: number, chosen: readonly BoardFigure[]): string[] {
  const boards = boardsOf(chosen);
  const nameless = [...new Set(chosen.map(({ row }) => row.precision))].filter((precision) => !widthsOfPrecision(precision));
  const gross = chosen.filter(({ row }) => row.idleW === undefined).length;
  const unmeasured = chosen.filter(({ row }) => row.kind !== 'measured').length;
  return [
    ...(strangers > 0 ? [`${strangers} figures of layers that ${graph.name} has not were left out.`] : []),
    ...nameless.map(
      (precision) => `Figures at the precision “${precision}” were left out, since it tells no widths: call it fp32, int8 or w8a8g16.`,
    ),
    ...(boards.length > 1
      ? [`The figures are of several boards (${boards.join(', ')}), and a profile stands for one: choose with --board.`]
      : []),
    ...(gross > 0 && gross < chosen.length
      ? [`${gross} of ${chosen.length} figures contain the idle power and the others do not: measure all of them with idle windows.`]
      : []),
    ...(unmeasured > 0 ? [`${unmeasured} of ${chosen.length} figures are simulated or published, not measured.`] : []),
  ];
}
