import { runConfigurationSchema, smdSchema, swaSchema } from '../../src/protocol/configuration';
import { formatWhole } from '../shared/numbers';

const { iterations, batchSize, learningRate, seed } = runConfigurationSchema.shape;

/** The number fields of the view, by the schema that checks them. */
const fields = {
  iterations: { name: 'Iterations', schema: iterations.unwrap(), whole: true },
  batchSize: { name: 'Batch size', schema: batchSize.unwrap(), whole: true },
  learningRate: { name: 'Learning rate', schema: learningRate.unwrap(), whole: false },
  seed: { name: 'Seed', schema: seed.unwrap(), whole: true },
  dropProbability: { name: 'Drop probability', schema: smdSchema.shape.dropProbability.unwrap(), whole: false },
  swaStartShare: { name: 'Start of averaging', schema: swaSchema.shape.startShare.unwrap(), whole: false },
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
