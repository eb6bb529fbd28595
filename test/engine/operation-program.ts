import type { Operation, Program, TensorId, TensorSpecification } from '../../src/engine/program';

export type NamedTensor = Pick<TensorSpecification, 'shape' | 'perSample' | 'type'>;

/** A program of one section, `only`, with one operation whose tensors are given by name; all of them can be written and read. */
export function operationProgram(
  operation: Readonly<Record<string, unknown>>,
  tensors: Readonly<Record<string, NamedTensor>>,
  batchSize: number,
): { program: Program; ids: ReadonlyMap<string, TensorId> } {
  const ids = new Map(Object.keys(tensors).map((name, id) => [name, id]));
  const resolve = (field: string, value: unknown) =>
    !['kind', 'function', 'of', 'estimator'].includes(field) && typeof value === 'string' ? ids.get(value)! : value;
  const resolved = Object.fromEntries(Object.entries(operation).map(([field, value]) => [field, resolve(field, value)]));
  const specifications = Object.entries(tensors).map(([name, tensor]) => ({ ...tensor, id: ids.get(name)!, name, role: 'state' as const }));
  return { program: { batchSize, tensors: specifications, sections: { only: [resolved as unknown as Operation] } }, ids };
}
