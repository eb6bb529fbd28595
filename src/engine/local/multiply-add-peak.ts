import type { Program } from '../program';
import type { KernelBuild } from './kernel-build';
import { LocalExecutable } from './local-executable';
import { type MemoryPlan, planMemory, recordWordsOf } from './memory-plan';
import { sharedConstants } from './shared-constants';
import { alignBytes } from './step';

const rounds = 200_000;
/** Through the time until WebAssembly's optimizing compiler has done its work. */
const attempts = 600;
const sums = 0;

/**
 * The most float32 multiply-adds per second that this many threads do with a build's vectors, measured: a kernel that computes in registers
 * alone, the fastest of many short attempts.
 */
export async function measureMultiplyAddPeak(kernels: KernelBuild, threads: number): Promise<number> {
  const program: Program = {
    batchSize: 1,
    tensors: [{ id: sums, name: 'sums', shape: [threads * kernels.lanes], perSample: false, type: 'float32', role: 'state' }],
    sections: { peak: [] },
  };
  const plan = withPeakStep(planMemory(program, { lanes: kernels.lanes, threads }, 1));
  const executable = await LocalExecutable.start(program, plan, kernels.allocate(plan.bytes, threads), threads);
  let fastest = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < attempts; attempt++) {
    // Small factors: the chains stay small numbers, which are neither infinite nor slow.
    executable.write(sums, new Float32Array(threads * kernels.lanes).fill(0.5));
    const began = performance.now();
    executable.run('peak', 1);
    fastest = Math.min(fastest, performance.now() - began);
  }
  await executable.ended();
  return (1000 * threads * kernels.lanes * sharedConstants.peakChains * rounds) / fastest;
}

/** No operation of a network lowers to this kernel, so its record joins the empty section here. */
function withPeakStep(plan: MemoryPlan): MemoryPlan {
  const step = {
    kernel: 'multiplyAddPeak',
    fields: { sums, rounds },
    samples: undefined,
    usesScratch: false,
    staysInSamples: false,
    fewestSamples: 1,
    chainSteps: 1,
    samplesAtOnce: 1,
    division: undefined,
    reversed: false,
    fetches: [],
  } as const;
  const recordWords = recordWordsOf(step);
  const section = { ...plan.sections[0]!, steps: [step], recordsAt: plan.bytes, recordWords, offsets: plan.lasting };
  return { ...plan, sections: [section], bytes: plan.bytes + alignBytes(4 * recordWords) };
}
