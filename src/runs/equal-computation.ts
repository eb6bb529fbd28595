import type { RunConfiguration } from '../protocol/configuration';
import type { RunSummary } from '../protocol/runs';
import { accuracyAt, meanOfEachLength, type PlainRun } from './plain-curve';

/** How a run's test accuracy stands beside that of plain training which computes as much: what a saver has to beat. */
export type EqualComputation =
  | {
      readonly kind: 'compared';
      readonly accuracy: number;
      /** Of plain training with as many MACs. */
      readonly plainAccuracy: number;
    }
  /** The run is plain training itself. */
  | { readonly kind: 'plain' }
  /** A schedule that has not ended gives no accuracy to compare. */
  | { readonly kind: 'unfinished' }
  | {
      readonly kind: 'unavailable';
      readonly because: 'no plain run' | 'all cost more' | 'all cost less' | 'not recorded';
      /** Nominal iterations of plain training that compute as much. */
      readonly plainIterations?: number;
    };

/**
 * Compares a run with plain training.
 * @param curve the plain runs that it can be compared with.
 */
export function atEqualComputation(summary: RunSummary, curve: readonly PlainRun[]): EqualComputation {
  if (isPlain(summary)) return { kind: 'plain' };
  if (summary.run.state !== 'finished') return { kind: 'unfinished' };
  const cost = costOf(summary);
  if (!cost) return { kind: 'unavailable', because: 'not recorded' };
  const plainIterations = Math.max(1, Math.round(cost.macs / cost.iterationMacs));
  if (curve.length === 0) return { kind: 'unavailable', because: 'no plain run', plainIterations };
  // A whole number of iterations rarely comes to a run's very MACs; one that comes closest is as costly.
  const exact = curve.find(({ iterations }) => iterations === plainIterations);
  const plainAccuracy = exact?.accuracy ?? accuracyAt(curve, cost.macs);
  if (plainAccuracy !== undefined) return { kind: 'compared', accuracy: cost.accuracy, plainAccuracy };
  const because = curve.every((point) => point.cost > cost.macs) ? 'all cost more' : 'all cost less';
  return { kind: 'unavailable', because, plainIterations };
}

/**
 * The finished plain runs among others that a run can be compared with, the shortest first: of the same network and data, with the same
 * settings but for savers, seed and length. Their costs are MACs; runs of one length count by their mean.
 */
export function plainCurve(summary: RunSummary, others: readonly RunSummary[]): PlainRun[] {
  const isComparable = comparableWith(summary);
  const plain = others.flatMap((other) => {
    const cost = costOf(other);
    if (!cost || other.run.state !== 'finished' || !isPlain(other) || !isComparable(other, cost)) return [];
    return [{ iterations: cost.iterations, cost: cost.macs, accuracy: cost.accuracy }];
  });
  return meanOfEachLength(plain);
}

/** One sentence for a person; nothing where there is nothing to say. */
export function equalComputationInWords(comparison: EqualComputation): string | undefined {
  if (comparison.kind === 'unfinished' || comparison.kind === 'plain') return undefined;
  if (comparison.kind === 'compared') {
    const { accuracy, plainAccuracy } = comparison;
    const points = 100 * (accuracy - plainAccuracy);
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
    const beside =
      Math.abs(points) < 0.05
        ? 'as accurate as plain training'
        : `${Math.abs(points).toFixed(1)} points ${points > 0 ? 'above' : 'below'} plain training`;
    return `At equal computation ${beside} (SMB): ${percent(accuracy)} against ${percent(plainAccuracy)} of the test images. Seeds alone make a difference, too.`;
  }
  const { because, plainIterations } = comparison;
  const reasons = {
    'no plain run': 'no plain run (SMB) of this model with these settings has finished',
    'all cost more': 'every plain run of this model computes more',
    'all cost less': 'every plain run of this model computes less',
    'not recorded': 'the run’s record does not tell what was computed',
  } as const;
  const whatToDo =
    plainIterations === undefined ? '' : `; one of ${plainIterations.toLocaleString('en-US')} iterations without savers computes as much`;
  return `Beside plain training at equal computation: unavailable, because ${reasons[because]}${whatToDo}.`;
}

interface Cost {
  readonly accuracy: number;
  /** Of the run so far, and of one nominal iteration of plain training. */
  readonly macs: number;
  readonly iterationMacs: number;
  readonly iterations: number;
}

function costOf({ run, evaluation, prediction }: RunSummary): Cost | undefined {
  if (evaluation?.macs === undefined || evaluation.baselineMacs === undefined) return undefined;
  const iterations = prediction?.settings?.iterations ?? run.configuration.iterations;
  return { accuracy: evaluation.accuracy, macs: evaluation.macs, iterationMacs: evaluation.baselineMacs / iterations, iterations };
}

/** Whether no saver ran, and none was tried in between: then all MACs are those of plain training. */
function isPlain({ run, evaluation, prediction }: RunSummary): boolean {
  const { smd, slu, stochasticDepth, psg, swa, baseline } = prediction?.settings?.savers ?? run.configuration.savers;
  const isOff = baseline === 'smb' && ![smd, slu, stochasticDepth, psg, swa].some(({ enabled }) => enabled);
  return isOff && evaluation?.macs === evaluation?.baselineMacs;
}

/** Settings that make no other training, or are what is compared. */
const free = ['savers', 'seed', 'iterations', 'evaluateEvery', 'checkpointEvery', 'engine', 'threads', 'deviceProfile'] as const;

function comparableWith(one: RunSummary): (other: RunSummary, costOfOther: Cost) => boolean {
  const [cost, training] = [costOf(one), trainingOf(one.run.configuration)];
  return (other, costOfOther) => {
    // The file of a model may have changed since: then an iteration costs something else.
    const sameNetwork = cost !== undefined && Math.abs(cost.iterationMacs / costOfOther.iterationMacs - 1) < 1e-9;
    const sameTest = one.evaluation?.images === other.evaluation?.images && one.run.data?.name === other.run.data?.name;
    return sameNetwork && sameTest && training === trainingOf(other.run.configuration);
  };
}

function trainingOf(configuration: RunConfiguration): string {
  const rest = Object.entries(configuration).filter(([name]) => !(free as readonly string[]).includes(name));
  return JSON.stringify(rest.sort(([a], [b]) => (a < b ? -1 : 1)));
}
