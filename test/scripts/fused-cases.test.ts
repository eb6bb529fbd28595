import { expect, test } from 'vitest';
import { planMemory } from '../../src/engine/local/memory-plan';
import { Random } from '../../src/platform/random';
import { fusedCases } from '../../src/scripts/kernel-check/fused-cases';
import { operationCase } from '../../src/scripts/kernel-check/operation-cases';

test.each(Object.keys(fusedCases))(
  '%s is one pass of the kernels that `check:kernels` runs, and nothing is left of the single operations',
  (name) => {
    const random = new Random(1, name);
    for (let index = 0; index < 20; index++) {
      const { program } = operationCase(name, random);
      expect(program.sections.only!.length).toBeGreaterThan(1);
      const kernels = planMemory(program, { lanes: 8, threads: 2 }, program.batchSize).sections[0]!.steps.map(({ kernel }) => kernel);
      for (const single of ['add', 'activation', 'activationGradient', 'maskGradient', 'globalAveragePoolingGradient'])
        expect(kernels).not.toContain(single);
    }
  },
);
