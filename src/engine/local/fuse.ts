import type { TensorId } from '../program';
import { activationCodes } from './kernel-layout';
import { type Step, tensorsOf } from './step';

/**
 * Fuses a batch normalization with its element-wise neighbours, so that memory is passed over once instead of three times: forward with the
 * residual addition and the activation behind it, backward with the sum of two gradients, the gradient of a gated block's mask and the
 * activation's gradient before it, and the maximum of the gradient behind it, from which fixed point takes its range.
 */

/** Two steps as one, and the tensor between them. */
interface Fusion {
  readonly step: Step;
  readonly between: TensorId;
  /** Whether the fused step still writes that tensor; otherwise nobody else may want it. */
  readonly kept: boolean;
}

/** Functions that the fused kernels know: those that cost next to nothing. */
const fusedFunctions: readonly (number | undefined)[] = [activationCodes.relu, activationCodes.relu6];

const isPlain = ({ fields }: Step) => fields.addend === undefined && fields.function === activationCodes.linear;

/** The tensor that a step reads and that its producer, if it is of the right kind, may be fused over. */
const fusible: Partial<Record<Step['kernel'], readonly string[]>> = {
  add: ['a', 'b'],
  activation: ['x'],
  sampleGradientSums: ['dy', 'addend'],
  sampleMaximum: ['x'],
};

function fusionOf(first: Step, second: Step): Fusion | undefined {
  const { fields } = second;
  switch (first.kernel) {
    case 'batchNormalization':
    case 'batchNormalizationInference': {
      const between = first.fields.y!;
      const fuse = (change: Step['fields']): Fusion => ({
        step: { ...first, fields: { ...first.fields, ...change, y: fields.y } },
        between,
        kept: false,
      });
      if (second.kernel === 'add' && isPlain(first) && fields.a !== fields.b)
        return fuse({ addend: fields.a === between ? fields.b : fields.a });
      if (second.kernel === 'activation' && first.fields.function === activationCodes.linear && fusedFunctions.includes(fields.function))
        return fuse({ function: fields.function });
      return undefined;
    }
    case 'activationGradient': {
      if (second.kernel !== 'sampleGradientSums' || !isPlain(second) || !fusedFunctions.includes(first.fields.function)) return undefined;
      const { y, dy, dx, function: code } = first.fields;
      return { step: { ...second, fields: { ...fields, dy, y, g: dx, function: code } }, between: dx!, kept: true };
    }
    case 'add': {
      const isAdded = fields.addend !== undefined || fields.ofMean !== undefined;
      if (second.kernel !== 'sampleGradientSums' || isAdded || fields.g === undefined) return undefined;
      const { a, b, y } = first.fields;
      return { step: { ...second, fields: { ...fields, dy: a, addend: b } }, between: y!, kept: false };
    }
    case 'globalAveragePoolingGradient': {
      const { dy, dx } = first.fields;
      if (second.kernel !== 'sampleGradientSums' || fields.addend !== dx) return undefined;
      return { step: { ...second, fields: { ...fields, addend: undefined, ofMean: dy } }, between: dx!, kept: false };
    }
    case 'batchNormalizationGradient': {
      const { dx } = first.fields;
      if (second.kernel !== 'sampleMaximum') return undefined;
      return { step: { ...first, fields: { ...first.fields, maxima: fields.maxima } }, between: dx!, kept: true };
    }
    case 'maskGradient': {
      const { a, b, dy, dmasks, gate, gates } = first.fields;
      if (second.kernel !== 'sampleGradientSums' || fields.y !== a || fields.shortcut !== undefined) return undefined;
      return { step: { ...second, fields: { ...fields, shortcut: b, dmasks, gate, gates } }, between: dy!, kept: true };
    }
    default:
      return undefined;
  }
}

/** @param isTemporary whether a tensor is a per-sample one that nobody sees after the section. */
export function fuseSteps(steps: readonly Step[], isTemporary: (id: TensorId) => boolean): Step[] {
  const fused = [...steps];
  const known = new Map<Step, ReturnType<typeof tensorsOf>>();
  for (let index = 0; index < fused.length; ) {
    const step = fused[index]!;
    let place: number | undefined;
    for (const field of fusible[step.kernel] ?? []) place ??= fuseOver(step.fields[field], index);
    if (step.kernel === 'sampleGradientSums') place ??= fuseMaskGradient(step.fields.dy, index);
    // What was fused may be fused once more, with what stands before it.
    index = place ?? index + 1;
  }
  return fused;

  /** Fuses the step with the last before it that writes the tensor, where it may; gives the place of the fused step. */
  function fuseOver(tensor: TensorId | undefined, second: number): number | undefined {
    if (tensor === undefined) return undefined;
    const first = fused.findLastIndex((step, index) => index < second && usesOf(step).some(({ id, written }) => id === tensor && written));
    return fuse(tensor, first, second);
  }

  /** The same with a mask's gradient, which reads the tensor. */
  function fuseMaskGradient(tensor: TensorId | undefined, second: number): number | undefined {
    const first = fused.findLastIndex(({ kernel, fields }, index) => index < second && kernel === 'maskGradient' && fields.dy === tensor);
    return tensor === undefined ? undefined : fuse(tensor, first, second);
  }

  function fuse(tensor: TensorId, first: number, second: number): number | undefined {
    const [producer, consumer] = [fused[first], fused[second]!];
    if (!producer?.staysInSamples || !consumer.staysInSamples || producer.samples !== consumer.samples) return undefined;
    const fusion = fusionOf(producer, consumer);
    if (fusion?.between !== tensor || !(fusion.kept || isBetweenAlone(tensor, first, second))) return undefined;
    const inBetween = fused.slice(first + 1, second);
    const movesDown = inBetween.every((step) => !dependent(producer, step));
    if (!movesDown && inBetween.some((step) => dependent(step, consumer))) return undefined;
    const place = movesDown ? second - 1 : first;
    fused.splice(second, 1);
    fused.splice(first, 1);
    fused.splice(place, 0, fusion.step);
    return place;
  }

  function isBetweenAlone(tensor: TensorId, first: number, second: number): boolean {
    const isElsewhere = fused.some((step, index) => index > first && index !== second && usesOf(step).some(({ id }) => id === tensor));
    return isTemporary(tensor) && !isElsewhere;
  }

  /** Whether the order of two steps matters. */
  function dependent(a: Step, b: Step): boolean {
    return usesOf(a).some((one) => usesOf(b).some((other) => one.id === other.id && (one.written || other.written)));
  }

  function usesOf(step: Step): ReturnType<typeof tensorsOf> {
    let uses = known.get(step);
    if (!uses) {
      uses = tensorsOf(step);
      known.set(step, uses);
    }
    return uses;
  }
}
