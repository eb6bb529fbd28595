import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LayerGraph, layerGraphSchema } from '../protocol/layer-graph';
import type { RunFolder } from '../runs/run-folder';

/**
 * The network that a run trains, as it was when the run began: a change of the source does not change the run.
 * @throws Error with one sentence when the folder does not hold it.
 */
export function storedGraph(run: RunFolder): LayerGraph {
  const file = join(run.directory, 'graph.json');
  try {
    return layerGraphSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new Error(`The run's network cannot be read from ${file}; start a new run.`);
  }
}
