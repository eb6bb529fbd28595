import { cpus } from 'node:os';
import { chooseBuild } from '../../engine/local/local-engine';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  /** Of the processor, or `AVX2` where all libraries are held to it. */
  readonly vectors: string;
  /** Sentence on figures that this processor cannot give. */
  readonly note?: string;
}

/** What the figures come from. */
export async function describeMachine(heldToAvx2: boolean): Promise<Machine> {
  const widest = await chooseBuild('native').then(
    ({ kernels }) => kernels.simd,
    () => undefined,
  );
  const lacks = process.arch === 'x64' && widest !== undefined && widest !== 'AVX-512' && !heldToAvx2;
  const note = `This processor has no AVX-512 (our native build runs ${widest} here): figures against AVX-512 are unavailable.`;
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: cpus().length,
    node: process.versions.node,
    vectors: heldToAvx2 ? 'AVX2' : (widest ?? 'no native build'),
    ...(lacks && { note }),
  };
}

export function machineInWords({ cpu, cores, node, vectors }: Machine): string {
  return `${cpu}, ${cores} logical cores, ${vectors}, Node ${node}`;
}
