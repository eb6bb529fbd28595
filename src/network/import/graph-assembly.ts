import type { Layer, LayerGraph, SourceLocation } from '../../protocol/layer-graph';
import { networkMacs } from '../macs';
import { TopologyError, UnknownLayerError } from '../network-errors';
import { countParameters } from '../parameters';
import { type CustomLayer, customConverter } from './custom-layers';
import { LayerConfig } from './layer-config';
import { layerConverters } from './layer-converters';
import type { LayerDraft, LayerRequest, Tensor } from './layer-request';
import { isModel, layersOf, nodeOf, referencesIn, type TensorReference, type TopologyNode } from './topology';

/** Where in nested models a layer stands. */
interface Scope {
  /** In front of layer names. */
  readonly prefix: string;
  /** Tells one Keras layer from all others, however often it is applied. */
  readonly path: string;
  readonly source?: SourceLocation;
}

export const outermost: Scope = { prefix: '', path: '' };

function ownsWeights(draft: LayerDraft): boolean {
  return (
    ['conv2d', 'depthwiseConv2d', 'dense', 'batchNormalization'].includes(draft.kind) || (draft.kind === 'other' && draft.parameters > 0)
  );
}

const frozen = 'Frozen in the model; estimated as if it were trained.';

/** Collects the layers of one graph while Keras layers and models are applied one after the other. */
export class GraphAssembly {
  readonly layers: Layer[] = [];
  private readonly names = new Set<string>();
  /** Layers that the first application of each Keras layer became: later applications share their weights. */
  private readonly applications = new Map<string, string[]>();

  constructor(
    private readonly sources: ReadonlyMap<string, SourceLocation>,
    private readonly customLayers: ReadonlyMap<string, CustomLayer>,
  ) {}

  input(name: string, shape: readonly number[], note?: string): Tensor {
    const source = this.sources.get(name);
    return this.append({ kind: 'input', outputShape: [...shape], ...(note === undefined ? {} : { note }) }, name, [], { source });
  }

  /** Applies a layer or a model to tensors. */
  apply(node: TopologyNode, inputs: readonly Tensor[], scope: Scope): readonly Tensor[] {
    const source = this.sources.get(node.name) ?? scope.source;
    if (isModel(node)) {
      const inner = { prefix: `${scope.prefix}${node.name}_`, path: `${scope.path}${node.name}/`, ...(source ? { source } : {}) };
      return this.applyModel(node, inputs, inner);
    }
    if (node.className === 'InputLayer') return inputs;
    const custom = this.customLayers.get(node.name);
    const converter = custom ? customConverter(custom) : layerConverters.get(node.className);
    if (!converter) throw new UnknownLayerError(node.name, node.className);
    const key = `${scope.path}${node.name}`;
    const first = this.applications.get(key);
    const made: string[] = [];
    const request: LayerRequest = {
      className: node.className,
      name: node.name,
      config: new LayerConfig(node.name, node.config),
      inputs,
      emit: (draft, from, suffix) => {
        const shared = first && ownsWeights(draft) ? first[made.length] : undefined;
        const note = node.config.trainable === false && ownsWeights(draft) ? [draft.note, frozen].filter(Boolean).join(' ') : draft.note;
        const name = `${scope.prefix}${node.name}${suffix === undefined ? '' : `_${suffix}`}`;
        const tensor = this.append(note === undefined ? draft : { ...draft, note }, name, from, { source, shared });
        made.push(tensor.layer);
        return tensor;
      },
      unwrap: (layer, shapes) => this.unwrap(nodeOf(layer), shapes),
    };
    const outputs = converter(request);
    if (!first) this.applications.set(key, made);
    return outputs;
  }

  /** Applies all layers of a model; a functional model's input layers take the tensors in their order. */
  applyModel(model: TopologyNode, inputs: readonly Tensor[], scope: Scope): readonly Tensor[] {
    if (model.className === 'Sequential') {
      return layersOf(model).reduce<readonly Tensor[]>((tensors, layer) => this.apply(layer, tensors, scope), inputs);
    }
    return new FunctionalWalk(this, model, inputs, scope).outputs();
  }

