import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { builtFile } from '../platform/built-file';
import { issuesInWords } from '../protocol/issue-in-words';

const optionsSchema = z.object({
  workspace: z.string().min(1),
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  'inspection-timeout-ms': z.coerce.number().int().min(100).default(5000),
  'inspection-memory-mb': z.coerce.number().int().min(64).default(512),
  trainer: z.string().optional(),
});

export interface BackendOptions {
  workspace: string;
  /** 0: any free one. */
  port: number;
  inspection: { timeoutMs: number; memoryMB: number };
  /** Program of the trainer process: the bundle's, or another for tests of what a trainer rarely does. @throws Error with one sentence when it is missing. */
  trainerEntry(): string;
}

/**
 * Reads the backend's command line.
 * @throws Error with one sentence that names the option.
 */
export function readBackendOptions(commandLine: readonly string[]): BackendOptions {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...commandLine],
    options: { workspace: option, port: option, 'inspection-timeout-ms': option, 'inspection-memory-mb': option, trainer: option },
  });
  const parsed = optionsSchema.safeParse(values);
  if (!parsed.success) {
    const sentences = issuesInWords(parsed.error.issues, values, ([option]) => `--${String(option)}`);
    throw new Error(`The training backend was started wrongly: ${sentences}`);
  }
  const { workspace, port, trainer } = parsed.data;
  return {
    workspace: resolve(workspace),
    port,
    inspection: { timeoutMs: parsed.data['inspection-timeout-ms'], memoryMB: parsed.data['inspection-memory-mb'] },
    trainerEntry: () => (trainer === undefined ? builtFile('trainer.js') : resolve(trainer)),
  };
}
