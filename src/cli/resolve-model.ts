import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { chooseModel, problemInWords } from '../inspection/choose-model';
import { Inspector } from '../inspection/inspector';
import { buildBuiltinNetwork } from '../network/builtin-networks';
import { builtinNetworks, type ModelReference } from '../protocol/configuration';
import type { InspectionProblem, InspectionResult } from '../protocol/inspection';
import type { LayerGraph } from '../protocol/layer-graph';

export interface ModelOptions {
  readonly input?: number[];
  readonly export?: string;
}

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
  return { kind: 'file', path, ...(options.export && { exportName: options.export }), ...(options.input && { inputShape: options.input }) };
}

/** All models of a file, and what stands against others. */
export async function inspectFile(file: string, inputShape?: number[]): Promise<InspectionResult> {
  const inspector = new Inspector({});
  try {
    return await inspector.inspect({ file: resolve(file), ...(inputShape && { inputShape }) });
  } finally {
    inspector.dispose();
  }
}

/**
 * The layer graph of one model, for images of the given shape where it is a built-in network.
 * @throws Error with one sentence when the file has no such model.
 */
export async function graphOf(model: ModelReference, imageShape: readonly number[], classes: number): Promise<LayerGraph> {
  if (model.kind === 'builtin') return buildBuiltinNetwork(model.name, imageShape, classes);
  const { path, inputShape, exportName } = model;
  const result = await inspectFile(path, inputShape);
  const { problems } = result;
  return chooseModel({ ...result, problems: problems.map((problem) => ({ ...problem, message: withInputOption(problem) })) }, exportName)
    .graph;
}

/** A problem as one sentence with its place, and with what the command line can do about it. */
export function problemOnCommandLine(problem: InspectionProblem): string {
  return problemInWords({ ...problem, message: withInputOption(problem) });
}

function withInputOption({ code, message }: InspectionProblem): string {
  return code === 'input-shape-needed' ? message.replace(/\.$/, ', or say --input 32x32x3 here.') : message;
}
