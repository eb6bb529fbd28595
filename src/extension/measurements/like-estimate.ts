import { estimateNetwork, type LayerEstimate, type NetworkEstimate } from '../../energy/estimate';
import { widthsOfPrecision } from '../../energy/precision';
import type { DeviceProfile } from '../../protocol/device-profile';
import type { LayerGraph } from '../../protocol/layer-graph';
import type { FigureRow } from '../../protocol/measurements';

type EstimatesByLayer = ReadonlyMap<string, LayerEstimate>;

const known = new WeakMap<NetworkEstimate, EstimatesByLayer>();

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
  const estimate = estimateNetwork(graph, profile, { batchSize, bits });
  const byLayer = known.get(estimate) ?? new Map(estimate.layers.map((layer) => [layer.name, layer]));
  known.set(estimate, byLayer);
  return byLayer;
}
