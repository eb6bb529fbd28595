import { expect, test } from 'vitest';
import { gateKindsInWords } from '../../webview-ui/dashboard/gate-kinds-in-words';

const told = (...gates: readonly (readonly [probability: number, spread: number])[]) =>
  gateKindsInWords({ gateProbability: gates.map(([probability]) => probability), gateSpread: gates.map(([, spread]) => spread) });

test('one gate is told alone', () => {
  expect(told([0.6, 0.2])).toBe('The gate looks at its images.');
  expect(told([1, 0])).toBe('Whatever the image, the gate is all but always open.');
  expect(told([0.004, 0.002])).toBe('Whatever the image, the gate is all but always shut.');
  expect(told([0.6, 0.002])).toBe('Whatever the image, the gate opens by chance alone.');
});

test('gates that are all but always open or shut are told from those that toss', () => {
  expect(told([0.6, 0.2], [0.02, 0.05])).toBe('All gates look at their images.');
  expect(told([1, 0], [0.999, 0.001])).toBe('Whatever the image, both gates are all but always open.');
  expect(told([0, 0], [0.01, 0.001], [0.04, 0.005])).toBe('Whatever the image, all 3 gates are all but always shut.');
  expect(told([0, 0], [0, 0], [1, 0], [0.5, 0.001], [0.6, 0.001], [0.4, 0.2])).toBe(
    'Whatever the image, 2 of 6 gates are all but always shut, 1 is all but always open and 2 open by chance alone; the other looks at its images.',
  );
  expect(told([0, 0], [0.5, 0.3], [0.5, 0.3])).toBe(
    'Whatever the image, 1 of 3 gates is all but always shut; the others look at their images.',
  );
});

test('where there are no gates, as in stochastic depth, nothing is told', () => {
  expect(gateKindsInWords({})).toBeUndefined();
});
