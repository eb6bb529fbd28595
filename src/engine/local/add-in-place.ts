import type { TensorId } from '../program';
import type { KernelName } from './kernel-layout';
import { type Step, tensorsOf } from './step';

/** Kernels that can add their results to what is there. */
const adding: Partial<Record<KernelName, readonly string[]>> = {
  denseWeightGradient: ['dw', 'dbias'],
  winogradConvolution: ['y'],
};

/**
 * Where all that becomes of a kernel's results is that they are added to other tensors, the kernel does that itself: one pass over memory less,
 * and for the threads one thing less to wait for.
 * @param isTemporary whether nobody sees a tensor after the section.
 */
export function addInPlace(steps: readonly Step[], isTemporary: (id: TensorId) => boolean): Step[] {
  const users = new Map<TensorId, number[]>();
  steps.forEach((step, index) => {
    for (const { id } of tensorsOf(step)) {
      const before = users.get(id);
      if (before) before.push(index);
      else users.set(id, [index]);
    }
  });
  const dropped = new Set<number>();
  return steps.map(replace).filter((_, index) => !dropped.has(index));

  function replace(step: Step, index: number): Step {
    const results = (adding[step.kernel] ?? []).filter((field) => step.fields[field] !== undefined);
    const sums = results.map((field) => additionOf(step.fields[field]!, index));
    if (results.length === 0 || !sums.every((sum) => sum !== undefined)) return step;
    for (const sum of sums) dropped.add(sum);
    const places = results.map((field, i) => [field, steps[sums[i]!]!.fields.y] as const);
    return { ...step, fields: { ...step.fields, ...Object.fromEntries(places), adds: 1 } };
  }

  /** The step that adds the tensor, which the step at `index` wrote, to another one that nobody uses in between. */
  function additionOf(tensor: TensorId, index: number): number | undefined {
    const [first, second, ...others] = users.get(tensor)!;
    if (first !== index || second === undefined || others.length > 0 || !isTemporary(tensor)) return undefined;
    const { kernel, fields, samples, staysInSamples } = steps[second]!;
    if (kernel !== 'add' || fields.b !== tensor || fields.a !== fields.y) return undefined;
    if (staysInSamples && samples !== steps[index]!.samples) return undefined;
    const isUsedBetween = users.get(fields.y!)!.some((user) => user > index && user < second);
    return isUsedBetween ? undefined : second;
  }
}
