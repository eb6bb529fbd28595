import { parseArgs } from 'node:util';
import { createEngine } from '../engine/create-engine';
import type { Engine } from '../engine/engine';
import { buildBuiltinNetwork } from '../network/builtin-networks';
import { Random } from '../platform/random';
import { builtinNetworks, engineNames, type RunConfigurationInput, runConfigurationSchema } from '../protocol/configuration';
import { compileOptionsOf } from '../training/compile-options';
import { predictorThreshold } from '../training/convolution-arithmetic';
import { initializeWeights } from '../training/initialize-weights';
import { drawBlocks } from '../training/skipping/block-draws';
import { initializeGateWeights } from '../training/skipping/gate-weights';
import { targetShareOf } from '../training/skipping/gating-of';
import { Trainer } from '../training/trainer';
import { oneOf, wholeNumber } from './benchmark/step-options';

const smd = { enabled: true, dropProbability: 0.5 };
const slu = { enabled: true, skipRatio: 0.4 };
const psg = { enabled: true };
const rows: readonly { readonly savers: string; readonly settings: NonNullable<RunConfigurationInput['savers']> }[] = [
  { savers: 'SMB', settings: {} },
  { savers: 'PSG', settings: { psg } },
  { savers: 'SLU 40 %', settings: { slu } },
  { savers: 'SMD 0.5 + SLU 40 %', settings: { smd, slu } },
  { savers: 'SMD 0.5 + SLU 40 % + PSG', settings: { smd, slu, psg } },
];

/**
 * `npm run bench:savers`: wall-clock of a nominal iteration under the savers over that of plain training (SMB, fp32), on 32×32×3 images; steps
 * are interleaved and the smallest of each row counts. A dropped iteration computes nothing, so SMD's rows are a step's time by the share that
 * is computed. Gates are new: they open at their target share by the bias that they begin with.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      network: { type: 'string', default: 'resnet20' },
      batch: { type: 'string', default: '128' },
      threads: { type: 'string', default: '0' },
      engine: { type: 'string', default: 'auto' },
      steps: { type: 'string', default: '10' },
      json: { type: 'boolean', default: false },
    },
  });
  const network = oneOf('network', builtinNetworks, values.network);
  const batch = wholeNumber('batch', values.batch, 1);
  const engine = await createEngine(oneOf('engine', engineNames, values.engine), wholeNumber('threads', values.threads, 0));
  try {
    const steps: Awaited<ReturnType<typeof stepOf>>[] = [];
    for (const row of rows) steps.push(await stepOf(engine, network, batch, row.settings));
    const times = steps.map(() => Number.POSITIVE_INFINITY);
    for (let round = 0; round <= wholeNumber('steps', values.steps, 1); round++) {
      for (const [place, { step }] of steps.entries()) {
        const began = performance.now();
        step();
        // The first round warms up.
        if (round > 0) times[place] = Math.min(times[place]!, performance.now() - began);
      }
    }
    const figures = rows.map(({ savers }, place) => ({
      network,
      savers,
      ratioToSmb: (times[place]! * steps[place]!.executed) / times[0]!,
    }));
    const { build, simd, threads } = engine.description;
    if (!values.json) {
      console.log(`${network}, batch ${batch}, ${build} ${simd}, ${threads} threads; an SMB step takes ${times[0]!.toFixed(1)} ms`);
      for (const { savers, ratioToSmb } of figures) console.log(`${savers.padEnd(28)} ${ratioToSmb.toFixed(3)}`);
    } else console.log(JSON.stringify({ rows: figures }));
  } finally {
    await engine.dispose();
  }
}

/** A step of training under the savers, and the share of the iterations that is expected to be computed. */
async function stepOf(
  engine: Engine,
  name: (typeof builtinNetworks)[number],
  batchSize: number,
  settings: NonNullable<RunConfigurationInput['savers']>,
): Promise<{ step: () => void; executed: number }> {
  const configuration = runConfigurationSchema.parse({ model: { kind: 'builtin', name }, batchSize, savers: settings });
  const { savers } = configuration;
  const graph = buildBuiltinNetwork(name, [32, 32, 3], 10);
  const trainer = await Trainer.create(graph, engine, compileOptionsOf(configuration, { savers }));
  const random = new Random(1, 'benchmark');
  const targetShare = targetShareOf(savers);
  trainer.writeWeights(new Map([...initializeWeights(graph, random), ...initializeGateWeights(trainer.gateWeights, targetShare, random)]));
  const images = Float32Array.from({ length: batchSize * 32 * 32 * 3 }, (_, i) => Math.sin(i * 12.9898 + 1));
  const labels = Int32Array.from({ length: batchSize }, (_, i) => i % 10);
  const step = () => {
    trainer.step(
      { images, labels },
      {
        learningRate: 0.01,
        dropoutSeeds: [],
        draw: drawBlocks(random, savers, trainer.gatedBlocks, batchSize),
        gates: { learningRate: 0, targetShare, costWeight: 0 },
        signs: { learningRate: savers.psg.learningRate, threshold: predictorThreshold(savers.psg) },
      },
    );
  };
  return { step, executed: savers.smd.enabled ? 1 - savers.smd.dropProbability : 1 };
}

main().catch((failure: Error) => {
  console.error(failure.message);
  process.exit(1);
});
