import { expect, test } from 'vitest';
import { fingerprint, selfCheckInputs, selfCheckProgram, selfCheckResults } from '../../../src/engine/local/self-check';
import { ReferenceEngine } from '../reference/reference-engine';

test('the stored results of the self-check are those of the float64 reference', () => {
  const reference = new ReferenceEngine(selfCheckProgram);
  for (const [id, valueAt] of selfCheckInputs)
    reference.values.get(id)!.forEach((_, element, values) => {
      values[element] = valueAt(element);
    });
  reference.run('check', selfCheckProgram.batchSize);
  const computed = new Map([2, 3, 4, 6, 7].map((id) => [id, fingerprint(reference.values.get(id)!)]));
  expect(selfCheckResults).toEqual(computed);
  for (const [, result] of computed) expect(Math.abs(result)).toBeLessThan(2 ** 53);
});
