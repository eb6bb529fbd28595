import type { LayerEstimate } from '../../energy/estimate';
import { estimateRun, type RunEstimate } from '../../energy/run-estimate';
import { type LayerMeasurement, measurementsOf } from '../../network/layer-measurements';
import { layerParameters } from '../../network/parameters';
import type { RunConfiguration } from '../../protocol/configuration';
import type { DeviceProfile } from '../../protocol/device-profile';
import type { InspectedModel } from '../../protocol/inspection';
import type { Layer } from '../../protocol/layer-graph';
import type { MeasurementFile } from '../../protocol/measurements';

/** One layer with what it costs in an iteration. */
export interface EstimatedLayer {
  readonly layer: Layer;
  readonly estimate: LayerEstimate;
  readonly parameters: number;
  /** Measured figures that hold for it, newest first. */
  readonly measurements: readonly LayerMeasurement[];
}

/** A person's model with its joules: what annotations, hovers, CodeLenses and the Layers tree all show. */
export interface EstimatedModel {
  readonly model: InspectedModel;
  readonly layers: readonly EstimatedLayer[];
  readonly run: RunEstimate;
  readonly profile: DeviceProfile;
  readonly batchSize: number;
}

/** @throws RangeError with a sentence when the device is too small for the model. */
export function estimateModel(
  model: InspectedModel,
  configuration: Pick<RunConfiguration, 'iterations' | 'batchSize' | 'savers'>,
  profile: DeviceProfile,
  measurements: readonly MeasurementFile[] = [],
): EstimatedModel {
  const run = estimateRun(model.graph, profile, configuration);
  const layers = model.graph.layers.map((layer, index) => ({
    layer,
    // The estimate's rows follow the graph's layers.
    estimate: run.iteration.layers[index]!,
    parameters: layerParameters(model.graph, layer).total,
    measurements: measurements.length > 0 ? measurementsOf(model.graph, layer, measurements) : [],
  }));
  return { model, layers, run, profile, batchSize: configuration.batchSize };
}
