import { workerData } from 'node:worker_threads';
import { BatchMaker, type BatchPlan } from './batch-maker';
import { BatchRing } from './batch-ring';
import { valuesPerImage } from './dataset';

/** What the thread is started with. */
export interface BatchThreadTask {
  readonly plan: BatchPlan;
  readonly memory: SharedArrayBuffer;
  readonly firstBatch: number;
}

/** Fills the ring with batches from the first on, until it is told to stop. */
function fillRing({ plan, memory, firstBatch }: BatchThreadTask): void {
  const ring = BatchRing.over(memory, { batchSize: plan.batchSize, imageValues: valuesPerImage(plan) });
  try {
    const maker = new BatchMaker(plan);
    for (let batch = 0; ring.waitUntilFree(batch); batch++) {
      const { images, labels } = ring.slot(batch);
      maker.make(firstBatch + batch, images, labels, () => ring.addProgress());
      ring.markFilled();
    }
  } catch (error) {
    ring.fail(error instanceof Error ? error.message : String(error));
  }
}

fillRing(workerData as BatchThreadTask);
