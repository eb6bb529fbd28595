import { createHash } from 'node:crypto';
import { createEngine } from '../../engine/create-engine';
import { buildBuiltinNetwork } from '../../network/builtin-networks';
import { Random } from '../../platform/random';
import type { LayerGraph } from '../../protocol/layer-graph';
import { initializeWeights } from '../../training/initialize-weights';
import { Trainer } from '../../training/trainer';
import { GatedStep } from './gated-step';
import type { FromStepProcess, StepProcessOptions, ToStepProcess } from './steps';

/** Trains a network on made-up images, so many steps as its parent asks for; sleeps in between. */

interface Work {
  step(): void;
  /** Everything that training left behind. */
  weights(): Iterable<Float32Array>;
}

async function prepare({ network, batch, threads, engine: name, openShare }: StepProcessOptions): Promise<Work> {
  const graph: LayerGraph = buildBuiltinNetwork(network, [32, 32, 3], 10);
  const engine = await createEngine(name, threads);
  const images = Float32Array.from({ length: batch * 32 * 32 * 3 }, (_, i) => Math.sin(i * 12.9898 + 1));
  const labels = Int32Array.from({ length: batch }, (_, i) => i % 10);
  if (openShare !== undefined) return GatedStep.prepare(graph, engine, { images, labels }, openShare);
  const trainer = await Trainer.create(graph, engine, { batchSize: batch, momentum: 0.9, weightDecay: 1e-4 });
  trainer.writeWeights(initializeWeights(graph, new Random(1, 'benchmark')));
  return {
    step: () => {
      trainer.step({ images, labels }, { learningRate: 0.01, dropoutSeeds: [] });
    },
    weights: () => [...trainer.readWeights().values(), ...trainer.readMomenta().values()],
  };
}

const tell = (message: FromStepProcess) => process.send!(message);

const heapBytes = () => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

async function main(): Promise<void> {
  const work = await prepare(JSON.parse(process.argv[2]!) as StepProcessOptions);
  process.on('message', (message: ToStepProcess) => {
    if (message.ask === 'digest') {
      const digest = createHash('sha256');
      for (const values of work.weights()) digest.update(values);
      tell({ digest: digest.digest('hex') });
      return;
    }
    const times: number[] = [];
    if (message.collectGarbage) globalThis.gc?.();
    const before = heapBytes();
    const began = performance.now();
    while (times.length < message.fewest || performance.now() - began < message.milliseconds) {
      const before = performance.now();
      work.step();
      times.push(performance.now() - before);
    }
    const garbageBytes = heapBytes() - before;
    if (message.collectGarbage) globalThis.gc?.();
    tell({ times, residentBytes: process.memoryUsage.rss(), heapBytes: heapBytes(), garbageBytes });
  });
  process.once('disconnect', () => process.exit(0));
  tell({ ready: true });
}

main().catch((failure: Error) => {
  console.error(failure.message);
  process.exit(1);
});
