import type { LayerGraph } from '../protocol/layer-graph';
import { graphOf, type ModelOptions, modelReference } from './resolve-model';

/** Shape and classes that built-in networks have when nothing else is said: CIFAR-10's. */
export const cifarShape = [32, 32, 3];
export const cifarClasses = 10;

/**
 * The layer graph that a person named: of a model file, or a built-in network for CIFAR-10's images unless another shape is given.
 * @throws Error with one sentence when there is none.
 */
export function cifarGraphOf(argument: string, options: ModelOptions): Promise<LayerGraph> {
  return graphOf(modelReference(argument, options), options.input ?? cifarShape, cifarClasses);
}
