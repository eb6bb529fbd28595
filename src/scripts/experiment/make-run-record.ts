import { isDeepStrictEqual } from 'node:util';
import { builtinProfiles } from '../../energy/device-profile';
import { totalMacs } from '../../energy/work-macs';
import type { EvaluationRecord, IterationRecord, LayerEnergyRecord, MetricRecord } from '../../protocol/records';
import type { RunFolder } from '../../runs/run-folder';
import { energyByProfile } from '../../training/energy-by-profile';
import type { Plan, Task } from './plans';
import type { RunRecord } from './run-record';
import { type Making, makingsOf } from './sittings';

/**
 * Makes the record of a finished run.
 * @param planIterations nominal iterations of plain training that shares are of.
 * @param call what stands for the making of a run that does not say itself what made it.
 * @throws Error with one sentence when the run's folder lacks what a finished run has.
 */
export async function makeRunRecord(
  plan: Plan,
  { row, seed }: Task,
  run: RunFolder,
  { planIterations, call }: { planIterations: number; call: Omit<Making, 'environment'> },
): Promise<RunRecord> {
  const { configuration, data, environment } = run.read();
  const { data: _folder, ...settings } = configuration;
  const records = run.readRecords().map(({ record }) => record);
  const iteration = latest<IterationRecord>(records, 'iteration');
  const evaluation = latest<EvaluationRecord>(records, 'evaluation');
  const layers = latest<LayerEnergyRecord>(records, 'layerEnergy');
  if (!iteration || !evaluation || !layers?.macs || !layers.baselineMacs || !data || !environment)
    throw new Error(`The run in ${run.directory} is finished, but its record is not whole; delete the folder to train it again.`);
  // The run's own baseline has its own nominal iterations, which for a shorter row are fewer than the plan's.
  const ofPlan = configuration.iterations / planIterations;
  const [making, ...later] = makingsOf(run);
  const { note, ...made } = making ?? { ...call, environment };
  const resumed = later.filter((one) => !isDeepStrictEqual(one, making));
  const others = builtinProfiles.filter(({ name }) => name !== configuration.deviceProfile);
  return {
    ...{ experiment: plan.name, row: row.id, label: row.label, seed, planIterations, ...made },
    ...(resumed.length > 0 && { resumed }),
    data: { name: data.name, ...(note && { note }) },
    configuration: settings,
    accuracy: evaluation.accuracy,
    ...(evaluation.lastIterate && { lastIterateAccuracy: evaluation.lastIterate.accuracy }),
    ...(evaluation.gates && { gates: gatedAccuracies(evaluation.gates) }),
    images: evaluation.images,
    computationShare: (totalMacs(layers.macs) / layers.baselineMacs) * ofPlan,
    energyShare: (iteration.energyJ / iteration.baselineEnergyJ) * ofPlan,
    energyJ: iteration.energyJ,
    otherProfiles: await Promise.all(
      others.map(async (other) => {
        const { profile, energyJ, baselineEnergyJ } = await energyByProfile(run, other);
        return { profile, energyShare: (energyJ / baselineEnergyJ) * ofPlan, energyJ };
      }),
    ),
    seconds: iteration.seconds,
    iterationsExecuted: iteration.iterationsExecuted,
    iterationsDropped: iteration.iterationsDropped,
    evaluations: evaluationsOf(records),
  };
}

/** One for each iteration: those after the checkpoint that a run went on from were made anew. */
function evaluationsOf(records: readonly MetricRecord[]): RunRecord['evaluations'] {
  const evaluations = records.filter((record) => record.type === 'evaluation');
  return [...new Map(evaluations.map(({ iteration, accuracy }) => [iteration, accuracy]))];
}

function gatedAccuracies({ sampled, threshold, full }: NonNullable<EvaluationRecord['gates']>): NonNullable<RunRecord['gates']> {
  const kept = ({ accuracy, executedShare }: typeof full) => ({ accuracy, executedShare });
  return { sampled: kept(sampled), threshold: kept(threshold), full: kept(full) };
}

function latest<T extends MetricRecord>(records: readonly MetricRecord[], type: T['type']): T | undefined {
  return records.findLast((record): record is T => record.type === type);
}
