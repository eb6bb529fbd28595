import { formatJoules } from '../../src/energy/format';
import type { RunSummary } from '../../src/protocol/runs';
import { formatWhole } from '../shared/numbers';

/** How the live run stands, for the sidebar. */
export interface LiveView {
  readonly text: string;
  readonly energy: string;
  /** 0 to 1. */
  readonly progress: number;
  readonly stopping: boolean;
  readonly ours: boolean;
}

export function liveView({ run, iteration, prediction, plannedIterations, ours }: RunSummary): LiveView {
  const planned = prediction?.plannedIterations ?? plannedIterations;
  const done = iteration?.iteration ?? 0;
  return {
    text: iteration
      ? `Iteration ${formatWhole(done)} of ${formatWhole(planned)}`
      : run.state === 'queued'
        ? 'Waiting for its turn'
        : 'Preparing',
    energy: iteration
      ? `${formatJoules(iteration.energyJ)} so far${prediction ? `, ${formatJoules(prediction.energyJ)} predicted at the end` : ''} (estimated)`
      : '',
    progress: Math.min(1, done / planned),
    stopping: run.state === 'stopping',
    ours,
  };
}
