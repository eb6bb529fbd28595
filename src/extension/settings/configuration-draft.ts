import { type RunConfiguration, runConfigurationSchema } from '../../protocol/configuration';

/**
 * What a person changed for the next run beside the settings. Only differences are kept, so that a changed setting still shows in
 * whatever was not touched.
 */
export type ConfigurationChanges = { readonly [key: string]: unknown };

/** The changes that make `edited` of `defaults`; empty when they are equal. */
export function changesBetween(defaults: RunConfiguration, edited: RunConfiguration): ConfigurationChanges {
  return objectChanges(defaults, edited);
}

/** Applies changes; those that no longer fit the schema, as after an update of the extension, are left out. */
export function applyChanges(defaults: RunConfiguration, changes: ConfigurationChanges): RunConfiguration {
  const whole = runConfigurationSchema.safeParse(merge(defaults, changes));
  if (whole.success) return whole.data;
  let configuration = defaults;
  for (const [key, value] of Object.entries(changes)) {
    const checked = runConfigurationSchema.safeParse(merge(configuration, { [key]: value }));
    if (checked.success) configuration = checked.data;
  }
  return configuration;
}

function objectChanges(before: object, after: object): ConfigurationChanges {
  const changes: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(after)) {
    const old = (before as Record<string, unknown>)[key];
    if (JSON.stringify(old) === JSON.stringify(value)) continue;
    // References name one thing: parts of two of them do not mix.
    changes[key] = isPlain(value) && isPlain(old) && !('kind' in value) ? objectChanges(old, value) : value;
  }
  return changes;
}

function merge(target: object, changes: ConfigurationChanges): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(changes)) {
    const old = merged[key];
    merged[key] = isPlain(value) && isPlain(old) && !('kind' in value) ? merge(old, value) : value;
  }
  return merged;
}

const isPlain = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
