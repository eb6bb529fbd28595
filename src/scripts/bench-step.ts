import { formatCount } from '../energy/format';
import { createEngine } from '../engine/create-engine';
import { chooseBuild } from '../engine/local/local-engine';
import { measureMultiplyAddPeak } from '../engine/local/multiply-add-peak';
import { threadsInWords } from '../engine/threads-in-words';
import { buildBuiltinNetwork } from '../network/builtin-networks';
import { networkMacs } from '../network/macs';
import { peakMemoryMB } from './benchmark/peak-memory';
import { paperSlu, saverStep } from './benchmark/saver-step';
import { parseStepOptions, type StepOptions } from './benchmark/step-options';
import { formatProfile, profilingEngine } from './benchmark/step-profile';
import { timeSteps } from './benchmark/step-times';
import { runScript } from './run-script';

const psg = { enabled: true };
const slu = paperSlu;
const saverSettings = { none: {}, psg: { psg }, slu: { slu }, 'slu+psg': { slu, psg } } as const;

/**
 * `npm run bench:step`: times whole training steps (forward, backward, update) of a built-in network on 32×32×3 images, with
 * `--savers psg`, `slu` (40 % skipped) or `slu+psg` under savers.
 *
 * `macsPerSecond` counts the MACs of all three passes of plain training as direct convolutions do them; Winograd's need up to four times fewer, so
 * `shareOfPeak`, their rate over the measured multiply-add peak of the same build on as many threads, can pass 1. Of TensorFlow it is the
 * share of our native build's peak: the same processor; null where there is no such build. `peakMemoryMB` is the process's, Node included.
 */
async function main(): Promise<void> {
  const options = parseStepOptions(process.argv.slice(2));
  const { network, batch, savers, engine: name, howLong, json } = options;
  const { engine, profilerOf } = await engineFor(options);
  const { trainer, step } = await saverStep(engine, network, batch, saverSettings[savers]);
  const profiler = profilerOf?.();
  const stepMs = await timeSteps(step, howLong, () => profiler?.reset());
  const memoryMB = peakMemoryMB();
  const profile = profiler && formatProfile(profiler.read(), batch);
  await engine.dispose();

  const { build, simd, threads } = engine.description;
  const macs = networkMacs(buildBuiltinNetwork(network, [32, 32, 3], 10));
  const macsPerSecond = (1000 * batch * (macs.forward + macs.inputGradient + macs.weightGradient)) / stepMs.min;
  const peak = await peakOf(name === 'tensorflow' ? 'native' : name, threads);
  const shareOfPeak = peak === undefined ? null : macsPerSecond / peak;
  if (json) {
    const figures = { stepMs, macsPerSecond, shareOfPeak, peakMemoryMB: memoryMB };
    console.log(JSON.stringify({ network, batch, threads, savers, engine: name, build: `${build} ${simd}`, ...figures }));
  } else {
    const speed = `${stepMs.min.toFixed(2)} ms (median ${stepMs.median.toFixed(2)} ms), ${formatCount(macsPerSecond)} MACs/s`;
    const share = peak === undefined ? '' : `, ${((100 * macsPerSecond) / peak).toFixed(0)} % of ${formatCount(peak)} multiply-adds/s`;
    const memory = `${(trainer.memoryBytes / 1e6).toFixed(0)} MB planned, ${memoryMB.toFixed(0)} MB at most`;
    console.log(`${network}, batch ${batch}, ${build} ${simd}, ${threadsInWords(threads)}: ${speed}${share}, ${memory}`);
  }
  if (profile) console.log(profile);
}

async function engineFor({ engine: name, threads, profile }: StepOptions) {
  if (!profile || name === 'tensorflow') return { engine: await createEngine(name, threads), profilerOf: undefined };
  const { engine, profiler } = await profilingEngine({ build: name, threads });
  return { engine, profilerOf: profiler };
}

async function peakOf(build: 'auto' | 'native' | 'wasm', threads: number): Promise<number | undefined> {
  const chosen = await chooseBuild(build).catch(() => undefined);
  return chosen && measureMultiplyAddPeak(chosen.kernels, threads);
}

void runScript(main);
