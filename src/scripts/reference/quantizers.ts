import * as z from 'zod';
import type { Engine } from '../../engine/engine';
import { type Comparison, compareEntries } from './comparison';
import { ProgramRun } from './program-run';
import type { ReferenceFormat } from './reference-format';
import { tensorSchema } from './tensor';

const quantizerSchema = z.object({
  name: z.string(),
  /** Starts with what is quantised. */
  kind: z.string().regex(/^(activation|weight|gradient)\b/),
  signed: z.boolean(),
  bits: z.int().min(2).max(16),
  msbBits: z.int().min(1).max(16).optional(),
  x: tensorSchema,
  full: tensorSchema,
  msb: tensorSchema.optional(),
});
type QuantizerCase = z.infer<typeof quantizerSchema>;

/** Quantizers of activations, weights and gradients: values at full precision and of the most significant bits. */
export const quantizers: ReferenceFormat<QuantizerCase[]> = {
  name: 'quantizers',
  marks: ['full', 'msb'],
  schema: z.array(quantizerSchema).min(1),
  async check(cases, engine) {
    return (await Promise.all(cases.map((quantizer) => checkQuantizer(quantizer, engine)))).flat();
  },
};

async function checkQuantizer(quantizer: QuantizerCase, engine: Engine): Promise<Comparison[]> {
  const { name, kind, bits, signed } = quantizer;
  const msbBits = quantizer.msbBits ?? bits;
  const ofWeights = kind.startsWith('weight');
  const program = new ProgramRun(ofWeights ? 1 : quantizer.x.shape[0]!);
  const x = program.input('x', quantizer.x, !ofWeights);
  const like = (tensor: string) =>
    ofWeights ? program.shared(tensor, quantizer.x.shape) : program.perSample(tensor, quantizer.x.shape.slice(1));
  const [y, msb] = [like('full'), like('msb')];
  if (ofWeights) {
    program.do({ kind: 'quantizeWeights', w: x, y, msb, channels: quantizer.x.shape.at(-1)!, bits, msbBits });
  } else {
    const range = program.shared('range', [1]);
    program.do({ kind: 'quantizationRange', x, range, momentum: 0, of: kind.startsWith('gradient') ? 'maximum' : 'mean' });
    program.do({ kind: 'quantize', x, range, y, msb, bits, msbBits, signed });
  }
  return program.run(engine, (values) => [
    compareEntries(`${name}: full`, values(y), quantizer.full.values),
    ...(quantizer.msb ? [compareEntries(`${name}: msb`, values(msb), quantizer.msb.values)] : []),
  ]);
}
