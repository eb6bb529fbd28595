import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod';

export const stepFiguresSchema = z.object({
  stepMs: z.object({ min: z.number().positive(), median: z.number().positive() }),
  peakMemoryMB: z.number().positive(),
});
export type StepFigures = z.infer<typeof stepFiguresSchema>;

const project = join(__dirname, '..', '..', '..');
const tsx = join(project, 'node_modules', 'tsx', 'dist', 'cli.mjs');

/**
 * Runs a program that measures steps and reads the object in the last line that it prints.
 * @throws Error with the last line that it says of its failure.
 */
export function askProgram(program: string, words: readonly string[], environment: NodeJS.ProcessEnv): StepFigures {
  try {
    const text = execFileSync(program, words, { cwd: project, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return stepFiguresSchema.parse(JSON.parse(text.trim().split('\n').at(-1)!));
  } catch (failure) {
    const said = String((failure as { stderr?: string }).stderr ?? '').trim();
    throw new Error(said.split('\n').at(-1) || (failure as Error).message, { cause: failure });
  }
}

/** The same for a script of ours, by its path from this folder. */
export function askScript(script: string, words: readonly string[], environment: NodeJS.ProcessEnv): StepFigures {
  return askProgram(process.execPath, [tsx, join(__dirname, script), ...words], environment);
}
