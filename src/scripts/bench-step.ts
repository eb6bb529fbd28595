import { parseArgs } from 'node:util';
import { createEngine, type EngineName } from '../engine/create-engine';
import { buildResNet, type ResNetDepth } from '../network/resnet';
import { Random } from '../platform/random';
import { initializeWeights } from '../training/initialize-weights';
import { Trainer } from '../training/trainer';

/** Times whole training steps (forward, backward, update) of a ResNet on 32×32×3 images. */
const usage = 'tsx src/scripts/bench-step.ts --network resnet20 --batch 32 --threads 2 --engine native --steps 30';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      network: { type: 'string', default: 'resnet20' },
      batch: { type: 'string', default: '32' },
      threads: { type: 'string', default: '0' },
      engine: { type: 'string', default: 'auto' },
      steps: { type: 'string', default: '30' },
    },
  });
  const depth = Number(/^resnet(\d+)$/.exec(values.network)?.[1]);
  const batch = Number(values.batch);
  if (!depth || !(batch > 0)) throw new Error(`Usage: ${usage}`);

  const engine = await createEngine(values.engine as EngineName, Number(values.threads));
  const graph = buildResNet({ depth: depth as ResNetDepth, inputShape: [32, 32, 3], classes: 10 });
  const trainer = await Trainer.create(graph, engine, { batchSize: batch, momentum: 0.9, weightDecay: 1e-4 });
  const random = new Random(1, 'benchmark');
  trainer.writeWeights(initializeWeights(graph, random));
  const images = Float32Array.from({ length: batch * 32 * 32 * 3 }, (_, i) => Math.sin(i * 12.9898 + 1));
  const labels = Int32Array.from({ length: batch }, (_, i) => i % 10);

  const times = Array.from({ length: 5 + Number(values.steps) }, () => {
    const began = performance.now();
    trainer.step({ images, labels }, 0.01, []);
    return performance.now() - began;
  })
    .slice(5)
    .sort((a, b) => a - b);
  const { build, simd, threads } = engine.description;
  const [minimum, median] = [times[0]!, times[times.length >> 1]!].map((time) => time.toFixed(2));
  const memory = `${(trainer.memoryBytes / 1e6).toFixed(0)} MB planned`;
  console.log(`${values.network}, batch ${batch}, ${build} ${simd}, ${threads} threads: ${minimum} ms (median ${median} ms), ${memory}`);
  await engine.dispose();
}

main().catch((failure: Error) => {
  console.error(failure.message);
  process.exit(1);
});