  private append(
    draft: LayerDraft,
    wanted: string,
    from: readonly Tensor[],
    { source, shared }: { source?: SourceLocation | undefined; shared?: string | undefined },
  ): Tensor {
    let name = wanted;
    for (let count = 2; this.names.has(name); count++) name = `${wanted}_${count}`;
    this.names.add(name);
    const layer = {
      name,
      ...draft,
      inputs: from.map((tensor) => tensor.layer),
      ...(source === undefined ? {} : { source }),
      ...(shared === undefined ? {} : { sharesWeightsWith: shared }),
    } as Layer;
    this.layers.push(layer);
    return { layer: name, shape: layer.outputShape };
  }

  private unwrap(node: TopologyNode, shapes: readonly (readonly number[])[]) {
    const assembly = new GraphAssembly(new Map(), this.customLayers);
    const inputs = shapes.map((shape, index) => assembly.input(`input${index}`, shape));
    const outputs = assembly.apply(node, inputs, outermost);
    const graph: LayerGraph = { name: node.name, layers: assembly.layers, outputs: outputs.map((tensor) => tensor.layer) };
    return { className: node.className, outputs, macs: networkMacs(graph).forward, parameters: countParameters(graph) };
  }
}

/** One application of a functional model: each node of each layer once, in the order of the list as far as references allow. */
class FunctionalWalk {
  private readonly nodes = new Map<string, TopologyNode>();
  private readonly firstNode = new Map<string, number>();
  private readonly done = new Map<string, readonly Tensor[]>();
  private readonly underWay = new Set<string>();

  constructor(
    private readonly assembly: GraphAssembly,
    private readonly model: TopologyNode,
    inputs: readonly Tensor[],
    private readonly scope: Scope,
  ) {
    for (const node of layersOf(model)) this.nodes.set(node.name, node);
    referencesIn(model.config.inputLayers).forEach(({ layer }, index) => {
      const input = inputs[index];
      if (!input) throw new TopologyError(`The model “${model.name}” has more inputs than it is given.`, model.name);
      this.done.set(`${layer}:0`, [input]);
    });
    this.numberApplications();
  }

  outputs(): readonly Tensor[] {
    for (const [name, node] of this.nodes) {
      node.inboundNodes.forEach((_, index) => {
        this.tensors(name, index);
      });
    }
    return referencesIn(this.model.config.outputLayers).map((reference) => this.tensor(reference));
  }

  /** Keras counts the applications of a nested model from 1 (0 is its own making), those of other layers from 0. */
  private numberApplications(): void {
    const used = [...this.nodes.values()].flatMap((node) => referencesIn(node.inboundNodes));
    for (const { layer, node } of [...used, ...referencesIn(this.model.config.outputLayers)]) {
      const applications = this.nodes.get(layer)?.inboundNodes.length ?? 0;
      if (applications > 0 && node >= applications) this.firstNode.set(layer, 1);
    }
  }

  private tensor({ layer, node, tensor }: TensorReference): Tensor {
    const tensors =
      this.done.get(`${layer}:0`) && this.isInput(layer)
        ? this.done.get(`${layer}:0`)!
        : this.tensors(layer, node - (this.firstNode.get(layer) ?? 0));
    const found = tensors[tensor];
    if (!found) throw new TopologyError(`Layer “${layer}” has no output number ${tensor}.`, layer);
    return found;
  }

  private isInput(layer: string): boolean {
    return this.nodes.get(layer)?.className === 'InputLayer';
  }

  private tensors(layer: string, index: number): readonly Tensor[] {
    const key = `${layer}:${index}`;
    const known = this.done.get(key);
    if (known) return known;
    const node = this.nodes.get(layer);
    const application = node?.inboundNodes[index];
    if (!node || application === undefined) {
      throw new TopologyError(`The model “${this.model.name}” reads a layer “${layer}” that it does not contain.`, layer);
    }
    if (this.underWay.has(key)) throw new TopologyError(`Layer “${layer}” reads its own output.`, layer);
    this.underWay.add(key);
    const inputs = referencesIn(application).map((reference) => this.tensor(reference));
    this.underWay.delete(key);
    const outputs = this.assembly.apply(node, inputs, this.scope);
    this.done.set(key, outputs);
    return outputs;
  }
}
