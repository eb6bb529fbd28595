import * as z from 'zod';

/**
 * A device profile: what one operation and one moved bit cost on a device. Plain data, kept as JSON; every coefficient says where it comes
 * from, so that an estimate can be traced and a profile corrected. `description` texts are shown by the editor while a profile is written.
 */

const source = z.string().min(1).describe('Where the value comes from: publication, data sheet, measurement, or the assumption made.');
const coefficient = (value: z.ZodNumber, meaning: string) => z.strictObject({ value: value.describe(meaning), source }).describe(meaning);
const size = (meaning: string) => coefficient(z.number().positive(), meaning);
/** A price may be 0: a calibration can find that something costs nothing that the data shows. */
const price = (meaning: string) => coefficient(z.number().min(0), meaning);

const arithmetic = (width: string) =>
  z.strictObject({
    addPJ: price(`Picojoules of one ${width} addition.`),
    multiplyPJ: price(`Picojoules of one ${width} multiplication.`),
  });

export const deviceProfileSchema = z
  .strictObject({
    $schema: z.string().optional().describe('Address of the schema of this file; the editor knows it without.'),
    name: z
      .string()
      .regex(/^[\w.-]+$/, 'made of letters, digits, dots, hyphens and underscores')
      .describe('Name that settings and command lines use.'),
    description: z.string().min(1).describe('One sentence for a person who chooses.'),
    arithmetic: z
      .strictObject({
        8: arithmetic('8-bit integer').describe(
          'Operands of up to 16 bits; multiplications of other widths cost by the product of their widths.',
        ),
        32: arithmetic('32-bit floating-point').describe('Wider operands, and all element-wise work.'),
      })
      .describe('Arithmetic by operand width.'),
    accumulatorBits: size('Width in bits of the partial sums that MACs add to.'),
    array: z
      .strictObject({
        rows: size('Rows of the MAC array: output channels that are computed side by side.'),
        columns: size('Columns of the MAC array: input channels that are summed side by side.'),
      })
      .describe('MAC units.'),
    register: z
      .strictObject({
        accessPJ: price('Picojoules per 64 bits read or written.'),
        movingBytes: size('Bytes beside each MAC unit for the operand that flows through (activations).'),
        stationaryBytes: size('Bytes beside each MAC unit for the operand that is reused (weights).'),
        resultBytes: size('Bytes beside each MAC unit for partial sums.'),
      })
      .describe('Registers beside each MAC unit.'),
    buffer: z
      .strictObject({ bytes: size('Bytes of the buffer.'), accessPJ: price('Picojoules per 64 bits read or written.') })
      .describe('On-chip buffer that all MAC units share.'),
    dram: z.strictObject({ accessPJ: price('Picojoules per 64 bits moved.') }).describe('Off-chip memory.'),
    static: z
      .strictObject({
        powerW: price('Watts that the device draws while it computes, whatever it computes.'),
        clockHz: size('Cycles per second; a MAC unit takes one cycle per MAC.'),
        dramBytesPerSecond: size('Bytes per second between the device and off-chip memory.'),
      })
      .optional()
      .describe('Static power and what time follows from. Without it estimates leave static power out, and say so.'),
  })
  .meta({ title: 'E2-Train device profile' });
export type DeviceProfile = z.infer<typeof deviceProfileSchema>;

/** A person's own profile files as they were read: those that can be used, and for each other one why it cannot. */
export const profileCollectionSchema = z.strictObject({
  profiles: z.array(z.strictObject({ file: z.string(), profile: deviceProfileSchema })),
  problems: z.array(
    z.strictObject({
      file: z.string(),
      /** The profile that the file would be. */
      name: z.string(),
      /** One sentence that names file and field. */
      message: z.string(),
      /** The field; absent where the file is no JSON or cannot be read. */
      path: z.array(z.union([z.string(), z.number()])).optional(),
    }),
  ),
});
export type ProfileCollection = z.infer<typeof profileCollectionSchema>;
export type ProfileProblem = ProfileCollection['problems'][number];
