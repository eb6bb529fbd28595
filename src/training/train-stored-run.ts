import { existsSync } from 'node:fs';
import { loadDataset } from '../datasets/load-dataset';
import { createEngine } from '../engine/create-engine';
import type { EngineDescription } from '../engine/engine';
import { threadsInWords } from '../engine/threads-in-words';
import { buildBuiltinNetwork } from '../network/builtin-networks';
import type { LayerGraph } from '../protocol/layer-graph';
import type { RunFile } from '../protocol/runs';
import { runEnvironment } from '../runs/run-environment';
import type { RunFolder } from '../runs/run-folder';
import { graphFile, readGraph, writeGraph } from '../runs/stored-graph';
import { executeRun, type RunTask } from './execute-run';
import { HostEnergyRecords } from './host-energy-records';

/** What a run computes with and on. */
export type RunCircumstances = Required<Pick<RunFile, 'data' | 'environment'>>;

export interface StoredRunTask extends Pick<RunTask, 'run' | 'emit' | 'control' | 'log'> {
  /** The first iteration comes next. */
  onPrepared(circumstances: RunCircumstances): void;
}

/**
 * Trains a run of which only the folder is given: loads its data set, takes its network from the folder, and computes on the engine that
 * its configuration asks for.
 * @throws Error with one sentence when data, network or engine cannot be had, or as `executeRun` does.
 */
export async function trainStoredRun({ onPrepared, ...task }: StoredRunTask): Promise<'finished' | 'stopped'> {
  const { run, log } = task;
  const { configuration } = run.read();
  const dataset = await loadDataset(configuration.data);
  const graph = networkOf(run, dataset.imageShape, dataset.classes.length);
  const engine = await createEngine(configuration.engine, configuration.threads);
  tellEngine(engine.description, log);
  try {
    const { name, provenance } = dataset;
    onPrepared({ data: { name, provenance }, environment: runEnvironment(engine.description) });
    const hostEnergy = new HostEnergyRecords(run, task.emit);
    try {
      return await executeRun({ ...task, graph, dataset, engine, emit: hostEnergy.emit });
    } finally {
      await hostEnergy.close();
    }
  } finally {
    await engine.dispose();
  }
}

/** Once for each run, and as a warning where it is not the first choice: that may be much slower. */
function tellEngine({ name, build, simd, threads, note }: EngineDescription, log: RunTask['log']): void {
  log('info', `Computes on ${name}, ${build}, ${simd}, ${threadsInWords(threads)}.`);
  if (note !== undefined) log('warn', `${note} This run computes on ${build}.`);
}

/** The network is kept in the run's folder, by whoever creates the run or here, so that a resume does not depend on the source. */
function networkOf(run: RunFolder, imageShape: readonly number[], classes: number): LayerGraph {
  const { model } = run.read().configuration;
  if (model.kind === 'file' || existsSync(graphFile(run))) return readGraph(run);
  const graph = buildBuiltinNetwork(model.name, imageShape, classes);
  writeGraph(run, graph);
  return graph;
}
