import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadDataset } from '../../src/datasets/load-dataset';
import { createLocalEngine } from '../../src/engine/local/local-engine';
import { buildBuiltinNetwork } from '../../src/network/builtin-networks';
import { runConfigurationSchema } from '../../src/protocol/configuration';
import type { EvaluationRecord } from '../../src/protocol/records';
import { RunStore } from '../../src/runs/run-store';
import { executeRun } from '../../src/training/execute-run';
import { RunControl } from '../../src/training/run-control';

/** Chance is 10 %. Measured with seed 1: 65 % after 100 iterations of 32 images, 79 % after 300 of 64. */
it('ResNet-8 tells the built-in images apart far better than chance after 100 iterations', async () => {
  const workspace = mkdtempSync(join(tmpdir(), 'e2-train-sample-'));
  const dataset = await loadDataset({ kind: 'builtin' });
  const graph = buildBuiltinNetwork('resnet8', dataset.imageShape, dataset.classes.length);
  const configuration = { model: { kind: 'builtin', name: 'resnet8' }, iterations: 100, batchSize: 32, evaluateEvery: 100 } as const;
  const run = new RunStore(workspace).create(runConfigurationSchema.parse(configuration), 'sample');
  const engine = await createLocalEngine({ build: 'auto', threads: 2 });
  const evaluations: EvaluationRecord[] = [];
  const outcome = await executeRun({
    run,
    graph,
    dataset,
    engine,
    control: new RunControl(),
    log: () => undefined,
    emit: (record) => {
      if (record.type === 'evaluation') evaluations.push(record);
    },
  });
  await engine.dispose();
  rmSync(workspace, { recursive: true, force: true });
  expect(outcome).toBe('finished');
  expect(evaluations).toHaveLength(1);
  expect(evaluations[0]!.images).toBe(1000);
  expect(evaluations[0]!.accuracy).toBeGreaterThan(0.4);
});
