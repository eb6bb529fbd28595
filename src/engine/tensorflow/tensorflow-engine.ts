import { readFileSync } from 'node:fs';
import { availableMemory } from '../../platform/available-memory';
import type { Engine } from '../engine';
import { physicalCores } from '../local/physical-cores';
import { requireRoom } from '../memory-room';
import type { Program } from '../program';
import { threadsInWords } from '../threads-in-words';
import { programBytes } from './memory';
import { TensorFlowExecutable } from './tensorflow-executable';
import { loadTensorFlow } from './tensorflow-library';

/**
 * The second engine: every operation by TensorFlow's own kernels, through @tensorflow/tfjs-node. A second opinion on our kernels.
 * @throws Error with one sentence when TensorFlow is not set up or does not work here.
 */
export async function createTensorFlowEngine(threads = 0): Promise<Engine> {
  if (!Number.isInteger(threads) || threads < 0 || threads > 64)
    throw new RangeError(`An engine has 1 to 64 threads, or 0 for the physical cores; not ${threads}.`);
  const wanted = threads || physicalCores();
  const library = loadTensorFlow(wanted);
  const executables = new Set<TensorFlowExecutable>();
  const checkRoom = (program: Program) =>
    requireRoom({
      engine: 'tensorflow',
      batchSize: program.batchSize,
      limit: availableMemory(),
      bytesWith: (batchSize) => programBytes(program, batchSize),
    });
  const note = `TensorFlow keeps the ${threadsInWords(library.threads)} that it was loaded with in this process; another number was asked for: ${wanted}.`;
  return {
    description: {
      name: 'tensorflow',
      build: `tfjs-node ${library.packageVersion}, TensorFlow ${library.binding.TF_Version}`,
      simd: widestVectors(),
      threads: library.threads,
      ...(library.threads !== wanted && { note }),
    },
    requireRoom: checkRoom,
    async compile(program) {
      checkRoom(program);
      const executable = new TensorFlowExecutable(program, library.binding);
      executables.add(executable);
      return executable;
    },
    async dispose() {
      for (const executable of executables) executable.dispose();
      executables.clear();
    },
  };
}

/** TensorFlow takes the widest vectors of the processor, and tells nobody which. */
function widestVectors(): string {
  if (process.arch === 'arm64') return 'NEON';
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? [];
    if (flags.includes('avx512f')) return 'up to AVX-512';
    if (flags.includes('avx2')) return 'up to AVX2';
  } catch {
    // No such file but on Linux.
  }
  return 'as TensorFlow chooses';
}
