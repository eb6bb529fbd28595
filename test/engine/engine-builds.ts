import { afterAll, beforeAll } from 'vitest';
import type { Engine } from '../../src/engine/engine';
import { createLocalEngine, type LocalEngineOptions } from '../../src/engine/local/local-engine';

/** The builds of the kernels that every operation is tested on. The native one also with narrower vectors than this machine may have. */
const builds = {
  native: { build: 'native' },
  'native held to AVX2': { build: 'native', simd: 'avx2' },
  'native held to SSE': { build: 'native', simd: 'sse' },
  'wasm-relaxed': { build: 'wasm-relaxed' },
  'wasm-plain': { build: 'wasm-plain' },
} as const satisfies Record<string, { build: LocalEngineOptions['build']; simd?: string }>;

export type TestedBuild = keyof typeof builds;
export const testedBuilds = Object.keys(builds) as TestedBuild[];

/** An engine of a tested build; the choice of vectors holds until the next call, so one build at a time. */
export function createTestedEngine(name: TestedBuild, threads: number): Promise<Engine> {
  const { build, simd }: { build: LocalEngineOptions['build']; simd?: string } = builds[name];
  if (simd === undefined) delete process.env.E2TRAIN_SIMD;
  else process.env.E2TRAIN_SIMD = simd;
  return createLocalEngine({ build, threads });
}

/** Engines of a tested build with one, two and three threads, which are there while the tests of the surrounding group run. */
export function enginesByThreads(build: TestedBuild): readonly Engine[] {
  const engines: Engine[] = [];
  beforeAll(async () => {
    engines.push(...(await Promise.all([1, 2, 3].map((threads) => createTestedEngine(build, threads)))));
  });
  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine.dispose()));
  });
  return engines;
}

/** Gives an engine to the work and disposes of it afterwards. */
export async function withEngine<T>(options: { build: TestedBuild; threads: number }, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await createTestedEngine(options.build, options.threads);
  try {
    return await work(engine);
  } finally {
    await engine.dispose();
  }
}
