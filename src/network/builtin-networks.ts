import type { builtinNetworks } from '../protocol/configuration';
import type { LayerGraph } from '../protocol/layer-graph';
import type { ClassifierOptions } from './classifier-options';
import { buildMobileNetV2 } from './mobilenetv2';
import { buildResNet, type ResNetDepth } from './resnet';

export type BuiltinNetwork = (typeof builtinNetworks)[number];

const resnet = (depth: ResNetDepth) => (options: ClassifierOptions) => buildResNet({ depth, ...options });

const builders: Record<BuiltinNetwork, (options: ClassifierOptions) => LayerGraph> = {
  resnet8: resnet(8),
  resnet14: resnet(14),
  resnet20: resnet(20),
  resnet38: resnet(38),
  resnet74: resnet(74),
  resnet110: resnet(110),
  mobilenetv2: buildMobileNetV2,
};

/** One of the networks that a run can name instead of a model file. `inputShape` is height, width, channels. */
export function buildBuiltinNetwork(name: BuiltinNetwork, inputShape: readonly number[], classes: number): LayerGraph {
  return builders[name]({ inputShape, classes });
}
