import * as z from 'zod';
import { type RunConfiguration, runConfigurationSchema } from './configuration';

/**
 * What differs between two configurations, and nothing else: applied to a third, it leaves alone whatever it does not name. An optional field
 * that is gone is null.
 */
export const configurationChangesSchema = z.record(z.string(), z.unknown());
export type ConfigurationChanges = z.infer<typeof configurationChangesSchema>;

/** The changes that make `after` of `before`; empty when they are equal. */
export function changesBetween(before: RunConfiguration, after: RunConfiguration): ConfigurationChanges {
  return objectChanges(before, after);
}

/** Applies changes; those that no longer fit the schema, as after an update of the extension, are left out. */
export function applyChanges(configuration: RunConfiguration, changes: ConfigurationChanges): RunConfiguration {
  const whole = runConfigurationSchema.safeParse(merge(configuration, changes));
  if (whole.success) return whole.data;
  let changed = configuration;
  for (const [key, value] of Object.entries(changes)) {
    const checked = runConfigurationSchema.safeParse(merge(changed, { [key]: value }));
    if (checked.success) changed = checked.data;
  }
  return changed;
}

function objectChanges(before: object, after: object): ConfigurationChanges {
  const changes: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(after)) {
    const old = (before as Record<string, unknown>)[key];
    if (JSON.stringify(old) === JSON.stringify(value)) continue;
    // References name one thing: parts of two of them do not mix.
    changes[key] = isPlain(value) && isPlain(old) && !('kind' in value) ? objectChanges(old, value) : value;
  }
  for (const key of Object.keys(before)) if ((after as Record<string, unknown>)[key] === undefined) changes[key] = null;
  return changes;
}

function merge(target: object, changes: ConfigurationChanges): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(changes)) {
    const old = merged[key];
    if (value === null) delete merged[key];
    else merged[key] = isPlain(value) && isPlain(old) && !('kind' in value) ? merge(old, value) : value;
  }
  return merged;
}

const isPlain = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
