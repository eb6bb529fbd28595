import { textTable } from '../../cli/text-table';
import { formatDuration, formatJoules, formatShare } from '../../energy/format';
import { estimateRun } from '../../energy/run-estimate';
import type { DeviceProfile } from '../../protocol/device-profile';
import type { LayerGraph } from '../../protocol/layer-graph';
import type { TaskState } from './experiment-runs';

/** What is done and what remains of an experiment, with predicted time and joules. */
export function outlook(states: readonly TaskState[], graph: LayerGraph, profile: DeviceProfile): string {
  const speed = secondsPerJoule(states);
  let [remainingJ, remaining] = [0, 0];
  const rows = states.map(({ task, configuration, summary, done, trainer }) => {
    const expectedJ = estimateRun(graph, profile, configuration).energyJ;
    const share = done ? 1 : summary?.iteration ? summary.iteration.iteration / summary.plannedIterations : 0;
    remainingJ += (1 - share) * expectedJ;
    remaining += done ? 0 : 1;
    const joules = done ? summary!.iteration!.energyJ : expectedJ;
    const seconds = done ? formatDuration(summary!.iteration!.seconds) : predictedTime((1 - share) * expectedJ, speed);
    const ended = summary?.run.state === 'failed' ? 'failed' : 'stopped';
    const begun = share > 0 ? `${ended} at ${formatShare(share)}` : 'to do';
    const state = done ? 'done' : trainer === undefined ? begun : `training (${trainer})`;
    return [task.row.label, String(task.seed), state, `~${formatJoules(joules)}`, seconds];
  });
  const right = 'right' as const;
  const columns = [
    { title: 'run' },
    { title: 'seed' },
    { title: 'state' },
    { title: 'joules', align: right },
    { title: 'time', align: right },
  ];
  const rest =
    remaining === 0
      ? 'All runs are done.'
      : `${remaining} of ${states.length} runs remain: ~${formatJoules(remainingJ)} (estimated), ${predictedTime(remainingJ, speed)}.`;
  return `${textTable(columns, rows)}\n${rest}`;
}

/** Seconds of computing for each estimated joule, by the runs that were begun: both grow with what is computed. */
function secondsPerJoule(states: readonly TaskState[]): number | undefined {
  const begun = states.flatMap(({ summary }) => summary?.iteration ?? []);
  const joules = begun.reduce((sum, { energyJ }) => sum + energyJ, 0);
  return joules === 0 ? undefined : begun.reduce((sum, { seconds }) => sum + seconds, 0) / joules;
}

function predictedTime(joules: number, speed: number | undefined): string {
  return speed === undefined ? 'time known after the first run' : `~${formatDuration(joules * speed)}`;
}
