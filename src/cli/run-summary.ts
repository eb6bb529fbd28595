import { formatDuration, formatJoules, formatShare } from '../energy/format';
import { threadsInWords } from '../engine/threads-in-words';
import type { EvaluationRecord, HostEnergyRecord, IterationRecord, LayerEnergyRecord, MetricRecord } from '../protocol/records';
import type { Environment } from '../protocol/runs';
import { atEqualComputation, equalComputationInWords, plainCurve } from '../runs/equal-computation';
import type { RunFolder } from '../runs/run-folder';
import type { RunStore } from '../runs/run-store';
import { energyTable } from './energy-table';

/** What a run came to, in text: energy by layer and phase, the same run without savers, accuracy, where it lies. */
export function runSummary(run: RunFolder, store: RunStore): string {
  const records = run.readRecords().map(({ record }) => record);
  const last = latest(records, 'iteration') as IterationRecord | undefined;
  if (!last) return `Nothing was trained. Run folder: ${run.directory}`;
  const evaluation = latest(records, 'evaluation') as EvaluationRecord | undefined;
  const layers = latest(records, 'layerEnergy') as LayerEnergyRecord | undefined;
  const { configuration, environment } = run.read();
  const saved = 1 - last.energyJ / last.baselineEnergyJ;
  const lines = [
    ...(layers ? [energyTable(layers.layers), ''] : []),
    `Energy of this run            ~${formatJoules(last.energyJ)}`,
    `Without savers (SMB, fp32)    ~${formatJoules(last.baselineEnergyJ)}`,
    `Saved                         ${formatShare(saved)}`,
    `Iterations                    ${last.iterationsExecuted} computed, ${last.iterationsDropped} dropped`,
    `Test accuracy                 ${evaluation ? testAccuracy(evaluation) : 'unavailable: not evaluated yet'}`,
    ...(evaluation?.lastIterate ? [`  of the last weights         ${formatShare(evaluation.lastIterate.accuracy)} (measured)`] : []),
    ...besidePlainTraining(run, store),
    ...(evaluation?.gates ? gatesInWords(evaluation.gates) : []),
    `Energy of this computer       ${hostEnergyInWords(latest(records, 'hostEnergy') as HostEnergyRecord | undefined)}`,
    `Training time                 ${formatDuration(last.seconds)} (measured)`,
    `Engine                        ${environment ? engineInWords(environment) : 'unavailable: not recorded'}`,
    `Run folder                    ${run.directory}`,
    '',
    `Energies are estimated for the device profile ${configuration.deviceProfile}; that of this computer is what its own meters say.`,
  ];
  return lines.join('\n');
}

/** The run beside those of plain training that the same folder holds. */
function besidePlainTraining(run: RunFolder, store: RunStore): string[] {
  const summaries = store.summaries();
  const summary = summaries.find((one) => one.run.id === run.id);
  const words = summary && equalComputationInWords(atEqualComputation(summary, plainCurve(summary, summaries)));
  return words === undefined ? [] : [`  ${words}`];
}

function engineInWords({ engine, build, simd, threads, engineNote }: Environment): string {
  const words = `${engine}, ${build}, ${simd}, ${threadsInWords(threads)}`;
  return engineNote === undefined ? words : `${words}. ${engineNote}`;
}

function testAccuracy({ accuracy, images, averagedWeights }: EvaluationRecord): string {
  const of = averagedWeights === undefined ? '' : `, average of ${averagedWeights} sets of weights (SWA)`;
  return `${formatShare(accuracy)} of ${images} images (measured${of})`;
}

/** Each way of inference with its accuracy, what of the gated blocks it runs, and what an image costs. */
function gatesInWords({ sampled, threshold, full }: NonNullable<EvaluationRecord['gates']>): string[] {
  const row = (name: string, { accuracy, executedShare, inferenceJ }: typeof full) =>
    `  ${name.padEnd(28)}${formatShare(accuracy)} (measured), ${formatShare(executedShare)} of the gated blocks, ~${formatJoules(inferenceJ)} per image`;
  return [row('gates by chance, as trained', sampled), row('gates above one half', threshold), row('all blocks', full)];
}

/** Everything that the computer drew meanwhile, for training or not. */
function hostEnergyInWords(record: HostEnergyRecord | undefined): string {
  if (!record) return 'unavailable: not recorded';
  const { energy } = record;
  if (energy.kind === 'unavailable') return `unavailable, because ${energy.reason}`;
  const rails = energy.rails.map(({ name, kind }) => `${name} by ${kind}`).join(' + ');
  return `${formatJoules(energy.energyJ)} (measured over ${formatDuration(energy.seconds)}: ${rails}; idle power included)`;
}

function latest(records: readonly MetricRecord[], type: MetricRecord['type']): MetricRecord | undefined {
  return records.findLast((record) => record.type === type);
}
