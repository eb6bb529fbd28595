import {
  psgSchema,
  runConfigurationSchema,
  sluSchema,
  smdSchema,
  stochasticDepthSchema,
  swaSchema,
} from '../../src/protocol/configuration';
import { formatWhole } from '../shared/numbers';

const { activationBits, activationMsbBits, weightBits, gradientBits, gradientMsbBits } = psgSchema.shape;
const { iterations, batchSize, learningRate, seed } = runConfigurationSchema.shape;

/** The number fields of the view, by the schema that checks them. */
const fields = {
  iterations: { name: 'Iterations', schema: iterations.unwrap(), whole: true },
  batchSize: { name: 'Batch size', schema: batchSize.unwrap(), whole: true },
  learningRate: { name: 'Learning rate', schema: learningRate.unwrap(), whole: false },
  seed: { name: 'Seed', schema: seed.unwrap(), whole: true },
  dropProbability: { name: 'Drop probability', schema: smdSchema.shape.dropProbability.unwrap(), whole: false },
  scheduleStretch: { name: 'Stretch of the schedule', schema: smdSchema.shape.scheduleStretch.unwrap(), whole: false },
  skipRatio: { name: 'Share skipped', schema: sluSchema.shape.skipRatio.unwrap(), whole: false },
  depthSkipRatio: { name: 'Share skipped', schema: stochasticDepthSchema.shape.skipRatio.unwrap(), whole: false },
  costWeight: { name: 'Weight of SLU’s cost', schema: sluSchema.shape.costWeight.unwrap(), whole: false },
  gateLearningRateFactor: {
    name: 'Learning rate of gates',
    schema: sluSchema.shape.gateLearningRateFactor.unwrap(),
    whole: false,
  },
  /** As a share of the largest predicted gradient: above one half, next to nothing is predicted. */
  adaptiveThreshold: { name: 'Threshold', schema: psgSchema.shape.threshold.unwrap().max(0.5), whole: false },
  absoluteThreshold: { name: 'Threshold', schema: psgSchema.shape.threshold.unwrap(), whole: false },
  signLearningRate: { name: 'Learning rate of signs', schema: psgSchema.shape.learningRate.unwrap(), whole: false },
  activationBits: { name: 'Bits of activations', schema: activationBits.unwrap(), whole: true },
  activationMsbBits: { name: 'Bits that PSG predicts from', schema: activationMsbBits.unwrap(), whole: true },
  weightBits: { name: 'Bits of weights', schema: weightBits.unwrap(), whole: true },
  gradientBits: { name: 'Bits of gradients', schema: gradientBits.unwrap(), whole: true },
  gradientMsbBits: { name: 'Bits that PSG predicts from', schema: gradientMsbBits.unwrap(), whole: true },
  swaStartShare: { name: 'Start of averaging', schema: swaSchema.shape.startShare.unwrap(), whole: false },
  swaLearningRateFactor: { name: 'Learning rate of the second half', schema: swaSchema.shape.learningRateFactor.unwrap(), whole: false },
  swaEvery: { name: 'Average every', schema: swaSchema.shape.every.unwrap(), whole: true },
  batchNormBatches: { name: 'Batches for batch norm', schema: swaSchema.shape.batchNormBatches.unwrap(), whole: true },
};
export type NumberField = keyof typeof fields;

export function fieldRange(field: NumberField): { minimum: number; maximum: number } {
  const { schema } = fields[field];
  return { minimum: schema.minValue ?? Number.NEGATIVE_INFINITY, maximum: schema.maxValue ?? Number.POSITIVE_INFINITY };
}

/** What a person typed, as a number, or one sentence that says what may stand there. */
export function readNumber(field: NumberField, text: string): { value: number } | { problem: string } {
  const { name, schema, whole } = fields[field];
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (schema.safeParse(value).success) return { value };
  const { minimum, maximum } = fieldRange(field);
  return { problem: `${name} must be a ${whole ? 'whole number' : 'number'} from ${write(minimum)} to ${write(maximum)}.` };
}

const write = (value: number) => (Number.isInteger(value) ? formatWhole(value) : String(value));
