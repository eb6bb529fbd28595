import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { elementsOf } from '../network/graph-queries';
import { writeFileAtomically } from '../platform/atomic-write';
import { type ParameterBinding, type PythonModel, pythonModelSchema } from '../protocol/inspection';
import type { LayerGraph } from '../protocol/layer-graph';
import type { RunFolder } from '../runs/run-folder';
import { writeGraph } from '../runs/stored-graph';
import type { WeightValues } from './initialize-weights';
import { inversePermutation, permuted } from './permute';
import { decodeSafetensors, encodeSafetensors, type StoredTensors } from './safetensors';

/** A model as a run begins with it. */
export interface ModelToTrain {
  readonly graph: LayerGraph;
  /** Of a model in a Python file: what its parameters are in the graph, and their values as a safetensors file. */
  readonly python?: { readonly model: PythonModel; readonly state: Uint8Array };
}

type Run = Pick<RunFolder, 'directory'>;

const bindingFile = ({ directory }: Run) => join(directory, 'python-model.json');
const stateFile = ({ directory }: Run) => join(directory, 'initial.safetensors');

/**
 * Keeps in the run's folder what it trains, so that a resume depends neither on the source nor on Python.
 * @throws Error with one sentence when it cannot be written.
 */
export function keepModel(run: Run, { graph, python }: ModelToTrain): void {
  writeGraph(run, graph);
  if (!python) return;
  writeFileAtomically(stateFile(run), python.state);
  writeFileAtomically(bindingFile(run), JSON.stringify(python.model));
}

/**
 * The Python model's own weights, in the graph's names and layouts; undefined for a run of another model.
 * @throws Error with one sentence when the folder's files are damaged or a weight is missing.
 */
export async function initialPythonWeights(run: Run): Promise<WeightValues | undefined> {
  const kept = await readKept(run);
  if (!kept) return undefined;
  const { model, tensors } = kept;
  return new Map(model.parameters.map((binding) => [binding.weight, weightOf(binding, tensors)]));
}

/**
 * The trained weights as `model.safetensors` under the Python model's own names and layouts, for the run's `model` folder; what was not
 * trained stays as it was. Nothing for a run of another model.
 */
export async function pythonModelFiles(run: Run, weights: WeightValues): Promise<Record<string, Uint8Array>> {
  const kept = await readKept(run);
  if (!kept) return {};
  const tensors = new Map(kept.tensors);
  for (const { weight, parameter, shape, permutation } of kept.model.parameters) {
    const sizes = permutation.map((axis) => shape[axis]!);
    const values = permuted(weights.get(weight)!, sizes, inversePermutation(permutation));
    tensors.set(parameter, { ...tensors.get(parameter)!, data: new Uint8Array(values.buffer) });
  }
  return { 'model.safetensors': encodeSafetensors(tensors, kept.metadata) };
}

async function readKept(run: Run): Promise<{ model: PythonModel; tensors: StoredTensors; metadata: Record<string, string> } | undefined> {
  const text = await readFile(bindingFile(run), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return { model: pythonModelSchema.parse(JSON.parse(text)), ...decodeSafetensors(await readFile(stateFile(run))) };
  } catch (cause) {
    throw new Error(`The Python model's weights cannot be read from ${run.directory}: start a new run.`, { cause });
  }
}

function weightOf({ weight, parameter, shape, permutation }: ParameterBinding, tensors: StoredTensors): Float32Array {
  const tensor = tensors.get(parameter);
  if (tensor?.dtype !== 'F32' || tensor.data.byteLength !== 4 * elementsOf(shape)) {
    throw new Error(
      `The parameter “${parameter}”, which is the weight “${weight}”, is not there with ${elementsOf(shape)} values of float32.`,
    );
  }
  return permuted(new Float32Array(Uint8Array.from(tensor.data).buffer), shape, permutation);
}
