import { createHash } from 'node:crypto';
import { createEngine } from '../../engine/create-engine';
import { buildBuiltinNetwork } from '../../network/builtin-networks';
import { Random } from '../../platform/random';
import { initializeWeights } from '../../training/initialize-weights';
import { initializeGateWeights } from '../../training/skipping/gate-weights';
import { type LabelledImages, type StepSettings, Trainer } from '../../training/trainer';
import { openGates } from '../benchmark/open-gates';
import { stepBatch } from '../benchmark/step-batch';
import { runScript } from '../run-script';
import type { FromStepProcess, StepProcessOptions, ToStepProcess } from './steps';

/** Trains a network on made-up images, so many steps as its parent asks for; sleeps in between. */

interface Work {
  step(): void;
  /** Everything that training left behind. */
  weights(): Iterable<Float32Array>;
}

async function prepare({ network, batch: samples, threads, engine: name, openShare }: StepProcessOptions): Promise<Work> {
  const graph = buildBuiltinNetwork(network, [32, 32, 3], 10);
  const engine = await createEngine(name, threads);
  const batch = stepBatch(samples);
  const gating = { kind: 'slu', execution: 'skip', estimator: 'centred', weightDecay: 1e-4 } as const;
  const options = { batchSize: samples, momentum: 0.9, weightDecay: 1e-4, ...(openShare !== undefined && { gating }) };
  const trainer = await Trainer.create(graph, engine, options);
  const random = new Random(1, 'benchmark');
  const weights = initializeWeights(graph, random);
  if (openShare === undefined) {
    trainer.writeWeights(weights);
    return workOf(trainer, batch, {});
  }
  // The gates compute and learn as in a run; which blocks run for which samples is given.
  trainer.writeWeights(new Map([...weights, ...initializeGateWeights(trainer.gateWeights, openShare, random)]));
  const draw = openGates(samples, trainer.gatedBlocks.length, openShare);
  return workOf(trainer, batch, { draw, gates: { learningRate: 0.001, targetShare: openShare, costWeight: 1 } });
}

function workOf(trainer: Trainer, batch: LabelledImages, gated: Pick<StepSettings, 'draw' | 'gates'>): Work {
  return {
    step: () => {
      trainer.step(batch, { learningRate: 0.01, dropoutSeeds: [], ...gated });
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

void runScript(main);
