import type { Program, TensorId } from '../program';

/** Checks of int32 tensors that the kernels use as indices: a wrong one must not reach memory that is not theirs. */
export function valueChecks(program: Program): Map<TensorId, (values: Int32Array) => void> {
  const tensors = new Map(program.tensors.map((tensor) => [tensor.id, tensor]));
  const checks = new Map<TensorId, (values: Int32Array) => void>();
  for (const operation of Object.values(program.sections).flat()) {
    if (operation.samples !== undefined) {
      const name = tensors.get(operation.samples)!.name;
      checks.set(operation.samples, (values) => checkSampleList(name, values, program.batchSize));
    }
    if (operation.kind === 'softmaxCrossEntropy') {
      const name = tensors.get(operation.labels)!.name;
      const classes = tensors.get(operation.logits)!.shape.reduce((product, size) => product * size, 1);
      checks.set(operation.labels, (values) => checkLabels(name, values, classes));
    }
  }
  return checks;
}

function checkSampleList(name: string, values: Int32Array, batchSize: number): void {
  const count = values[0] ?? 0;
  if (count < 0 || count > batchSize || count > values.length - 1)
    throw new RangeError(`The list of samples “${name}” says that it has ${count} samples; a batch has ${batchSize}.`);
  for (let i = 1; i <= count; i++) {
    const sample = values[i]!;
    if (sample < 0 || sample >= batchSize || (i > 1 && sample <= values[i - 1]!))
      throw new RangeError(
        `The list of samples “${name}” must name samples 0 to ${batchSize - 1} in ascending order; at ${i} it has ${sample}.`,
      );
  }
}

function checkLabels(name: string, labels: Int32Array, classes: number): void {
  const at = labels.findIndex((label) => label < 0 || label >= classes);
  if (at >= 0)
    throw new RangeError(`“${name}” holds the label ${labels[at]} at ${at}; the network has ${classes} classes (0 to ${classes - 1}).`);
}
