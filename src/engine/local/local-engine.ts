import type { Engine } from '../engine';
import type { Program } from '../program';
import { type KernelBuild, nativeBuild, wasmBuild } from './kernel-build';
import { LocalExecutable } from './local-executable';
import { largestBatch, planMemory } from './memory-plan';
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
  const executables = new Set<LocalExecutable>();
  return {
    description: { name: 'local', build: kernels.name, simd: kernels.simd, threads: threadCount, ...(note && { note }) },
    async compile(program) {
      const executable = await compileFor(kernels, threadCount, program, profile);
      executables.add(executable);
      return executable;
    },
    async dispose() {
      await Promise.all([...executables].map((executable) => executable.ended()));
      executables.clear();
    },
  };
}

async function compileFor(kernels: KernelBuild, threads: number, program: Program, profile: boolean): Promise<LocalExecutable> {
  const target = { lanes: kernels.lanes, threads };
  const plan = planMemory(program, target, program.batchSize, profile);
  const limit = kernels.memoryLimit();
  if (plan.bytes > limit) {
    const fits = largestBatch(program, target, limit);
    const advice = fits > 0 ? `a batch of ${fits} fits` : 'not even a batch of 1 fits';
    throw new Error(
      `A batch of ${program.batchSize} needs ${gigabytes(plan.bytes)} of memory, and the ${kernels.name} engine has ${gigabytes(limit)}: ${advice}.`,
    );
  }
  return LocalExecutable.start(program, plan, kernels.allocate(plan.bytes, threads), threads);
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;

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
