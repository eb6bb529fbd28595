import { formatDuration, formatJoules, formatShare } from '../../src/energy/format';
import type { HostEnergy } from '../../src/protocol/host-energy';
import { type EvaluationRecord, type IterationRecord, liveStates, type RunState } from '../../src/protocol/records';
import type { RunSummary } from '../../src/protocol/runs';
import { formatAccuracy, formatWhole } from '../shared/numbers';
import { savedShare } from './energy-charts';

/** One headline figure: what it is, its value, how it came to be. */
export interface Figure {
  readonly label: string;
  readonly value: string;
  /** The figure's kind, or why there is none. */
  readonly kind: string;
}

const notYet = '–';

/** The run's figures for the head of the page, latest known values: eight of a live run, six of one at rest, so that rows fill. */
export function headlineFigures(summary: RunSummary): Figure[] {
  const { iteration, evaluation, prediction, run } = summary;
  const live = liveStates.includes(run.state);
  const soFar = run.state === 'finished' ? '' : ' so far';
  const saved = iteration && savedShare(iteration.energyJ, iteration.baselineEnergyJ);
  const figures: Figure[] = [
    {
      ...joules(`Energy${soFar}`, iteration?.energyJ),
      ...(iteration ? { kind: `estimated, profile ${run.configuration.deviceProfile}` } : {}),
    },
    { ...joules(`SMB baseline${soFar}`, iteration?.baselineEnergyJ), ...(iteration ? { kind: 'estimated, plain fp32 training' } : {}) },
    {
      label: `Saved${soFar}`,
      value: saved === undefined ? notYet : formatShare(saved),
      kind: saved === undefined ? 'no iteration yet' : 'estimated, against SMB at this point of its schedule',
    },
    {
      label: 'Test accuracy',
      value: evaluation ? formatAccuracy(evaluation.accuracy) : notYet,
      kind: evaluation
        ? `measured on ${formatWhole(evaluation.images)} images at iteration ${formatWhole(evaluation.iteration)}${ofAverage(evaluation)}`
        : 'not tested yet',
    },
    {
      label: 'Iterations executed',
      value: iteration ? formatWhole(iteration.iterationsExecuted) : notYet,
      kind: iteration ? `${formatWhole(iteration.iterationsDropped)} dropped by SMD` : 'none yet',
    },
  ];
  if (live) {
    figures.push(
      {
        label: 'Speed',
        value: iteration?.seconds ? `${formatWhole(meanSpeed(iteration, run.configuration.batchSize))}/s` : notYet,
        kind: iteration?.seconds ? 'images, measured mean of the run' : 'no iteration yet',
      },
      { ...joules('Energy at the end', prediction?.energyJ), kind: prediction ? 'predicted from the estimate' : 'predicted soon' },
      {
        label: 'Time to the end',
        value: prediction ? formatDuration(Math.max(0, prediction.seconds - (iteration?.seconds ?? 0))) : notYet,
        kind: prediction ? 'predicted from the speed so far' : 'predicted soon',
      },
    );
  } else {
    figures.push({
      label: 'Time taken',
      value: iteration ? formatDuration(iteration.seconds) : notYet,
      kind: iteration ? 'measured, without pauses' : 'no iteration yet',
    });
  }
  return figures;
}

/** With SWA the figure is that of the averaged weights; what SGD stands at comes second. */
function ofAverage({ averagedWeights, lastIterate }: EvaluationRecord): string {
  if (averagedWeights === undefined || !lastIterate) return '';
  return `, weights averaged (SWA); last ones ${formatAccuracy(lastIterate.accuracy)}`;
}

/** What the computer itself drew by its meters, in a sentence of its own: nobody should take it for the estimate. Nothing while it is not known. */
export function hostEnergyInWords(host: HostEnergy | undefined): string | undefined {
  if (!host) return undefined;
  return host.kind === 'measured'
    ? `This computer drew ${formatJoules(host.energyJ)} meanwhile, measured.`
    : `What this computer drew is unavailable, because ${host.reason}.`;
}

/** Images per second of the run so far; that of a single iteration is 0 whenever SMD drops it. */
function meanSpeed({ iterationsExecuted, seconds }: IterationRecord, batchSize: number): number {
  return (iterationsExecuted * batchSize) / seconds;
}

function joules(label: string, value: number | undefined): Figure {
  return { label, value: value === undefined ? notYet : formatJoules(value), kind: value === undefined ? 'no iteration yet' : 'estimated' };
}

const stateNames: Record<RunState, string> = {
  queued: 'Waiting for its turn',
  preparing: 'Preparing',
  training: 'Training',
  stopping: 'Stopping',
  stopped: 'Stopped',
  finished: 'Finished',
  failed: 'Failed',
  interrupted: 'Interrupted',
};

/** State and progress in one line. */
export function describeState({ run, iteration, plannedIterations, ours }: RunSummary): string {
  const at = iteration ? ` · iteration ${formatWhole(iteration.iteration)} of ${formatWhole(plannedIterations)}` : '';
  const reason = run.reason ? ` · ${run.reason}` : '';
  const other = !ours && liveStates.includes(run.state) ? ' · run by another window, which can stop it' : '';
  return `${stateNames[run.state]}${at}${other}${reason}`;
}

/** Share of the planned iterations that has run, 0 to 1. */
export function progressShare({ iteration, plannedIterations }: RunSummary): number {
  return Math.min(1, (iteration?.iteration ?? 0) / plannedIterations);
}
