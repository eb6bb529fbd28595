import { formatShare } from '../../src/energy/format';
import type { Tuning } from '../../src/protocol/configuration';
import type { TuningRecord } from '../../src/protocol/records';
import type { Mark } from './chart-content';

/** Says in a few words what a tuning changed. */
export function describeTuning({ smd, psg, swa, learningRate, iterations }: Tuning): string {
  const parts: string[] = [];
  if (smd?.enabled !== undefined) parts.push(smd.enabled ? 'SMD on' : 'SMD off');
  if (smd?.dropProbability !== undefined) parts.push(`drop ${formatShare(smd.dropProbability)}`);
  if (psg?.enabled !== undefined) parts.push(psg.enabled ? 'PSG on' : 'PSG off');
  if (psg?.learningRate !== undefined) parts.push(`learning rate of signs ${psg.learningRate}`);
  if (psg?.thresholdKind !== undefined) parts.push(`${psg.thresholdKind} threshold`);
  if (psg?.threshold !== undefined) parts.push(`threshold ${psg.threshold}`);
  if (psg?.activationBits !== undefined) parts.push(`activations ${psg.activationBits} bits`);
  if (psg?.activationMsbBits !== undefined) parts.push(`predictor ${psg.activationMsbBits} bits of activations`);
  if (psg?.weightBits !== undefined) parts.push(`weights ${psg.weightBits} bits`);
  if (psg?.gradientBits !== undefined) parts.push(`gradients ${psg.gradientBits} bits`);
  if (psg?.gradientMsbBits !== undefined) parts.push(`predictor ${psg.gradientMsbBits} bits of gradients`);
  if (swa?.enabled !== undefined) parts.push(swa.enabled ? 'SWA on' : 'SWA off');
  if (swa?.startShare !== undefined) parts.push(`average from ${formatShare(swa.startShare)}`);
  if (swa?.every !== undefined) parts.push(`average every ${swa.every}`);
  if (swa?.batchNormBatches !== undefined) parts.push(`${swa.batchNormBatches} batches for batch norm`);
  if (learningRate !== undefined) parts.push(`learning rate ${learningRate}`);
  if (iterations !== undefined) parts.push(`${iterations} iterations`);
  return parts.join(', ');
}

/** Marks of the changes made while the run was live; several at one iteration, as a moving slider makes them, become the last one. */
export function tuningMarks(tunings: readonly TuningRecord[]): Mark[] {
  const byIteration = new Map<number, Tuning>();
  for (const { iteration, tuning } of tunings) {
    const before = byIteration.get(iteration);
    byIteration.set(iteration, {
      ...before,
      ...tuning,
      ...((before?.smd || tuning.smd) && { smd: { ...before?.smd, ...tuning.smd } }),
      ...((before?.psg || tuning.psg) && { psg: { ...before?.psg, ...tuning.psg } }),
      ...((before?.swa || tuning.swa) && { swa: { ...before?.swa, ...tuning.swa } }),
    });
  }
  return [...byIteration].map(([x, tuning]) => ({ x, label: describeTuning(tuning) }));
}
