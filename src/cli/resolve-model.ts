import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { chooseModel, problemInWords } from '../inspection/choose-model';
import type { InspectionRequest } from '../inspection/inspection-messages';
import { Inspector } from '../inspection/inspector';
import { isPythonFile } from '../inspection/python/interpreter';
import { modelWithState } from '../inspection/python/model-state';
import { buildBuiltinNetwork } from '../network/builtin-networks';
import { builtinNetworks, type ModelReference } from '../protocol/configuration';
import type { InspectedModel, InspectionProblem, InspectionResult } from '../protocol/inspection';
import type { LayerGraph } from '../protocol/layer-graph';
import type { ModelToTrain } from '../training/python-model';

export interface ModelOptions {
  readonly input?: number[];
  readonly export?: string;
  readonly python?: string;
}

type FileModel = Extract<ModelReference, { kind: 'file' }>;

/**
 * What a person named on the command line: a built-in network or a model file.
 * @throws Error when it is neither.
 */
export function modelReference(argument: string, options: ModelOptions): ModelReference {
  const builtin = builtinNetworks.find((name) => name === argument);
  if (builtin) return { kind: 'builtin', name: builtin };
  const path = resolve(argument);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw new Error(`${path} is a folder: name the model file in it.`);
  if (!found) {
    throw new Error(`There is no file ${path}, and “${argument}” is none of the built-in networks (${builtinNetworks.join(', ')}).`);
  }
  const { input, python } = options;
  return {
    ...{ kind: 'file', path },
    ...(options.export && { exportName: options.export }),
    ...(input && { inputShape: input }),
    ...(python && { python }),
  };
}

/** All models of a file, and what stands against others. */
export async function inspectFile(model: FileModel): Promise<InspectionResult> {
  return withInspector((inspect) => inspect(requestOf(model)));
}

/**
 * One model as training begins with it, for images of the given shape where it is a built-in network or a Python model that leaves it open.
 * @throws Error with one sentence when the file has no such model, or a Python model cannot be trained.
 */
export async function modelToTrain(model: ModelReference, imageShape: readonly number[], classes: number): Promise<ModelToTrain> {
  if (model.kind === 'builtin') return { graph: buildBuiltinNetwork(model.name, imageShape, classes) };
  const request = requestOf(isPythonFile(model.path) ? { inputShape: [...imageShape], ...model } : model);
  return withInspector(async (inspect) => modelWithState(chosen(await inspect(request), model), request, inspect));
}

/**
 * The layer graph of one model, for images of the given shape where it is a built-in network.
 * @throws Error with one sentence when the file has no such model.
 */
export async function graphOf(model: ModelReference, imageShape: readonly number[], classes: number): Promise<LayerGraph> {
  if (model.kind === 'builtin') return buildBuiltinNetwork(model.name, imageShape, classes);
  return chosen(await inspectFile(model), model).graph;
}

function chosen(result: InspectionResult, { exportName }: FileModel): InspectedModel {
  const problems = result.problems.map((problem) => ({ ...problem, message: withInputOption(problem) }));
  return chooseModel({ ...result, problems }, exportName);
}

function requestOf({ path, inputShape, python }: FileModel): InspectionRequest {
  return { file: path, ...(inputShape && { inputShape }), ...(python && { python }) };
}

async function withInspector<T>(use: (inspect: Inspector['inspect']) => Promise<T>): Promise<T> {
  const inspector = new Inspector({});
  try {
    return await use((request) => inspector.inspect(request));
  } finally {
    inspector.dispose();
  }
}

/** A problem as one sentence with its place, and with what the command line can do about it. */
export function problemOnCommandLine(problem: InspectionProblem): string {
  return problemInWords({ ...problem, message: withInputOption(problem) });
}

function withInputOption({ code, message }: InspectionProblem): string {
  return code === 'input-shape-needed' ? message.replace(/\.$/, ', or say --input 32x32x3 here.') : message;
}
