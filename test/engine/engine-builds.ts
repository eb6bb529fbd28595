import type { Engine } from '../../src/engine/engine';
import { createLocalEngine, type LocalEngineOptions } from '../../src/engine/local/local-engine';

/** The builds of the kernels that every operation is tested on. */
export const testedBuilds = ['native', 'wasm-relaxed', 'wasm-plain'] as const;

/** Gives the engine to the work and disposes of it afterwards. */
export async function withEngine<T>(options: LocalEngineOptions, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await createLocalEngine(options);
  try {
    return await work(engine);
  } finally {
    await engine.dispose();
  }
}
