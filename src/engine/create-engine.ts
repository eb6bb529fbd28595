import type { Engine } from './engine';
import { createLocalEngine } from './local/local-engine';
import { createTensorFlowEngine } from './tensorflow/tensorflow-engine';

export type EngineName = 'auto' | 'native' | 'wasm' | 'tensorflow';

/**
 * The engine of a run, by the name in its configuration. `threads` 0 means the physical cores.
 * @throws Error with one sentence when that engine does not work on this machine.
 */
export function createEngine(name: EngineName, threads: number): Promise<Engine> {
  return name === 'tensorflow' ? createTensorFlowEngine(threads) : createLocalEngine({ build: name, threads });
}
