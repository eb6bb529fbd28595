import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { configurationFromSettings, type RunSettingName, runSettings } from '../../../src/extension/settings/run-settings';
import { runConfigurationSchema } from '../../../src/protocol/configuration';

interface JsonSchema {
  type?: string;
  properties?: Record<string, JsonSchema>;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  default?: unknown;
  description?: string;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  contributes: { configuration: { properties: Record<string, JsonSchema> }[] };
};
const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;
const declared = Object.assign({}, ...manifest.contributes.configuration.map(({ properties }) => properties)) as Record<string, JsonSchema>;
const schema = z.toJSONSchema(runConfigurationSchema, { io: 'input' }) as JsonSchema;

function schemaAt(path: readonly string[]): JsonSchema {
  return path.reduce((place, key) => place.properties![key]!, schema);
}

const defaultAt = (path: readonly string[]) =>
  path.reduce<unknown>(
    (place, key) => (place as Record<string, unknown>)[key],
    runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' } }),
  );

/** JSON Schema writes zod's `int()` with the bounds of safe integers, which say nothing. */
const bound = (value: number | undefined) => (value !== undefined && Math.abs(value) === Number.MAX_SAFE_INTEGER ? undefined : value);

describe('settings of package.json', () => {
  it.each(Object.entries(runSettings))('e2train.%s is as the run configuration schema says', (name, path) => {
    const setting = declared[`e2train.${name}`];
    const expected = schemaAt(path);
    expect(setting, 'is declared').toBeDefined();
    expect(setting!.type).toBe(expected.type);
    expect(setting!.minimum).toBe(bound(expected.minimum));
    expect(setting!.maximum).toBe(bound(expected.maximum));
    expect(setting!.minLength).toBe(expected.minLength);
    expect(setting!.enum).toEqual(expected.enum);
    expect(setting!.default).toEqual(defaultAt(path));
    expect(texts[setting!.description!.slice(1, -1)]).toBe(expected.description);
  });
});

describe('configurationFromSettings', () => {
  it('gives the defaults of the schema when nothing is set', () => {
    const { configuration, problems } = configurationFromSettings(() => undefined);
    expect(configuration).toEqual(runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' } }));
    expect(problems).toEqual([]);
  });

  it('takes what is set', () => {
    const values: Partial<Record<RunSettingName, unknown>> = {
      'training.batchSize': 32,
      'savers.smd.enabled': true,
      deviceProfile: 'board',
    };
    const { configuration } = configurationFromSettings((name) => values[name]);
    expect(configuration.batchSize).toBe(32);
    expect(configuration.savers.smd.enabled).toBe(true);
    expect(configuration.deviceProfile).toBe('board');
  });

  it('keeps the default of a setting that is out of range, and says which', () => {
    const { configuration, problems } = configurationFromSettings((name) => (name === 'training.batchSize' ? 0 : undefined));
    expect(configuration.batchSize).toBe(64);
    expect(problems).toEqual([expect.stringContaining('e2train.training.batchSize')]);
  });
});
