import { formatJoules, formatShare } from '../../src/energy/format';
import { formatAccuracy } from '../shared/numbers';
import type { RunRecord } from './run-record';

/** The latest test with SLU by each way of inference: accuracy, executed share, energy of an image. Nothing without gates. */
export function gatesInWords({ evaluations }: RunRecord): string | undefined {
  const gates = evaluations.at(-1)?.gates;
  if (!gates) return undefined;
  const { sampled, threshold, full } = gates;
  const test = (name: string, { accuracy, executedShare, inferenceJ }: typeof full) =>
    `${name} ${formatAccuracy(accuracy)} (${formatShare(executedShare)} of the gated blocks, ~${formatJoules(inferenceJ)} an image)`;
  const tests = [
    test('with gates by chance, as trained,', sampled),
    test('with gates above one half', threshold),
    test('with all blocks, as the kept model runs,', full),
  ];
  return `Test accuracy ${tests.join('; ')}.`;
}
