import * as z from 'zod';
import { asic45nm } from './asic-45nm';

/**
 * A device profile: what one operation and one moved bit cost on a device. Plain data that can be kept as JSON; every coefficient says where
 * it comes from, so that an estimate can be traced and a profile corrected.
 */

const coefficient = z.strictObject({
  value: z.number().positive(),
  /** Where the value comes from: publication, data sheet, measurement, or the assumption made. */
  source: z.string().min(1),
});

const arithmetic = z.strictObject({
  /** Picojoules of one addition. */
  addPJ: coefficient,
  /** Picojoules of one multiplication. */
  multiplyPJ: coefficient,
});

export const deviceProfileSchema = z.strictObject({
  name: z.string().min(1),
  /** One sentence for a person who chooses. */
  description: z.string().min(1),
  /** Arithmetic by operand width in bits: 8 integer, 16 and 32 floating point. */
  arithmetic: z.strictObject({ 8: arithmetic, 16: arithmetic, 32: arithmetic }),
  /** Width of the partial sums that MACs add to. */
  accumulatorBits: coefficient,
  /** Rows × columns of the MAC array: inputs read from the buffer serve this many output channels at once (columns). */
  array: z.strictObject({ rows: coefficient, columns: coefficient }),
  /** Registers beside each MAC unit, picojoules per 64-bit access. */
  register: z.strictObject({ accessPJ: coefficient }),
  /** On-chip buffer: size in bytes, picojoules per 64-bit access. */
  buffer: z.strictObject({ bytes: coefficient, accessPJ: coefficient }),
  /** Off-chip memory, picojoules per 64 bits moved. */
  dram: z.strictObject({ accessPJ: coefficient }),
});
export type DeviceProfile = z.infer<typeof deviceProfileSchema>;

export const builtinProfiles: readonly DeviceProfile[] = [asic45nm];

/**
 * The built-in profile of that name.
 * @throws RangeError when there is none; the sentence names those there are.
 */
export function findDeviceProfile(name: string): DeviceProfile {
  const profile = builtinProfiles.find((candidate) => candidate.name === name);
  if (!profile) {
    const known = builtinProfiles.map((candidate) => candidate.name).join(', ');
    throw new RangeError(`There is no device profile “${name}”; choose one of: ${known}.`);
  }
  return profile;
}
