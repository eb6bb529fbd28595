import { describe, expect, it } from 'vitest';
import { profileJsonSchema } from '../../src/scripts/profile-schema';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
}

/** All fields with their paths. */
function fieldsOf({ properties = {} }: Schema, path: readonly string[] = []): [string, Schema][] {
  return Object.entries(properties).flatMap(([key, field]) => [
    [[...path, key].join('.'), field] as [string, Schema],
    ...fieldsOf(field, [...path, key]),
  ]);
}

describe('the JSON schema of profile files', () => {
  const schema = profileJsonSchema() as Schema & { $schema: string; title: string };
  const fields = fieldsOf(schema);

  it('says of every field what it is', () => {
    expect(fields.filter(([, { description }]) => !description).map(([path]) => path)).toEqual([]);
    expect(schema).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#', title: 'E2-Train device profile' });
  });

  it('names a unit for every coefficient, and asks for its source', () => {
    const coefficients = fields.filter(([, { properties }]) => properties && 'value' in properties);
    // By hand: 4 of arithmetic, the accumulator, 2 of the array, 4 of registers, 2 of the buffer, DRAM, 3 static.
    expect(coefficients).toHaveLength(17);
    for (const [path, { required, description, properties }] of coefficients) {
      expect(required, path).toEqual(['value', 'source']);
      expect(description, path).toMatch(/[Pp]icojoules|bits|[Bb]ytes|Watts|Cycles|Rows|Columns/);
      expect(properties!.value!.description, path).toBe(description);
    }
  });

  it('knows no other fields', () => {
    const objects = [schema, ...fields.map(([, field]) => field)].filter(({ type }) => type === 'object');
    expect(objects.every(({ additionalProperties }) => additionalProperties === false)).toBe(true);
    expect(schema.required).toEqual(['name', 'description', 'arithmetic', 'accumulatorBits', 'array', 'register', 'buffer', 'dram']);
  });
});
