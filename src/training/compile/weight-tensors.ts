import type { TensorId } from '../../engine/program';
import { layerWeights, type WeightRole, type WeightSpecification } from '../../network/weights';
import type { Layer, LayerGraph } from '../../protocol/layer-graph';
import type { ProgramBuilder } from './program-builder';

/** One weight of the network and where the program keeps it. */
export interface CompiledWeight extends WeightSpecification {
  readonly tensor: TensorId;
}

type WeightsByRole = { readonly [role in WeightRole]?: TensorId };

/** The weight tensors of a network. Layers that share weights share tensors. */
export class WeightTensors {
  private readonly byName = new Map<string, CompiledWeight>();
  private readonly byLayer = new Map<string, WeightsByRole>();
  private readonly kernels: { readonly kind: Layer['kind']; readonly tensor: TensorId }[] = [];

  constructor(builder: ProgramBuilder, graph: LayerGraph, layers: readonly Layer[]) {
    for (const layer of layers) {
      const tensors: { [role in WeightRole]?: TensorId } = {};
      for (const weight of layerWeights(graph, layer)) {
        const role = weight.trainable ? 'parameter' : 'state';
        const known = this.byName.get(weight.name) ?? { ...weight, tensor: builder.tensor(weight.name, weight.shape, role) };
        this.byName.set(weight.name, known);
        tensors[weight.role] = known.tensor;
      }
      this.byLayer.set(layer.name, tensors);
      if (tensors.kernel !== undefined) this.kernels.push({ kind: layer.kind, tensor: tensors.kernel });
    }
  }

  /** Each weight once, in the order of the layers. */
  get all(): readonly CompiledWeight[] {
    return [...this.byName.values()];
  }

  /** Kernels of layers of these kinds. */
  kernelsOf(kinds: readonly Layer['kind'][]): TensorId[] {
    return this.kernels.filter(({ kind }) => kinds.includes(kind)).map(({ tensor }) => tensor);
  }

  of(layer: Layer): WeightsByRole {
    return this.byLayer.get(layer.name)!;
  }
}
