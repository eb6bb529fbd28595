import type { Engine } from '../engine';
import { requireRoom } from '../memory-room';
import type { Program } from '../program';
import { type AllocatedMemory, type KernelBuild, nativeBuild, wasmBuild } from './kernel-build';
import { LocalExecutable } from './local-executable';
import { planMemory } from './memory-plan';
import { physicalCores } from './physical-cores';
import { checkBuild } from './self-check';

export type LocalBuildName = 'native' | 'wasm-relaxed' | 'wasm-plain';

export interface LocalEngineOptions {
  /** `auto`: native where it works, else wasm; `wasm`: relaxed SIMD where the runtime has it, else plain. */
  readonly build?: 'auto' | 'wasm' | LocalBuildName;
  /** 0 or none: the physical cores. */
  readonly threads?: number;
  /** Whether the threads note how long each kernel takes. */
  readonly profile?: boolean;
}

export interface LocalEngine extends Engine {
  compile(program: Program): Promise<LocalExecutable>;
}

/**
 * The default engine: our kernels on worker threads over one shared memory.
 * @throws Error with one sentence when the build asked for does not work here.
 */
export async function createLocalEngine({ build = 'auto', threads = 0, profile = false }: LocalEngineOptions = {}): Promise<LocalEngine> {
  if (!Number.isInteger(threads) || threads < 0 || threads > 64)
    throw new RangeError(`An engine has 1 to 64 threads, or 0 for the physical cores; not ${threads}.`);
  const { kernels, note } = await chooseBuild(build);
  const threadCount = threads || physicalCores();
  const target = { lanes: kernels.lanes, threads: threadCount };
  const executables = new Set<LocalExecutable>();
  const checkRoom = (program: Program) =>
    requireRoom({
      engine: kernels.name,
      batchSize: program.batchSize,
      limit: kernels.memoryLimit(),
      bytesWith: (batchSize) => planMemory(program, target, batchSize, profile).bytes,
    });
  return {
    description: { name: 'local', build: kernels.name, simd: kernels.simd, threads: threadCount, ...(note && { note }) },
    requireRoom: checkRoom,
    async compile(program) {
      checkRoom(program);
      const plan = planMemory(program, target, program.batchSize, profile);
      const executable = await LocalExecutable.start(program, plan, allocate(kernels, plan.bytes, threadCount), threadCount);
      executables.add(executable);
      return executable;
    },
    async dispose() {
      await Promise.all([...executables].map((executable) => executable.ended()));
      executables.clear();
    },
  };
}

/** What the machine has, a process may still not be given: limits of address space, or no stretch of it long enough. */
function allocate(kernels: KernelBuild, bytes: number, threads: number): AllocatedMemory {
  try {
    return kernels.allocate(bytes, threads);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Error(
      `The system does not give the ${(bytes / 1e9).toFixed(2)} GB of memory that this batch needs (${reason}): choose a smaller one.`,
      {
        cause,
      },
    );
  }
}

const builders: Readonly<Record<LocalBuildName, () => KernelBuild>> = {
  native: nativeBuild,
  'wasm-relaxed': () => wasmBuild('relaxed'),
  'wasm-plain': () => wasmBuild('plain'),
};

/** The first of the candidates that works; the note says why it is not the first of all. */
export async function chooseBuild(wanted: NonNullable<LocalEngineOptions['build']>): Promise<{ kernels: KernelBuild; note?: string }> {
  const candidates: readonly LocalBuildName[] =
    wanted === 'auto' ? ['native', 'wasm-relaxed', 'wasm-plain'] : wanted === 'wasm' ? ['wasm-relaxed', 'wasm-plain'] : [wanted];
  const reasons: string[] = [];
  for (const candidate of candidates) {
    try {
      const kernels = builders[candidate]();
      if (candidate === 'native') await checkBuild(kernels);
      return reasons.length > 0 ? { kernels, note: reasons.join(' ') } : { kernels };
    } catch (failure) {
      reasons.push(`The ${candidate} kernels cannot be used: ${(failure as Error).message}`);
    }
  }
  throw new Error(reasons.join(' '));
}
