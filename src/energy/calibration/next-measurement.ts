import { needsInputGradient } from '../../network/graph-queries';
import { layerSignature } from '../../network/layer-signature';
import { layerParameters } from '../../network/parameters';
import type { DeviceProfile } from '../../protocol/device-profile';
import type { Layer, LayerGraph } from '../../protocol/layer-graph';
import type { Phase } from '../../protocol/phases';
import { layerWork } from '../layer-work';
import { widthsOfPrecision } from '../precision';
import type { PhaseWork } from '../work';
import { determination } from './determination';

/** Something that could be measured too. */
interface Candidate {
  readonly name: string;
  readonly work: PhaseWork;
}

/** What one measurement adds to the columns of the fit. */
export type RowOfWork = (work: PhaseWork) => readonly number[];

const precisions = ['fp32', 'int8'];
const computed: readonly Phase[] = ['forward', 'inputGradient', 'weightGradient'];

/** A measurement that makes the worst standard error smaller by less than this is no help. */
const leastHelp = 0.1;

/**
 * The layer, phase and precision of a model that, measured too, determines some coefficients best; undefined where none helps.
 * @param columns of the fit so far.
 * @param group places of the coefficients.
 */
export function nextMeasurement(
  graph: LayerGraph,
  profile: DeviceProfile,
  batchSizes: readonly number[],
  rowOf: RowOfWork,
  columns: readonly (readonly number[])[],
  group: readonly number[],
): string | undefined {
  const worst = (columnsThen: readonly (readonly number[])[]) => {
    const { errors } = determination(columnsThen);
    return Math.max(...group.map((place) => errors[place]! / errorsNow[place]!));
  };
  const errorsNow = determination(columns).errors;
  let best = { name: undefined as string | undefined, error: 1 - leastHelp };
  for (const { name, work } of candidates(graph, profile, batchSizes)) {
    const row = rowOf(work);
    const error = worst(columns.map((column, place) => [...column, row[place]!]));
    if (error < best.error) best = { name, error };
  }
  return best.name;
}

function candidates(graph: LayerGraph, profile: DeviceProfile, batchSizes: readonly number[]): Candidate[] {
  const kinds = new Map(graph.layers.map((layer) => [layerSignature(graph, layer), layer]));
  return [...kinds.values()].flatMap((layer) =>
    batchSizes.flatMap((batchSize) =>
      precisions.flatMap((precision) => {
        const works = layerWork(graph, layer, { batchSize, widths: widthsOfPrecision(precision)!, profile });
        return computed
          .filter((phase) => hasPhase(graph, layer, phase) && works[phase].dramBits > 0)
          .map((phase) => ({ name: `${layer.name} ${phase} at ${precision}, batch ${batchSize}`, work: works[phase] }));
      }),
    ),
  );
}

function hasPhase(graph: LayerGraph, layer: Layer, phase: Phase): boolean {
  if (phase === 'inputGradient') return needsInputGradient(graph, layer);
  return phase === 'forward' || layerParameters(graph, layer).trainable > 0;
}
