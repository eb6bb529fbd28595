import type { DeviceProfile } from '../protocol/device-profile';
import type { LayerGraph } from '../protocol/layer-graph';
import type { FigureRow } from '../protocol/measurements';
import { estimateNetwork, type LayerEstimate } from './estimate';
import { widthsOfPrecision } from './precision';

type EstimatesByLayer = ReadonlyMap<string, LayerEstimate>;

/** By the profile itself and not by its name: one that was edited keeps its name. */
const known = new WeakMap<LayerGraph, WeakMap<DeviceProfile, Map<string, EstimatesByLayer>>>();

/**
 * What the cost model says of a graph's layers under a measurement's own conditions, by layer name: its images per execution and its operand
 * widths. Undefined where the precision is a name of the board's own, which says nothing of widths.
 */
export function likeEstimates(
  graph: LayerGraph,
  profile: DeviceProfile,
  { batchSize, precision }: Pick<FigureRow, 'batchSize' | 'precision'>,
): EstimatesByLayer | undefined {
  const bits = widthsOfPrecision(precision);
  if (!bits) return undefined;
  const ofGraph = known.get(graph) ?? new WeakMap<DeviceProfile, Map<string, EstimatesByLayer>>();
  known.set(graph, ofGraph);
  const estimates = ofGraph.get(profile) ?? new Map<string, EstimatesByLayer>();
  ofGraph.set(profile, estimates);
  const key = JSON.stringify([batchSize, bits]);
  const byLayer =
    estimates.get(key) ?? new Map(estimateNetwork(graph, profile, { batchSize, bits }).layers.map((layer) => [layer.name, layer]));
  estimates.set(key, byLayer);
  return byLayer;
}
