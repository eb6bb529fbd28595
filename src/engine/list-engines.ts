import { createEngine, type EngineName } from './create-engine';
import { findTensorFlow } from './tensorflow/tensorflow-library';
import { threadsInWords } from './threads-in-words';

export interface EngineAvailability {
  readonly name: Exclude<EngineName, 'auto'>;
  readonly available: boolean;
  /** What it would run on, or why it does not work here. */
  readonly detail: string;
}

/** Every engine with what it is on this machine, the fastest first. */
export function listEngines(): Promise<EngineAvailability[]> {
  return Promise.all([
    describe('native', trialOf),
    describe('wasm', trialOf),
    describe('tensorflow', () => `tfjs-node ${findTensorFlow()}`),
  ]);
}

async function describe<Name extends EngineAvailability['name']>(
  name: Name,
  detailOf: (name: Name) => string | Promise<string>,
): Promise<EngineAvailability> {
  try {
    return { name, available: true, detail: await detailOf(name) };
  } catch (failure) {
    return { name, available: false, detail: (failure as Error).message };
  }
}

async function trialOf(name: 'native' | 'wasm'): Promise<string> {
  const engine = await createEngine(name, 0);
  const { build, simd, threads, note } = engine.description;
  await engine.dispose();
  const summary = `${build}, ${simd}, ${threadsInWords(threads)}`;
  return note ? `${summary}. ${note}` : summary;
}
