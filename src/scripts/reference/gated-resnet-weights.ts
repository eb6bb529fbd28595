import type { TensorId } from '../../engine/program';
import type { CompiledNetwork } from '../../training/compile/compile-network';
import type { GatedResNetCase } from './gated-resnet-case';
import type { ReferenceTensor } from './tensor';

/** One of our trainable weights and the name under which the reference has it. */
export interface NamedWeight {
  readonly name: string;
  readonly tensor: TensorId;
  readonly theirs: string;
}

/** Our trainable weights and the names under which the reference has them. The gate behind the last block decides nothing and is left out. */
export function weightsOf(network: CompiledNetwork, { layers }: GatedResNetCase): NamedWeight[] {
  const suffixes: Readonly<Record<string, string>> = { kernel: 'weight', gamma: 'weight', beta: 'bias', bias: 'bias' };
  const ofLayers = network.weights
    .filter(({ trainable }) => trainable)
    .map(({ name, tensor }) => {
      const [layer, part] = name.split('/') as [string, string];
      return { name, tensor, theirs: `${layer}.${suffixes[part]}` };
    });
  const gateNames = layers.flatMap((blocks, group) =>
    Array.from({ length: blocks }, (_, block) => `group${group + 1}_gate${block}.1.weight`),
  );
  const { features, ...shared } = network.gates!.learning!.weights;
  const sharedNames: Readonly<Record<keyof typeof shared, string>> = {
    input: 'control.rnn.weight_ih_l0',
    recurrent: 'control.rnn.weight_hh_l0',
    inputBias: 'control.rnn.bias_ih_l0',
    recurrentBias: 'control.rnn.bias_hh_l0',
    logit: 'control.proj.weight',
    logitBias: 'control.proj.bias',
  };
  return [
    ...ofLayers,
    ...features.map(({ name, tensor }, gate) => ({ name, tensor, theirs: gateNames[gate]! })),
    ...Object.entries(shared).map(([part, { name, tensor }]) => ({ name, tensor, theirs: sharedNames[part as keyof typeof shared] })),
  ];
}

/** Matrices stand as [out, in] in the reference, as [in, out] here. */
export function transposed({ shape, values }: ReferenceTensor): Float32Array {
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === undefined || columns === undefined) return values;
  return values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
}

export function backTransposed(shape: readonly number[], values: Float32Array): Float32Array {
  const [rows, columns] = shape;
  return shape.length === 2 ? transposed({ shape: [columns!, rows!], values }) : values;
}
