import type { RunFile, RunSummary } from '../protocol/runs';
import type { RunFolder } from './run-folder';
import { inOtherHands } from './run-owner';

/** Why a run cannot go on, in one sentence; undefined when it can. */
export function obstacleToResume({ run, resumable }: RunSummary): string | undefined {
  if (resumable) return undefined;
  if (run.owner) return inOtherHands(run);
  const reason = run.state === 'finished' ? 'it is finished' : 'it has no checkpoint; start a new run instead';
  return `The run “${run.title}” cannot be resumed: ${reason}.`;
}

/** A run's resumptions with one more, from its newest checkpoint. */
export function withResume(folder: RunFolder, resumes: RunFile['resumes']): RunFile['resumes'] {
  const iteration = Number(/\d+$/.exec(folder.latestCheckpoint() ?? '')?.[0] ?? 0);
  return [...resumes, { at: new Date().toISOString(), iteration }];
}
