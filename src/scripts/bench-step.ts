import { formatCount } from '../energy/format';
import { createEngine } from '../engine/create-engine';
import { chooseBuild } from '../engine/local/local-engine';
import { measureMultiplyAddPeak } from '../engine/local/multiply-add-peak';
import { buildBuiltinNetwork } from '../network/builtin-networks';
import { networkMacs } from '../network/macs';
import { Random } from '../platform/random';
import { initializeWeights } from '../training/initialize-weights';
import { Trainer } from '../training/trainer';
import { peakMemoryMB } from './benchmark/peak-memory';
import { parseStepOptions, type StepOptions } from './benchmark/step-options';
import { timeSteps } from './benchmark/step-times';
import { formatProfile, profiledTrainer } from './step-profile';

const graphOf = (network: StepOptions['network']) => buildBuiltinNetwork(network, [32, 32, 3], 10);

/**
 * `npm run bench:step`: times whole training steps (forward, backward, update) of a built-in network on 32×32×3 images.
 *
 * `macsPerSecond` counts the MACs of all three passes as direct convolutions do them; Winograd's need up to four times fewer, so
 * `shareOfPeak`, their rate over the measured multiply-add peak of the same build on as many threads, can pass 1. Of TensorFlow it is the
 * share of our native build's peak: the same processor; null where there is no such build. `peakMemoryMB` is the process's, Node included.
 */
async function main(): Promise<void> {
  const options = parseStepOptions(process.argv.slice(2));
  const { network, batch, engine: name, howLong, json } = options;
  const { engine, trainer, profiler } = await trainerFor(options);
  trainer.writeWeights(initializeWeights(graphOf(network), new Random(1, 'benchmark')));
  const images = Float32Array.from({ length: batch * 32 * 32 * 3 }, (_, i) => Math.sin(i * 12.9898 + 1));
  const labels = Int32Array.from({ length: batch }, (_, i) => i % 10);

  const step = () => trainer.step({ images, labels }, { learningRate: 0.01, dropoutSeeds: [] });
  const stepMs = await timeSteps(step, howLong, () => profiler?.reset());
  const memoryMB = peakMemoryMB();
  const profile = profiler && formatProfile(profiler.read(), batch);
  await engine.dispose();

  const { build, simd, threads } = engine.description;
  const macs = networkMacs(graphOf(network));
  const macsPerSecond = (1000 * batch * (macs.forward + macs.inputGradient + macs.weightGradient)) / stepMs.min;
  const peak = await peakOf(name === 'tensorflow' ? 'native' : name, threads);
  const shareOfPeak = peak === undefined ? null : macsPerSecond / peak;
  if (json) {
    const figures = { stepMs, macsPerSecond, shareOfPeak, peakMemoryMB: memoryMB };
    console.log(JSON.stringify({ network, batch, threads, engine: name, build: `${build} ${simd}`, ...figures }));
  } else {
    const speed = `${stepMs.min.toFixed(2)} ms (median ${stepMs.median.toFixed(2)} ms), ${formatCount(macsPerSecond)} MACs/s`;
    const share = peak === undefined ? '' : `, ${((100 * macsPerSecond) / peak).toFixed(0)} % of ${formatCount(peak)} multiply-adds/s`;
    const memory = `${(trainer.memoryBytes / 1e6).toFixed(0)} MB planned, ${memoryMB.toFixed(0)} MB at most`;
    console.log(`${network}, batch ${batch}, ${build} ${simd}, ${threads} threads: ${speed}${share}, ${memory}`);
  }
  if (profile) console.log(profile);
}

async function trainerFor({ network, batch, engine: name, threads, profile }: StepOptions) {
  const options = { batchSize: batch, momentum: 0.9, weightDecay: 1e-4 };
  if (profile && name !== 'tensorflow') return profiledTrainer(graphOf(network), { build: name, threads }, options);
  const engine = await createEngine(name, threads);
  return { engine, trainer: await Trainer.create(graphOf(network), engine, options), profiler: undefined };
}

async function peakOf(build: 'auto' | 'native' | 'wasm', threads: number): Promise<number | undefined> {
  const chosen = await chooseBuild(build).catch(() => undefined);
  return chosen && measureMultiplyAddPeak(chosen.kernels, threads);
}

main().catch((failure: Error) => {
  console.error(failure.message);
  process.exit(1);
});
