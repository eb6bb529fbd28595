import type { TensorId } from '../program';
import type { KernelName } from './kernel-layout';
import { type Step, tensorsOf } from './step';

/**
 * What a step of a chain asks memory for while it computes, so that memory and arithmetic take their time together: a tensor that a later
 * step of the chain is the first to touch, or that an earlier one will touch when the next samples come.
 */
export interface Fetch {
  readonly tensor: TensorId;
  readonly bytesPerSample: number;
  /** 0: of the samples that the chain is working on; 1: of those that come next. */
  readonly partsAhead: 0 | 1;
}

/** Kernels that compute more than they move, and fetch (`fetch_ahead.h`). */
const fetchingKernels: ReadonlySet<KernelName> = new Set<KernelName>([
  'convolution',
  'convolutionWeightGradient',
  'winogradConvolution',
  'winogradWeightGradient',
]);

/**
 * What each step of a chain fetches: a tensor is fetched by the last fetching step before the first that touches it, in the order in which
 * they are touched.
 * @param bytesPerSample size of one sample of a per-sample tensor of the program, nothing for other tensors.
 */
export function fetchesOf(chain: readonly Step[], bytesPerSample: (id: TensorId) => number | undefined): Fetch[][] {
  const fetches: Fetch[][] = chain.map(() => []);
  const last = chain.findLastIndex(({ kernel }) => fetchingKernels.has(kernel));
  if (last < 0) return fetches;
  const ofNextSamples: Fetch[] = [];
  const touched = new Set<TensorId>();
  chain.forEach((step, index) => {
    const fetching = chain.findLastIndex(({ kernel }, before) => before < index && fetchingKernels.has(kernel));
    for (const { id } of tensorsOf(step)) {
      const bytes = bytesPerSample(id);
      if (bytes === undefined || touched.has(id)) continue;
      touched.add(id);
      if (fetching < 0) ofNextSamples.push({ tensor: id, bytesPerSample: bytes, partsAhead: 1 });
      else fetches[fetching]!.push({ tensor: id, bytesPerSample: bytes, partsAhead: 0 });
    }
  });
  fetches[last]!.push(...ofNextSamples);
  return fetches;
}
