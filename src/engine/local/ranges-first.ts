import { type Step, type StepBuilder, tensorsOf } from './step';

/**
 * Takes the range in which fixed point represents a normalization's output before it is computed, from the least and the greatest input of each
 * channel (`normalized_maximum.c`). Then normalization, rounding to fixed point and the convolution that reads it can follow one another
 * image by image, where otherwise all images are written, and read again, for want of the range.
 */
export function rangesFirst(steps: readonly Step[], builder: StepBuilder): Step[] {
  const ordered = [...steps];
  for (const normalization of steps) {
    const range = rangeOf(normalization, ordered);
    if (!range) continue;
    const { gamma, beta, moments, factors, pixels, channels, function: code, epsilon } = normalization.fields;
    const extrema = builder.workTensor(builder.batchSize * 2 * channels!);
    const measured = ordered.findIndex((step) => step.kernel === 'sampleMoments' && step.fields.moments === moments);
    ordered[measured] = { ...ordered[measured]!, fields: { ...ordered[measured]!.fields, extrema } };
    const { maxima } = range.maximum.fields;
    const maximum: Step = {
      kernel: 'normalizedMaximum',
      fields: { moments, extrema, gamma, beta, factors, maxima, pixels, channels, function: code, epsilon },
      samples: normalization.samples,
      usesScratch: false,
      staysInSamples: false,
      fewestSamples: 1,
    };
    for (const moved of [range.maximum, range.step]) ordered.splice(ordered.indexOf(moved), 1);
    ordered.splice(ordered.indexOf(normalization), 0, maximum, range.step);
  }
  return ordered;
}

/** The steps that take the range of a normalization's output, where they can be done without it. */
function rangeOf(normalization: Step, steps: readonly Step[]): { readonly maximum: Step; readonly step: Step } | undefined {
  // With an addend the output is no function of the input alone.
  if (normalization.kernel !== 'batchNormalization' || normalization.fields.addend !== undefined) return undefined;
  const { y } = normalization.fields;
  const maximum = steps.find(
    ({ kernel, fields, samples }) => kernel === 'sampleMaximum' && fields.x === y && samples === normalization.samples,
  );
  const step = maximum && steps.find(({ kernel, fields }) => kernel === 'quantizationRange' && fields.maxima === maximum.fields.maxima);
  if (!step) return undefined;
  const between = steps.slice(steps.indexOf(normalization) + 1, steps.indexOf(step)).filter((other) => other !== maximum);
  const changed = new Set([y, step.fields.range, step.fields.running]);
  const isChanged = between.some((other) => tensorsOf(other).some(({ id, written }) => changed.has(id) && (written || id !== y)));
  return isChanged ? undefined : { maximum, step };
}
