import type { ModelReference, RunConfiguration } from './configuration';

/** Whether both name one network; the shape that an open input gets, and the interpreter of a Python file, do not count. */
export function sameModel(one: ModelReference, other: ModelReference): boolean {
  if (one.kind === 'builtin') return other.kind === 'builtin' && one.name === other.name;
  return other.kind === 'file' && one.path === other.path && one.exportName === other.exportName;
}

/** The configuration for that model. Weights to begin with are those of one network: another begins with its own. */
export function withModel(configuration: RunConfiguration, model: ModelReference): RunConfiguration {
  if (sameModel(configuration.model, model)) return { ...configuration, model };
  const { startFrom: _, ...rest } = configuration;
  return { ...rest, model };
}
