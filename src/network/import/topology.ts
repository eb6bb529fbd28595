import * as z from 'zod';
import { TopologyError } from '../network-errors';
import { withCamelCaseKeys } from './layer-config';

/** One layer or model as Keras JSON writes it, keys in camel case. */
export interface TopologyNode {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inboundNodes: readonly unknown[];
}

/** Output `tensor` of the application `node` of a layer. */
export interface TensorReference {
  readonly layer: string;
  readonly node: number;
  readonly tensor: number;
}

const nodeSchema = z.object({
  className: z.string(),
  name: z.string().optional(),
  config: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).default({}),
  inboundNodes: z.array(z.unknown()).default([]),
});

const modelClasses = ['Sequential', 'Model', 'Functional', 'LayersModel'];

export function isModel(node: TopologyNode): boolean {
  return modelClasses.includes(node.className);
}

/** @throws TopologyError where the value is no layer. */
export function nodeOf(value: unknown): TopologyNode {
  const parsed = nodeSchema.safeParse(value);
  if (!parsed.success) throw new TopologyError('This is no tf.layers topology: a layer has no class name and configuration.');
  const { className, inboundNodes } = parsed.data;
  // Old Keras writes a sequential model's layers as a plain list.
  const config = Array.isArray(parsed.data.config) ? { layers: parsed.data.config } : parsed.data.config;
  const name = parsed.data.name ?? (typeof config.name === 'string' ? config.name : className);
  return { className, name, config, inboundNodes };
}

const wrappers = z.object({ modelTopology: z.unknown().optional(), modelConfig: z.unknown().optional() });

/**
 * The model in a tf.layers topology: the result of `toJSON`, or the content of a model.json with the topology inside.
 * @throws TopologyError when there is none.
 */
export function modelOf(topology: unknown): TopologyNode {
  let value = typeof topology === 'string' ? JSON.parse(topology) : topology;
  value = withCamelCaseKeys(value);
  for (let depth = 0; depth < 3; depth++) {
    const inner = wrappers.safeParse(value);
    value = (inner.success && (inner.data.modelTopology ?? inner.data.modelConfig)) || value;
  }
  const model = nodeOf(value);
  if (!isModel(model)) throw new TopologyError(`This is a layer of class “${model.className}”, not a model.`);
  return model;
}

export function layersOf(model: TopologyNode): TopologyNode[] {
  const { layers } = model.config;
  if (!Array.isArray(layers)) throw new TopologyError(`The model “${model.name}” has no list of layers.`);
  return layers.map(nodeOf);
}

function reference(value: unknown): TensorReference | undefined {
  if (!Array.isArray(value) || typeof value[0] !== 'string') return undefined;
  return { layer: value[0], node: Number(value[1] ?? 0), tensor: Number(value[2] ?? 0) };
}

/** All references in a nested list, in order: Keras 2 writes [name, node, tensor], Keras 3 objects with a `keras_history`. */
export function referencesIn(value: unknown): TensorReference[] {
  const direct = reference(value);
  if (direct) return [direct];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  if ('kerasHistory' in value) return referencesIn(value.kerasHistory);
  return Object.values(value).flatMap(referencesIn);
}

/** Shape that a layer declares for its input, batch dimension left out; null where it is open. */
export function declaredShape(node: TopologyNode): (number | null)[] | undefined {
  const shape = node.config.batchInputShape ?? node.config.batchShape;
  if (Array.isArray(shape)) return shape.slice(1).map((size) => (typeof size === 'number' ? size : null));
  if (isModel(node)) {
    const built = node.config.buildInputShape;
    const [first] = layersOf(node);
    return (first && declaredShape(first)) ?? (Array.isArray(built) ? built.slice(1) : undefined);
  }
  return undefined;
}
