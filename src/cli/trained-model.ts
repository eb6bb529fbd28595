import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { importTopology } from '../network/topology-import';
import { Random } from '../platform/random';
import type { ModelReference } from '../protocol/configuration';
import type { LayerGraph } from '../protocol/layer-graph';
import { RunStore } from '../runs/run-store';
import { readTrainedModel, startingWeights, withClasses } from '../training/fine-tuning';
import { initializeWeights } from '../training/initialize-weights';

/** Where the trained model lies that a person named: a run of the present folder, a run's folder, or a model's. It may not be there. */
export function trainedModelFolder(argument: string): string {
  const store = new RunStore(process.cwd());
  const folder = store.ids().includes(argument) ? store.open(argument).directory : resolve(argument);
  const model = join(folder, 'model');
  return existsSync(join(model, 'model.json')) || existsSync(join(folder, 'run.json')) ? model : folder;
}

/** What a run that has no model but a trained one says of its model: that of the run that trained it, or the model's file. */
export function trainedModelReference(argument: string): ModelReference {
  const folder = trainedModelFolder(argument);
  const run = new RunStore(process.cwd()).ids().find((id) => id === argument);
  return run ? new RunStore(process.cwd()).open(run).read().configuration.model : { kind: 'file', path: join(folder, 'model.json') };
}

/** The trained model's own network, for so many classes. @throws Error with one sentence when it cannot be read or has no last layer to change. */
export async function trainedGraph(folder: string, classes: number): Promise<LayerGraph> {
  return withClasses(importTopology((await readTrainedModel(folder)).topology), classes);
}

/** @throws Error with one sentence when the trained weights are not this network's. */
export async function refuseOtherNetwork(graph: LayerGraph, folder: string): Promise<void> {
  startingWeights(graph, (await readTrainedModel(folder)).weights, initializeWeights(graph, new Random(0, 'weights')));
}
