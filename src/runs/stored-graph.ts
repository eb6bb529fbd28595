import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../platform/atomic-write';
import { type LayerGraph, layerGraphSchema } from '../protocol/layer-graph';
import type { RunFolder } from './run-folder';

/** The network that a run trains, as it was when the run began: a change of the source does not change the run. */
export const graphFile = ({ directory }: Pick<RunFolder, 'directory'>): string => join(directory, 'graph.json');

/** @throws Error with one sentence when the folder does not hold it. */
export function readGraph(run: Pick<RunFolder, 'directory'>): LayerGraph {
  const file = graphFile(run);
  try {
    return layerGraphSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new Error(`The run's network cannot be read from ${file}: start a new run.`);
  }
}

/** @throws Error with one sentence when it cannot be written. */
export function writeGraph(run: Pick<RunFolder, 'directory'>, graph: LayerGraph): void {
  writeFileAtomically(graphFile(run), JSON.stringify(graph));
}
