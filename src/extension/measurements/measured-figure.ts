import { likeEstimates } from '../../energy/like-estimates';
import { boardOf, type LayerMeasurement } from '../../network/layer-measurements';
import type { FigureRow, MeasuredKind, MeasurementFile } from '../../protocol/measurements';
import { type Phase, phases } from '../../protocol/phases';
import type { EstimatedLayer, EstimatedModel } from '../annotations/estimated-model';
import { madeLayers } from '../annotations/made-layers';

/** Measured joules of some layers, all of one session at a board or one import, under the same conditions, and what the estimate says of the same. */
export interface MeasuredFigure {
  readonly kind: MeasuredKind;
  readonly board: string | undefined;
  readonly precision: string;
  /** Images in one execution. */
  readonly batchSize: number;
  /** Phases that are in the sum. */
  readonly phases: readonly Phase[];
  /** Whether these are all phases in which the layers have work. */
  readonly wholeIteration: boolean;
  /** Joules, layers and phases summed. */
  readonly energyJ: number;
  /** One standard deviation of `energyJ`; absent where a row has none. */
  readonly standardErrorJ?: number;
  /** Estimated joules of the same layers, phases, images and operand widths; absent where the precision does not tell widths. */
  readonly likeJ?: number;
  /** Layers in the sum: those with a row for each of the phases. An activation that is an argument of its layer does not count. */
  readonly covered: number;
}

/** A layer with its rows of one group. */
interface MeasuredLayer {
  readonly estimated: EstimatedLayer;
  readonly rows: ReadonlyMap<Phase, FigureRow>;
}

const ownPrecision = 'fp32';

/**
 * The figure that stands for some layers of a model: of the groups of rows with the same file, board, kind, precision and batch size, the one that
 * covers most layers, then the newest, then the one nearest to the estimate's own batch size and precision. Undefined where nothing was measured.
 */
export function measuredFigure(model: EstimatedModel, layers: readonly EstimatedLayer[]): MeasuredFigure | undefined {
  const made = new Set(madeLayers(layers));
  const figures = groupsOf(layers).flatMap((group) => {
    const figure = summed(model, group, made);
    return figure ? [{ figure, created: group.file.created }] : [];
  });
  const nearness = ({ batchSize, precision }: MeasuredFigure) => Number(batchSize === model.batchSize) + Number(precision === ownPrecision);
  figures.sort(
    (a, b) => b.figure.covered - a.figure.covered || b.created.localeCompare(a.created) || nearness(b.figure) - nearness(a.figure),
  );
  return figures[0]?.figure;
}

interface Group {
  readonly first: LayerMeasurement;
  readonly file: MeasurementFile;
  readonly layers: Map<EstimatedLayer, Map<Phase, FigureRow>>;
}

function groupsOf(layers: readonly EstimatedLayer[]): Group[] {
  const groups = new Map<string, Group>();
  for (const estimated of layers) {
    for (const measurement of estimated.measurements) {
      const { row, file } = measurement;
      const key = JSON.stringify([file.id, boardOf(measurement), row.kind, row.precision, row.batchSize]);
      const group = groups.get(key) ?? { first: measurement, file, layers: new Map() };
      groups.set(key, group);
      const rows = group.layers.get(estimated) ?? new Map<Phase, FigureRow>();
      group.layers.set(estimated, rows);
      rows.set(row.phase, row);
    }
  }
  return [...groups.values()];
}

function summed(model: EstimatedModel, { first, layers }: Group, made: ReadonlySet<EstimatedLayer>): MeasuredFigure | undefined {
  const { row } = first;
  const measured = phases.filter((phase) => [...layers.values()].some((rows) => rows.has(phase)));
  const hasWork = ({ estimate }: EstimatedLayer, phase: Phase) => estimate.phaseJ[phase] > 0;
  const covered: MeasuredLayer[] = [...layers]
    .filter(([estimated, rows]) => measured.every((phase) => rows.has(phase) || !hasWork(estimated, phase)))
    .map(([estimated, rows]) => ({ estimated, rows }));
  if (covered.length === 0) return undefined;
  const all = covered.flatMap(({ rows }) => [...rows.values()]);
  const error = errorOfSum(all);
  const likeJ = likeSum(model, row, covered);
  return {
    kind: row.kind,
    board: boardOf(first),
    precision: row.precision,
    batchSize: row.batchSize,
    phases: measured,
    wholeIteration: covered.every(({ estimated }) => phases.every((phase) => measured.includes(phase) || !hasWork(estimated, phase))),
    energyJ: all.reduce((sum, { energyJ }) => sum + energyJ, 0),
    ...(error !== undefined && { standardErrorJ: error }),
    ...(likeJ !== undefined && { likeJ }),
    covered: covered.filter(({ estimated }) => made.has(estimated)).length,
  };
}

function likeSum(model: EstimatedModel, conditions: FigureRow, covered: readonly MeasuredLayer[]): number | undefined {
  const estimates = likeEstimates(model.model.graph, model.profile, conditions);
  if (!estimates) return undefined;
  const ofLayer = ({ estimated, rows }: MeasuredLayer) =>
    [...rows.keys()].reduce((sum, phase) => sum + (estimates.get(estimated.layer.name)?.phaseJ[phase] ?? 0), 0);
  const sum = covered.reduce((total, layer) => total + ofLayer(layer), 0);
  return sum > 0 ? sum : undefined;
}

/** Rows are independent of each other; one that stands for several layers errs the same way in each. */
function errorOfSum(rows: readonly FigureRow[]): number | undefined {
  const uses = new Map<FigureRow, number>();
  for (const row of rows) uses.set(row, (uses.get(row) ?? 0) + 1);
  let variance = 0;
  for (const [{ standardErrorJ }, times] of uses) {
    if (standardErrorJ === undefined) return undefined;
    variance += (times * standardErrorJ) ** 2;
  }
  return Math.sqrt(variance);
}
