import { createEngine } from '../engine/create-engine';
import type { RunConfiguration } from '../protocol/configuration';
import type { LayerGraph } from '../protocol/layer-graph';
import { compileNetwork } from './compile/compile-network';
import { compileOptionsOf } from './compile-options';
import { liveSettings } from './live-settings';

/**
 * Whether the engine that a run asks for has the memory to train this network, before anything of the run exists.
 * @throws Error with one sentence when it has not, naming the batch that fits, or when there is no such engine here.
 */
export async function checkMemory(graph: LayerGraph, configuration: RunConfiguration): Promise<void> {
  const engine = await createEngine(configuration.engine, configuration.threads);
  try {
    engine.requireRoom(compileNetwork(graph, compileOptionsOf(configuration, liveSettings(configuration))).program);
  } finally {
    await engine.dispose();
  }
}
