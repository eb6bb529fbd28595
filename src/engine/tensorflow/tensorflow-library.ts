import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The parts of @tensorflow/tfjs-node's native binding that we use: TensorFlow's eager operations on tensors known by number. */
export interface TensorFlowBinding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_TYPE: number;
  createTensor(shape: readonly number[], type: number, values: Float32Array | Int32Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array;
  executeOp(
    name: string,
    attributes: readonly { name: string; type: number; value: unknown }[],
    inputs: readonly number[],
    outputs: number,
  ): { id: number; shape: number[]; dtype: number }[];
  getNumOfTensors(): number;
}

export interface TensorFlowLibrary {
  readonly binding: TensorFlowBinding;
  /** Version of @tensorflow/tfjs-node. */
  readonly packageVersion: string;
  /** Threads of one operation; set when the process loads TensorFlow for the first time, and the same from then on. */
  readonly threads: number;
}

let loaded: TensorFlowLibrary | undefined;

/**
 * Loads TensorFlow through @tensorflow/tfjs-node, once in a process.
 * @throws Error with one sentence when it does not work here.
 */
export function loadTensorFlow(threads: number): TensorFlowLibrary {
  loaded ??= load(threads);
  return loaded;
}

/** Node removed functions in 23 that tfjs-node 4.22 calls. */
const firstBrokenNode = 23;
const instead = 'choose the engine “native” or “wasm”';

/** Where the package lies, or null where it is not installed. */
function installedPackage(): string | null {
  try {
    return dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
  } catch {
    return null;
  }
}

/**
 * Version of the @tensorflow/tfjs-node that is set up, found without loading it: its library has half a gigabyte.
 * @throws Error with one sentence when there is none that works on this Node.
 */
export function findTensorFlow(node = process.versions.node, folder = installedPackage()): string {
  if (Number(node.split('.')[0]) >= firstBrokenNode)
    throw new Error(
      `The engine “tensorflow” does not work on Node ${node}, since @tensorflow/tfjs-node 4.22 needs an older one (20 or 22): ${instead}.`,
    );
  if (folder === null)
    throw new Error(
      `The engine “tensorflow” needs @tensorflow/tfjs-node, which is not installed here (the packaged extension comes without it): ${instead}; in a clone of E2-Train “npm run engine:tensorflow” sets it up for the command line.`,
    );
  if (!existsSync(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node')))
    throw new Error(`The engine “tensorflow” is not set up: run “npm run engine:tensorflow”, or ${instead}.`);
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

function load(threads: number): TensorFlowLibrary {
  const packageVersion = findTensorFlow();
  // The library reads these when it makes its thread pools. Its remarks about the processor would end up in the run's log as if they were faults.
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.TF_NUM_INTEROP_THREADS = '1';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  try {
    const { backend } = require('@tensorflow/tfjs-node') as { backend(): { binding: TensorFlowBinding } };
    return { binding: backend().binding, packageVersion, threads };
  } catch (failure) {
    const reason = (failure as Error).message.split('\n')[0]!.trim();
    throw new Error(`TensorFlow's library does not load here: run “npm run engine:tensorflow” again, or ${instead}. (${reason})`, {
      cause: failure,
    });
  }
}
