import type { builtinNetworks } from '../protocol/configuration';
import type { LayerGraph } from '../protocol/layer-graph';
import { buildResNet, type ResNetDepth } from './resnet';

export type BuiltinNetwork = (typeof builtinNetworks)[number];

const depths: Record<BuiltinNetwork, ResNetDepth> = {
  resnet8: 8,
  resnet14: 14,
  resnet20: 20,
  resnet38: 38,
  resnet74: 74,
  resnet110: 110,
};

/** One of the networks that a run can name instead of a model file. `inputShape` is height, width, channels. */
export function buildBuiltinNetwork(name: BuiltinNetwork, inputShape: readonly number[], classes: number): LayerGraph {
  return buildResNet({ depth: depths[name], inputShape, classes });
}
