import { parseArgs } from 'node:util';
import { formatCount } from '../energy/format';
import { createEngine, type EngineName } from '../engine/create-engine';
import { networkMacs } from '../network/macs';
import { buildResNet, type ResNetDepth } from '../network/resnet';
import { Random } from '../platform/random';
import type { LayerGraph } from '../protocol/layer-graph';
import { initializeWeights } from '../training/initialize-weights';
import { Trainer } from '../training/trainer';
import { formatProfile, profiledTrainer } from './step-profile';

/** Times whole training steps (forward, backward, update) of a ResNet on 32×32×3 images. */
const usage = 'tsx src/scripts/bench-step.ts --network resnet20 --batch 32 --threads 2 --engine native --steps 30 [--json] [--profile]';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      network: { type: 'string', default: 'resnet20' },
      batch: { type: 'string', default: '32' },
      threads: { type: 'string', default: '0' },
      engine: { type: 'string', default: 'auto' },
      steps: { type: 'string', default: '30' },
      json: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
    },
  });
  const depth = Number(/^resnet(\d+)$/.exec(values.network)?.[1]);
  const batch = Number(values.batch);
  if (!depth || !(batch > 0)) throw new Error(`Usage: ${usage}`);

  const graph = buildResNet({ depth: depth as ResNetDepth, inputShape: [32, 32, 3], classes: 10 });
  const options = { batchSize: batch, momentum: 0.9, weightDecay: 1e-4 };
  const { engine, trainer, profiler } = values.profile
    ? await profiledTrainer(graph, { build: values.engine as 'auto' | 'native' | 'wasm', threads: Number(values.threads) }, options)
    : await plainTrainer(graph, values.engine as EngineName, Number(values.threads), options);
  const random = new Random(1, 'benchmark');
  trainer.writeWeights(initializeWeights(graph, random));
  const images = Float32Array.from({ length: batch * 32 * 32 * 3 }, (_, i) => Math.sin(i * 12.9898 + 1));
  const labels = Int32Array.from({ length: batch }, (_, i) => i % 10);

  const times = Array.from({ length: 5 + Number(values.steps) }, (_, turn) => {
    if (turn === 5) profiler?.reset();
    const began = performance.now();
    trainer.step({ images, labels }, 0.01, []);
    return performance.now() - began;
  })
    .slice(5)
    .sort((a, b) => a - b);
  const { name, build, simd, threads } = engine.description;
  const [min, median] = [times[0]!, times[times.length >> 1]!];
  const macs = networkMacs(graph);
  const macsPerSecond = (1000 * batch * (macs.forward + macs.inputGradient + macs.weightGradient)) / min;
  // Kilobytes on every system but macOS, where libuv gives bytes.
  const peakMemoryMB = (process.resourceUsage().maxRSS * (process.platform === 'darwin' ? 1 : 1024)) / 1e6;
  if (values.json) {
    const figures = { stepMs: { min, median }, macsPerSecond, peakMemoryMB };
    console.log(JSON.stringify({ network: values.network, batch, threads, engine: name, build: `${build} ${simd}`, ...figures }));
  } else {
    const memory = `${(trainer.memoryBytes / 1e6).toFixed(0)} MB planned, ${peakMemoryMB.toFixed(0)} MB at most`;
    const speed = `${min.toFixed(2)} ms (median ${median.toFixed(2)} ms), ${formatCount(macsPerSecond)} MACs/s`;
    console.log(`${values.network}, batch ${batch}, ${build} ${simd}, ${threads} threads: ${speed}, ${memory}`);
  }
  if (profiler) console.log(formatProfile(profiler.read(), batch));
  await engine.dispose();
}

async function plainTrainer(graph: LayerGraph, name: EngineName, threads: number, options: Parameters<typeof Trainer.create>[2]) {
  const engine = await createEngine(name, threads);
  return { engine, trainer: await Trainer.create(graph, engine, options), profiler: undefined };
}

main().catch((failure: Error) => {
  console.error(failure.message);
  process.exit(1);
});
