import { hostname } from 'node:os';
import { isProcessAlive } from '../platform/process-alive';
import { liveStates } from '../protocol/records';
import type { RunFile } from '../protocol/runs';

/** The change by which a process of this machine takes a run over. */
export const ownedBy = (pid: number): Required<Pick<RunFile, 'owner'>> => ({
  owner: { pid, host: hostname(), started: new Date().toISOString() },
});

/** Whether the process that works on a run is still there. On another machine that cannot be known, and is believed. */
export function ownerLives({ owner }: Pick<RunFile, 'owner'>): boolean {
  if (!owner) return false;
  if (owner.host !== hostname()) return true;
  return isProcessAlive(owner.pid, new Date(owner.started));
}

/** A run as it truly stands: one that its file calls live, but whose process is gone, was interrupted. */
export function asItStands(run: RunFile): RunFile {
  if (!liveStates.includes(run.state) || ownerLives(run)) return run;
  const { owner: _gone, ...rest } = run;
  return { ...rest, state: 'interrupted', reason: run.reason ?? 'The process that trained it ended before the run did.' };
}

/** One sentence about a run that another process works on. */
export function inOtherHands({ title, owner }: Pick<RunFile, 'title' | 'owner'>): string {
  const where = owner ? `process ${owner.pid} on ${owner.host}` : 'another process';
  return `The run “${title}” is in the hands of ${where}: stop it there first.`;
}
