import type { DeviceProfile } from '../protocol/device-profile';
import type { LayerGraph } from '../protocol/layer-graph';
import type { IterationWork } from './iteration-work';
import { createLedger } from './ledger';

/** Joules of one image's inference, mean over batches of which it is known what ran; gates of SLU included. Estimated. */
export function inferenceEnergy(graph: LayerGraph, profile: DeviceProfile, batches: readonly IterationWork[]): number {
  const images = batches.reduce((sum, { samples }) => sum + samples, 0);
  const ledger = createLedger(graph, profile, Math.max(1, ...batches.map(({ samples }) => samples)));
  for (const work of batches) ledger.executed(work);
  return ledger.layers().reduce((sum, { forward }) => sum + forward, 0) / images;
}
