import { resolve } from 'node:path';
import type * as z from 'zod';
import { type ModelReference, type RunConfiguration, type RunConfigurationInput, runConfigurationSchema } from '../protocol/configuration';
import type { TrainingOptions } from './options';

/**
 * The run configuration that a command line stands for; what is not given has the schema's default.
 * @throws Error with one sentence per value out of range, naming its option.
 */
export function configurationFromOptions(model: ModelReference, options: TrainingOptions): RunConfiguration {
  const smd = options.smd === undefined ? {} : { enabled: options.smd > 0, dropProbability: options.smd };
  const input: RunConfigurationInput = withoutUndefined({
    model,
    data: options.data === 'builtin' ? { kind: 'builtin' as const } : { kind: 'directory' as const, path: resolve(options.data) },
    augment: options.augment,
    iterations: options.iterations,
    batchSize: options.batch,
    seed: options.seed,
    learningRate: options.learningRate,
    momentum: options.momentum,
    weightDecay: options.weightDecay,
    evaluateEvery: options.evaluateEvery,
    checkpointEvery: options.checkpointEvery,
    engine: options.engine as RunConfigurationInput['engine'],
    threads: options.threads,
    deviceProfile: options.profile,
    savers: { smd: withoutUndefined({ ...smd, scheduleStretch: options.smdStretch }) },
  });
  const parsed = runConfigurationSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(issueInWords).join('\n'));
}

/** Options whose name is not the field's in kebab case. */
const optionNames: Readonly<Record<string, string>> = {
  batchSize: '--batch',
  deviceProfile: '--profile',
  dropProbability: '--smd',
  scheduleStretch: '--smd-stretch',
};

function issueInWords(issue: z.core.$ZodIssue): string {
  const field = String(issue.path.at(-1) ?? '');
  const option = optionNames[field] ?? `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return `The value of ${option} cannot be used: ${issue.message}.`;
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
