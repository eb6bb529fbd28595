import type { Layer } from '../../protocol/layer-graph';
import { TopologyError } from '../network-errors';
import type { LayerConfig } from './layer-config';

/** An output of a layer: its name and shape, without the batch dimension. */
export interface Tensor {
  readonly layer: string;
  readonly shape: readonly number[];
}

type Drafted<L> = L extends Layer ? Omit<L, 'name' | 'inputs' | 'source' | 'sharesWeightsWith'> : never;
/** A layer of the graph before it has its name, place and readers. */
export type LayerDraft = Drafted<Layer>;

/** One application of one Keras layer, to be turned into layers of the graph. */
export interface LayerRequest {
  readonly className: string;
  readonly name: string;
  readonly config: LayerConfig;
  readonly inputs: readonly Tensor[];
  /** Appends a layer to the graph, named after the Keras layer with a suffix where it becomes several. */
  emit(draft: LayerDraft, inputs: readonly Tensor[], suffix?: string): Tensor;
  /** Turns a wrapped layer into layers of a graph of their own that reads inputs of these shapes; nothing is appended here. */
  unwrap(
    layer: unknown,
    shapes: readonly (readonly number[])[],
  ): { className: string; outputs: readonly Tensor[]; macs: number; parameters: number };
}

export type LayerConverter = (request: LayerRequest) => readonly Tensor[];

/**
 * The one tensor that a layer reads, with the number of dimensions it needs.
 * @throws TopologyError naming the layer and both shapes.
 */
export function onlyInput({ name, className, inputs }: LayerRequest, rank?: number): Tensor {
  const [input] = inputs;
  if (!input) throw new TopologyError(`Layer “${name}” (${className}) reads nothing; connect it to a layer before it.`, name);
  if (rank !== undefined && input.shape.length !== rank) {
    const shape = input.shape.join('×') || 'scalar';
    throw new TopologyError(
      `Layer “${name}” (${className}) needs an input of ${rank} dimensions, but “${input.layer}” gives ${shape}.`,
      name,
    );
  }
  return input;
}

/** @throws TopologyError where a window does not fit its input. */
export function positiveShape({ name, className, inputs }: LayerRequest, shape: readonly number[]): number[] {
  if (shape.some((size) => !Number.isInteger(size) || size < 1)) {
    const given = inputs[0]?.shape.join('×') ?? 'nothing';
    throw new TopologyError(
      `Layer “${name}” (${className}) leaves nothing of its input of ${given}; use a smaller window or a larger input.`,
      name,
    );
  }
  return [...shape];
}

/** A layer that can be estimated but not trained. */
export function emitOther(
  request: LayerRequest,
  outputShape: readonly number[],
  costs: { parameters?: number; macs?: number; className?: string; note?: string } = {},
): Tensor {
  const { parameters = 0, macs = 0, className = request.className, note } = costs;
  return request.emit(
    {
      kind: 'other',
      className,
      outputShape: positiveShape(request, outputShape),
      parameters,
      macsPerSample: macs,
      ...(note === undefined ? {} : { note }),
    },
    request.inputs,
  );
}
