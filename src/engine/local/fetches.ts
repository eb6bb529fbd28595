import type { TensorId } from '../program';
import type { KernelName } from './kernel-layout';
import { type Step, tensorsOf } from './step';

/**
 * What a step of a chain asks memory for while it computes, so that memory and arithmetic take their time together: a tensor that a later
 * step of the chain is the first to touch, or that an earlier one will touch when the next samples come.
 */
export interface Fetch {
  readonly tensor: TensorId;
  /** The list of samples of which it is fetched: that of the step that touches it first; none for all. */
  readonly samples: TensorId | undefined;
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

/** Whether a step computes more than it moves. */
export const computes = ({ kernel }: Step) => fetchingKernels.has(kernel);

/**
 * What each step of a chain fetches: a tensor is fetched by the last fetching step before the first that touches it, in the order in which
 * they are touched.
 * @param bytesPerSample size of one sample of a per-sample tensor of the program, nothing for other tensors.
 */
export function fetchesOf(chain: readonly Step[], bytesPerSample: (id: TensorId) => number | undefined): Fetch[][] {
  const fetches: Fetch[][] = chain.map(() => []);
  const last = chain.findLastIndex(computes);
  if (last < 0) return fetches;
  const ofNextSamples: Fetch[] = [];
  const touched = new Set<TensorId>();
  chain.forEach((step, index) => {
    const fetching = chain.findLastIndex((earlier, before) => before < index && computes(earlier));
    for (const { id } of tensorsOf(step)) {
      const bytes = bytesPerSample(id);
      if (bytes === undefined || touched.has(id)) continue;
      touched.add(id);
      const fetch = { tensor: id, samples: step.samples, bytesPerSample: bytes };
      if (fetching < 0) ofNextSamples.push({ ...fetch, partsAhead: 1 });
      else fetches[fetching]!.push({ ...fetch, partsAhead: 0 });
    }
  });
  fetches[last]!.push(...ofNextSamples);
  return fetches;
}
