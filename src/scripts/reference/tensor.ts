import * as z from 'zod';

/** A tensor as reference files hold it: base64 of little-endian float32 values. */
export const tensorSchema = z
  .object({ shape: z.array(z.int().min(0)), dtype: z.literal('float32'), data: z.base64() })
  .refine(({ shape, data }) => Buffer.byteLength(data, 'base64') === 4 * elementsOf(shape), 'a tensor of as many values as its shape says')
  .transform(({ shape, data }): ReferenceTensor => ({ shape, values: decoded(data) }));

export interface ReferenceTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export const elementsOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

function decoded(data: string): Float32Array {
  const bytes = Buffer.from(data, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}
