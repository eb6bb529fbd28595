import type { Engine } from '../../engine/engine';
import { Random } from '../../platform/random';
import { type Comparison, compareEntries, compareValues } from './comparison';
import { type GatedResNetCase, gatedResNetSchema } from './gated-resnet-case';
import { type GatedResNetStep, gatedResNetStep } from './gated-resnet-step';
import type { ReferenceFormat } from './reference-format';
import type { ReferenceTensor } from './tensor';

/** A gated ResNet's step of training in `masked` execution: masks, gate probabilities, logits, loss, gradients, parameters after the step. */
export const gatedResNets: ReferenceFormat<GatedResNetCase> = {
  name: 'gated ResNet',
  schema: gatedResNetSchema,
  check: checkGatedResNet,
};

/** By how much float32 sums in another order differ, relative to the largest. */
const roundingError = 2e-7;
const roundings = 8;
/** Few draws do not show the largest distance that there can be. */
const allowance = 3;

/**
 * In a quantised network a value that lies at the border of two levels turns a difference of 1e-7 into one of a whole level, and each level so
 * turned turns others in the layers behind. Two right computations are then as far apart as two of ours whose scales and shifts differ by a
 * rounding; three times as much is allowed for each tensor where it is more than the usual tolerance.
 */
async function checkGatedResNet(reference: GatedResNetCase, engine: Engine): Promise<Comparison[]> {
  const computed = await gatedResNetStep(reference, reference.params, engine);
  const expected = expectedStep(reference);
  const comparisons = compareSteps(reference, computed, expected);
  if (!reference.psg) return comparisons;
  const spreads: Comparison[][] = [];
  for (let draw = 0; draw < roundings; draw++) {
    const rounded = await gatedResNetStep(reference, roundedOtherwise(reference.params, draw), engine);
    spreads.push(compareSteps(reference, rounded, computed));
  }
  return comparisons.map((comparison, place) => {
    const spread = Math.max(...spreads.map((step) => step[place]!.error));
    return { ...comparison, tolerance: Math.max(comparison.tolerance, allowance * spread) };
  });
}

function compareSteps({ psg, params }: GatedResNetCase, actual: GatedResNetStep, expected: GatedResNetStep): Comparison[] {
  return [...actual].map(([name, values]) => {
    const [weight] = name.split(': ') as [string];
    const signed = psg && params[weight]?.shape.length === 4;
    return (signed ? compareEntries : compareValues)(name, values, expected.get(name) ?? []);
  });
}

/** The step as the authors computed it, by the names that ours has. */
function expectedStep({ masks, gateProbs, logits, crossEntropy, loss, grads, paramsAfterStep }: GatedResNetCase): GatedResNetStep {
  const step = new Map<string, ArrayLike<number>>();
  for (const [gate, { values }] of masks.entries()) step.set(`gate ${gate}: masks`, values);
  for (const [gate, { values }] of gateProbs.entries()) step.set(`gate ${gate}: gateProbs`, values);
  step.set('batch: logits', logits.values).set('batch: crossEntropy', [crossEntropy]).set('batch: loss', [loss]);
  for (const [name, tensor] of Object.entries(grads)) if (tensor) step.set(`${name}: grads`, tensor.values);
  for (const [name, { values }] of Object.entries(paramsAfterStep)) step.set(`${name}: paramsAfterStep`, values);
  return step;
}

/** Scales and shifts, which are not quantised, as if they had been rounded otherwise. */
function roundedOtherwise(params: GatedResNetCase['params'], draw: number): GatedResNetCase['params'] {
  const random = new Random(draw, 'rounding');
  const shaken = ({ shape, values }: ReferenceTensor): ReferenceTensor => ({
    shape,
    values: shape.length === 1 ? values.map((value) => value * (1 + roundingError * (2 * random.uniform() - 1))) : values,
  });
  return Object.fromEntries(Object.entries(params).map(([name, tensor]) => [name, shaken(tensor)]));
}
