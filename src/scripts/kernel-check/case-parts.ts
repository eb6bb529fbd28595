import type { Operation, TensorSpecification } from '../../engine/program';
import type { Random } from '../../platform/random';

export type Tensor = Pick<TensorSpecification, 'shape' | 'perSample' | 'type'> & Partial<Pick<TensorSpecification, 'role'>>;
/** An operation whose tensors are given by name. */
export interface Case {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly constants?: Readonly<Record<string, unknown>>;
}

/** Operations in a row; each says by name which of the tensors stands in which of its fields. */
export interface Sequence {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly operations: readonly {
    readonly kind: Operation['kind'];
    readonly constants: Readonly<Record<string, unknown>>;
    readonly tensors: Readonly<Record<string, string>>;
  }[];
}

export const perSample = (...shape: number[]): Tensor => ({ shape, perSample: true, type: 'float32' });
export const shared = (...shape: number[]): Tensor => ({ shape, perSample: false, type: 'float32' });
/** A vector for each name, as long as the image has channels. */
export const statistics = ({ shape }: Tensor, ...names: string[]) => Object.fromEntries(names.map((name) => [name, shared(shape.at(-1)!)]));
export const seed: Tensor = { shape: [1], perSample: false, type: 'int32' };

export const between = (random: Random, least: number, most: number) => least + Math.floor(random.uniform() * (most - least + 1));
export const oneOf = <T>(random: Random, ...choices: readonly T[]) => choices[between(random, 0, choices.length - 1)]!;
export const maybe = <T>(random: Random, name: string, value: T) => (random.uniform() < 0.5 ? { [name]: value } : {});
export const image = (random: Random) => perSample(between(random, 1, 9), between(random, 1, 9), between(random, 1, 37));
