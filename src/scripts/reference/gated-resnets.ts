import { type Comparison, compareEntries, compareValues, isOff, largest } from './comparison';
import { ComputedStep } from './definition/computed-step';
import { defineGatedResNetStep } from './definition/gated-resnet';
import type { GatedResNetCase } from './gated-resnet-case';
import { type GatedResNetStep, gatedResNetStep } from './gated-resnet-step';
import { gatedResNetSchema, weightShapes } from './gated-resnet-tensors';
import { compareUpdates } from './parameter-updates';
import type { ReferenceFormat } from './reference-format';

/**
 * A gated ResNet's steps of training in `masked` execution: masks, gate probabilities, logits, loss, gradients and parameters after the step
 * against the authors', then each layer against its definition.
 */
export const gatedResNets: ReferenceFormat<GatedResNetCase> = {
  name: 'gated ResNet',
  marks: ['gateProbs', 'uniforms', 'paramsAfterStep'],
  schema: gatedResNetSchema,
  check: async (reference, engine) => compareGatedResNetStep(reference, await gatedResNetStep(reference, engine)),
};

/** @param step computed from the case, or in tests from a case with another setting. */
export function compareGatedResNetStep(reference: GatedResNetCase, step: GatedResNetStep): Comparison[] {
  const computed = new ComputedStep(step);
  defineGatedResNetStep(reference, computed);
  const endToEnd = reference.psg ? compareQuantized(reference, step) : compareFloat(reference, step, computed.hasUndecided);
  return [...endToEnd, ...computed.comparisons, ...compareUpdates(reference, step)];
}

/** Where a ReLU passes in one of two right computations what it stops in the other, the gradients of the layers below differ by some thousandths. */
const kinkTolerance = 1e-2;

/** A float network against the authors' tensors. */
function compareFloat(reference: GatedResNetCase, step: GatedResNetStep, hasUndecided: boolean): Comparison[] {
  return [...expectedStep(reference)].map(([name, expected]) => {
    const comparison = compareValues(name, step.get(name) ?? [], expected);
    const isGradient = tensorOf(name) === 'grads' || tensorOf(name) === 'paramsAfterStep';
    return isOff(comparison) && isGradient && hasUndecided ? { ...comparison, tolerance: kinkTolerance } : comparison;
  });
}

/**
 * How far two right computations of a quantised network may be apart from end to end. A value that lies at the border of two levels turns a
 * difference of 1e-7 into one of a whole level, and each level so turned turns others in the layers behind, so that two right computations
 * drift apart with every layer. At 8 bits, float64 and our engines differ in a ResNet-14 by up to 0.01 of the logits, 0.3 of a layer's gradients and
 * 0.12 of a kernel's signs, in a ResNet-20 by 0.01, 0.45 and 0.14. Wrong structure shows beyond these limits; everything finer, layer by layer.
 */
const quantizedLimits = { values: 0.05, gradients: 0.8, signs: 0.3 };
/** With fewer bits, where a level is larger, or more convolutions in a row, such gradients have little in common, and are not held. */
const leastComparable = { bits: 8, convolutions: 20 };
const coarseValues = 0.2;

/** A quantised network against the authors' tensors. */
function compareQuantized(reference: GatedResNetCase, step: GatedResNetStep): Comparison[] {
  const { params, layers, bits } = reference;
  const expected = expectedStep(reference);
  const convolutions = 1 + 2 * layers.reduce((sum, blocks) => sum + blocks, 0);
  const isComparable = bits >= leastComparable.bits && convolutions <= leastComparable.convolutions;
  return [...expected].flatMap(([name, values]) => {
    const actual = step.get(name) ?? [];
    if (tensorOf(name) === 'masks') return compareValues(name, actual, values);
    const weight = params[placeOf(name)];
    if (!weight) return compareValues(name, actual, values, isComparable ? quantizedLimits.values : coarseValues);
    if (!isComparable) return [];
    if (weight.shape.length === 4) return compareEntries(name, actual, values, quantizedLimits.signs);
    return compareValues(name, actual, values, quantizedLimits.gradients, largestOfLayer(expected, name));
  });
}

const placeOf = (name: string) => name.slice(0, name.indexOf(': '));
const tensorOf = (name: string) => name.slice(name.indexOf(': ') + 2);

/** The largest value of that kind in all of a layer's weights: one that is small beside the others' says little by itself. */
function largestOfLayer(expected: GatedResNetStep, name: string): number {
  const layerOf = (weight: string) => (weight.startsWith('control.') ? 'control' : weight.replace(/\.(weight|bias)$/, ''));
  const ofLayer = [...expected].filter(
    ([other]) => tensorOf(other) === tensorOf(name) && layerOf(placeOf(other)) === layerOf(placeOf(name)),
  );
  return Math.max(...ofLayer.map(([, values]) => largest(values)));
}

/** The step as the authors computed it, by the names that ours has. The gate behind the last block decides nothing and is left out. */
function expectedStep(reference: GatedResNetCase): GatedResNetStep {
  const { masks, gateProbs, logits, crossEntropy, loss, grads, paramsAfterStep, layers } = reference;
  const gates = layers.reduce((sum, blocks) => sum + blocks, 0) - 1;
  const step: GatedResNetStep = new Map();
  for (let gate = 0; gate < gates; gate++) {
    step.set(`gate ${gate}: masks`, masks[gate]!.values);
    step.set(`gate ${gate}: gateProbs`, gateProbs[gate]!.values);
  }
  step.set('batch: logits', logits.values).set('batch: crossEntropy', [crossEntropy]).set('batch: loss', [loss]);
  for (const name of weightShapes(reference).keys()) {
    step.set(`${name}: grads`, grads[name]!.values);
    step.set(`${name}: paramsAfterStep`, paramsAfterStep[name]!.values);
  }
  return step;
}
