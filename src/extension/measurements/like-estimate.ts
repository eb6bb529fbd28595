import { estimateNetwork, type LayerEstimate } from '../../energy/estimate';
import { widthsOfPrecision } from '../../energy/precision';
import type { DeviceProfile } from '../../protocol/device-profile';
import type { LayerGraph } from '../../protocol/layer-graph';
import type { FigureRow } from '../../protocol/measurements';

type Conditions = Pick<FigureRow, 'batchSize' | 'precision'>;
type EstimatesByLayer = ReadonlyMap<string, LayerEstimate>;

const known = new WeakMap<LayerGraph, Map<string, EstimatesByLayer>>();

/**
 * What the cost model says of a graph's layers under a measurement's own conditions, by layer name: its images per execution and its operand
 * widths. Undefined where the precision is a name of the board's own, which says nothing of widths.
 */
export function likeEstimates(graph: LayerGraph, profile: DeviceProfile, conditions: Conditions): EstimatesByLayer | undefined {
  const bits = widthsOfPrecision(conditions.precision);
  if (!bits) return undefined;
  const ofGraph = known.get(graph) ?? new Map<string, EstimatesByLayer>();
  known.set(graph, ofGraph);
  const key = JSON.stringify([profile.name, conditions.batchSize, bits]);
  const estimates = ofGraph.get(key) ?? estimatesByLayer(graph, profile, conditions.batchSize, bits);
  ofGraph.set(key, estimates);
  return estimates;
}

function estimatesByLayer(
  graph: LayerGraph,
  profile: DeviceProfile,
  batchSize: number,
  bits: NonNullable<ReturnType<typeof widthsOfPrecision>>,
): EstimatesByLayer {
  const { layers } = estimateNetwork(graph, profile, { batchSize, bits });
  return new Map(layers.map((estimate) => [estimate.name, estimate]));
}
