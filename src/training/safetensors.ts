import * as z from 'zod';

/**
 * The safetensors format (https://github.com/huggingface/safetensors): the header's length as a 64-bit little-endian number, the header as
 * JSON, then the tensors' raw values, little-endian, row by row.
 */

export interface StoredTensor {
  /** As the format writes it: `F32`, `I64`, … */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export type StoredTensors = ReadonlyMap<string, StoredTensor>;

const lengthBytes = 8;
/** The format's own limit. */
const longestHeader = 100_000_000;

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const headerSchema = z.record(z.string(), z.unknown());

export function encodeSafetensors(tensors: StoredTensors, metadata: Readonly<Record<string, string>>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  // Spaces let the values begin at a multiple of 8 bytes.
  const padded = Buffer.concat([text, Buffer.alloc(-text.length & 7, ' ')]);
  const length = Buffer.alloc(lengthBytes);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...[...tensors.values()].map(({ data }) => data)]);
}

/** @throws Error with one sentence when the bytes are not in this format. */
export function decodeSafetensors(bytes: Uint8Array): { tensors: StoredTensors; metadata: Record<string, string> } {
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = Number(buffer.readBigUInt64LE(0));
    if (length > longestHeader) throw new RangeError('header too long');
    const { __metadata__: metadata, ...entries } = headerSchema.parse(
      JSON.parse(buffer.toString('utf8', lengthBytes, lengthBytes + length)),
    );
    const values = bytes.subarray(lengthBytes + length);
    const tensors = new Map<string, StoredTensor>();
    for (const [name, entry] of Object.entries(entries)) {
      const { dtype, shape, data_offsets: offsets } = entrySchema.parse(entry);
      const [from, to] = offsets;
      if (to < from || to > values.byteLength) throw new RangeError('values missing');
      tensors.set(name, { dtype, shape, data: values.subarray(from, to) });
    }
    return { tensors, metadata: z.record(z.string(), z.string()).default({}).parse(metadata) };
  } catch (cause) {
    throw new Error('The file is no safetensors file, or it was cut short.', { cause });
  }
}
