import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { chooseModel } from '../inspection/choose-model';
import { Inspector } from '../inspection/inspector';
import { buildBuiltinNetwork } from '../network/builtin-networks';
import { builtinNetworks, type ModelReference } from '../protocol/configuration';
import type { InspectedModel, InspectionProblem } from '../protocol/inspection';
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
  if (!existsSync(path)) {
    throw new Error(`There is no file ${path}, and “${argument}” is none of the built-in networks (${builtinNetworks.join(', ')}).`);
  }
  return { kind: 'file', path, ...(options.export && { exportName: options.export }), ...(options.input && { inputShape: options.input }) };
}

/** All models of a file, and what stands against others. */
export async function inspectFile(
  file: string,
  inputShape?: number[],
): Promise<{ models: InspectedModel[]; problems: InspectionProblem[] }> {
  const inspector = new Inspector({});
  try {
    return await inspector.inspect({ file: resolve(file), ...(inputShape && { inputShape }) });
  } finally {
    await inspector.dispose();
  }
}

/**
 * The layer graph of one model, for images of the given shape where it is a built-in network.
 * @throws Error with one sentence when the file has no such model.
 */
export async function graphOf(model: ModelReference, imageShape: readonly number[], classes: number): Promise<LayerGraph> {
  if (model.kind === 'builtin') return buildBuiltinNetwork(model.name, imageShape, classes);
  const inspector = new Inspector({});
  try {
    const result = await inspector.inspect({ file: model.path, ...(model.inputShape && { inputShape: model.inputShape }) });
    return chooseModel(result, model.exportName).graph;
  } finally {
    await inspector.dispose();
  }
}
