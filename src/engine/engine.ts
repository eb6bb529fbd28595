import type { Program, TensorId } from './program';

/** What computed a number: enough for a run's record. */
export interface EngineDescription {
  readonly name: 'local' | 'tensorflow';
  /** `native linux-x64`, `wasm relaxed SIMD`, … */
  readonly build: string;
  /** `AVX-512`, `AVX2`, `NEON`, `SIMD128`, … */
  readonly simd: string;
  readonly threads: number;
  /** One sentence on why this build and not the first choice; absent when it is the first choice. */
  readonly note?: string;
}

/** A program with its memory, ready to run. */
export interface Executable {
  /** Bytes planned, all tensors and scratch. */
  readonly memoryBytes: number;
  /**
   * Copies values into a tensor; for a per-sample tensor those of the first samples.
   * @throws RangeError when there are more values than the tensor holds.
   */
  write(tensor: TensorId, values: Float32Array | Int32Array): void;
  /** A copy of a tensor's values; for a per-sample tensor of the first `samples`. */
  read(tensor: TensorId, samples?: number): Float32Array | Int32Array;
  /** Runs one section on the first `samples` of the batch and returns when it is done. The same inputs give the same bits for one build and thread count. */
  run(section: string, samples: number): void;
  dispose(): void;
}

export interface Engine {
  readonly description: EngineDescription;
  /** @throws Error with one sentence when the program needs more memory than there is; it names the batch that fits. Takes no memory itself. */
  requireRoom(program: Program): void;
  /** @throws Error as `requireRoom` does, before anything runs. */
  compile(program: Program): Promise<Executable>;
  dispose(): Promise<void>;
}
