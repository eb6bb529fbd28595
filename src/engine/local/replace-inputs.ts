import type { TensorId } from '../program';
import type { KernelName } from './kernel-layout';
import { type Step, tensorsOf, withTensors } from './step';

/** Kernels that read each element before they write the one in its place: which inputs the result may take the place of, the best first. */
const replaceable: Partial<Record<KernelName, { readonly result: string; readonly inputs: readonly string[] }>> = {
  activation: { result: 'y', inputs: ['x'] },
  activationGradient: { result: 'dx', inputs: ['dy', 'y'] },
  add: { result: 'y', inputs: ['a', 'b'] },
  copy: { result: 'y', inputs: ['x'] },
  dropout: { result: 'y', inputs: ['x'] },
  quantize: { result: 'y', inputs: ['x'] },
  batchNormalization: { result: 'y', inputs: ['x', 'addend'] },
  batchNormalizationInference: { result: 'y', inputs: ['x', 'addend'] },
  sampleGradientSums: { result: 'g', inputs: ['dy', 'addend', 'y'] },
  batchNormalizationGradient: { result: 'dx', inputs: ['dy', 'x'] },
};

/**
 * Lets a result that nobody has written before take the place of an input that nobody reads any more: less memory, and memory that is in
 * the cache already.
 * @param bytesPerSample size of one sample of a temporary per-sample tensor of the program, nothing for other tensors.
 */
export function replaceInputs(steps: readonly Step[], bytesPerSample: (id: TensorId) => number | undefined): Step[] {
  const firstUse = new Map<TensorId, number>();
  const lastUse = new Map<TensorId, number>();
  steps.forEach((step, index) => {
    for (const { id } of tensorsOf(step)) {
      if (!firstUse.has(id)) firstUse.set(id, index);
      lastUse.set(id, index);
    }
  });
  const places = new Map<TensorId, TensorId>();
  const placeOf = (id: TensorId) => places.get(id) ?? id;
  return steps.map((step, index) => {
    const rule = replaceable[step.kernel];
    const result = rule && step.fields[rule.result];
    if (rule && result !== undefined && bytesPerSample(result) !== undefined && firstUse.get(result) === index) {
      const input = rule.inputs
        .map((field) => step.fields[field])
        .find((id) => id !== undefined && lastUse.get(id) === index && bytesPerSample(id) === bytesPerSample(result));
      if (input !== undefined) places.set(result, placeOf(input));
    }
    return withTensors(step, placeOf);
  });
}
