import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, encodeCheckpoint, readCheckpoint, type TrainingMoment } from './checkpoint';
import type { Model } from './layers-model';
import { writeFolderAtomically } from './write-folder';

/** Older ones are deleted when a new one is whole: enough to step back from a damaged one, and no more disk than that. */
const kept = 3;

/** The checkpoints of one run: folders named after their iteration. */
export class RunCheckpoints {
  private readonly directory: string;

  constructor(
    runDirectory: string,
    private readonly warn: (message: string) => void,
  ) {
    this.directory = join(runDirectory, 'checkpoints');
  }

  /** @throws Error with one sentence when it cannot be written; earlier ones stay as they are. */
  async write(checkpoint: Model & TrainingMoment): Promise<void> {
    await writeFolderAtomically(this.path(checkpoint.state.iteration), encodeCheckpoint(checkpoint));
    const older = (await this.iterations()).filter((iteration) => iteration < checkpoint.state.iteration);
    for (const iteration of older.slice(kept - 1)) await rm(this.path(iteration), { recursive: true, force: true });
  }

  /**
   * The newest checkpoint that can be used; nothing when there is no checkpoint at all. Others are passed over with a warning.
   * @throws Error with one sentence when none can be used.
   */
  async readNewest(): Promise<Checkpoint | undefined> {
    const iterations = await this.iterations();
    const problems: string[] = [];
    for (const iteration of iterations) {
      try {
        const checkpoint = await readCheckpoint(this.path(iteration));
        for (const problem of problems) this.warn(`${problem} The one before it is taken instead.`);
        return checkpoint;
      } catch (error) {
        problems.push(`The checkpoint at iteration ${iteration} cannot be used: ${(error as Error).message}`);
      }
    }
    if (problems.length > 0) throw new Error(`${problems[0]} No other can be used either; start a new run.`);
    return undefined;
  }

  private path(iteration: number): string {
    return join(this.directory, `iteration-${String(iteration).padStart(8, '0')}`);
  }

  /** Iterations of the checkpoints on disk, newest first. */
  private async iterations(): Promise<number[]> {
    const names = await readdir(this.directory).catch(() => []);
    return names
      .flatMap((name) => /^iteration-(\d+)$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => b - a);
  }
}
