import { formatDuration, formatJoules, formatShare } from '../../energy/format';
import type { RunState } from '../../protocol/records';
import type { RunSummary } from '../../protocol/runs';
import { inCode } from '../in-code';
import { localize } from '../localize';
import { leftModel } from '../savers/trained-models';
import { isInAnotherWindow, isLive, lossText, metricTexts, progressText, savedShare, stateName } from './run-progress';

/** A row of the Runs view, as data. */
export interface RunItem {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly iconColor?: string;
  /** Words that the menus in package.json look for: `run`, `stoppable`, `resumable`, `trained`, `deletable`. */
  readonly contextValue: string;
  readonly tooltip: string;
  readonly accessibilityLabel: string;
}

const icons: Record<RunState, { icon: string; color?: string }> = {
  queued: { icon: 'clock' },
  preparing: { icon: 'loading~spin' },
  training: { icon: 'loading~spin' },
  stopping: { icon: 'loading~spin' },
  stopped: { icon: 'debug-stop' },
  finished: { icon: 'pass', color: 'testing.iconPassed' },
  failed: { icon: 'error', color: 'testing.iconFailed' },
  interrupted: { icon: 'warning', color: 'list.warningForeground' },
};

export function runItem(summary: RunSummary): RunItem {
  const { run } = summary;
  const { icon, color } = icons[run.state];
  const state = isInAnotherWindow(summary) ? localize('in another window') : stateName(run.state);
  const parts = [...(isLive(summary) ? [progressText(summary)] : []), ...metricTexts(summary), ...parameterTexts(summary)];
  // The icon says what is plain: words are for what needs them.
  const plain = run.state === 'training' || run.state === 'finished';
  const telling = plain && !isInAnotherWindow(summary) ? parts : [state, ...parts];
  return {
    label: run.title,
    description: telling.join(' · '),
    icon: isInAnotherWindow(summary) ? 'eye' : icon,
    ...(color ? { iconColor: color } : {}),
    contextValue: contextWords(summary).join(' '),
    tooltip: tooltip(summary),
    accessibilityLabel: [run.title, state, ...parts, ...(run.reason ? [run.reason] : [])].join(', '),
  };
}

/** The newest first. */
export function newestFirst(summaries: readonly RunSummary[]): RunSummary[] {
  return [...summaries].sort((one, other) => other.run.created.localeCompare(one.run.created));
}

function parameterTexts({ run }: RunSummary): string[] {
  const { batchSize, learningRate } = run.configuration;
  return [localize('batch {0}', batchSize), localize('rate {0}', learningRate)];
}

function contextWords(summary: RunSummary): string[] {
  if (isInAnotherWindow(summary)) return ['run'];
  if (isLive(summary)) return summary.run.state === 'stopping' ? ['run'] : ['run', 'stoppable'];
  return ['run', ...(summary.resumable ? ['resumable'] : []), ...(leftModel(summary) ? ['trained'] : []), 'deletable'];
}

/** Markdown: no part of it comes from outside unescaped, since titles are shown as code. */
function tooltip(summary: RunSummary): string {
  const { run, iteration, evaluation, prediction, plannedIterations } = summary;
  const saved = savedShare(summary);
  const facts: [string, string | undefined][] = [
    [localize('State'), stateName(run.state)],
    [localize('Started'), run.created],
    [localize('Data'), run.data?.name],
    [localize('Iterations'), `${iteration?.iteration ?? 0} / ${plannedIterations}`],
    [localize('Dropped'), iteration ? String(iteration.iterationsDropped) : undefined],
    [localize('Loss'), iteration?.loss === undefined ? undefined : lossText(iteration.loss)],
    [localize('Test accuracy'), evaluation ? formatShare(evaluation.accuracy) : undefined],
    [localize('Energy (estimated)'), iteration ? formatJoules(iteration.energyJ) : undefined],
    [localize('Saved so far (estimated)'), saved === undefined ? undefined : formatShare(saved)],
    [localize('Energy at the end (predicted)'), prediction && isLive(summary) ? formatJoules(prediction.energyJ) : undefined],
    [localize('Time in all (predicted)'), prediction && isLive(summary) ? formatDuration(prediction.seconds) : undefined],
    [localize('Began with'), run.configuration.startFrom],
    [localize('Device profile'), run.configuration.deviceProfile],
    [localize('Seed'), String(run.configuration.seed)],
    [localize('Folder'), summary.directory],
  ];
  const rows = facts.flatMap(([name, value]) => (value === undefined ? [] : [`| ${name} | ${inCode(value)} |`]));
  return [`**${inCode(run.title)}**`, '', ...(run.reason ? [inCode(run.reason), ''] : []), '| | |', '|:--|:--|', ...rows].join('\n');
}
