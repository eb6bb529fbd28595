import type { TensorId } from '../program';
import { type Fetch, fetchesOf } from './fetches';
import { type Step, tensorsOf } from './step';

/**
 * Chains: neighbouring steps through which a few samples go before the next samples do, so that what one step leaves the next finds in
 * the cache. The conformance of a chain with its steps one after another rests on this: within a chain, tensors that a step writes and
 * another uses are per-sample tensors, of which both touch only the samples that they are working on.
 */
export interface ChainedStep extends Step {
  /** On the first step of a chain its length, 1 elsewhere. */
  readonly chainSteps: number;
  readonly samplesAtOnce: number;
  /** Every second chain begins with the last samples: a thread then finds in the cache what it touched last in the chain before. */
  readonly reversed: boolean;
  readonly fetches: readonly Fetch[];
}

/** What the samples of a chain may take up: half a second-level cache, beside those that are fetched for the next turn. */
const cacheBytes = 1 << 18;

/**
 * Steps in an order in which those that can be chained are neighbours: what needs all samples, such as packing weights or adding up the
 * threads' sums, moves before or behind the chain where nothing in between depends on it.
 * @param bytesPerSample size of one sample of a per-sample tensor of the program, nothing for other tensors.
 */
export function chainSteps(steps: readonly Step[], bytesPerSample: (id: TensorId) => number | undefined): ChainedStep[] {
  const ordered: ChainedStep[] = [];
  let chain: Step[] = [];
  let reversed = false;
  let postponed: Step[] = [];
  let uses = new TensorUses(bytesPerSample);
  const alone = (step: Step): ChainedStep => ({ ...step, chainSteps: 1, samplesAtOnce: 1, reversed: false, fetches: [] });
  const finishChain = () => {
    const samplesAtOnce = samplesOf(chain);
    const fetches = chain.length > 1 ? fetchesOf(chain, bytesPerSample) : [];
    chain.forEach((step, index) => {
      ordered.push({ ...step, chainSteps: index === 0 ? chain.length : 1, samplesAtOnce, reversed, fetches: fetches[index] ?? [] });
    });
    ordered.push(...postponed.map(alone));
    if (chain.length > 0) reversed = !reversed;
    chain = [];
    postponed = [];
    uses = new TensorUses(bytesPerSample);
  };
  for (const step of steps) {
    const conflicts = uses.conflictWith(step);
    if (step.staysInSamples) {
      if (conflicts || (chain[0] && chain[0].samples !== step.samples)) finishChain();
      chain.push(step);
      uses.add(step);
    } else if (conflicts) {
      postponed.push(step);
      uses.add(step);
    } else ordered.push(alone(step));
  }
  finishChain();
  return ordered;

  function samplesOf(chained: readonly Step[]): number {
    const ids = new Set(chained.flatMap(tensorsOf).map(({ id }) => id));
    const bytes = [...ids].reduce((sum, id) => sum + (bytesPerSample(id) ?? 0), 0);
    const fewest = Math.max(1, ...chained.map((step) => step.fewestSamples));
    return Math.max(fewest, Math.floor(cacheBytes / Math.max(1, bytes)));
  }
}

/** Which tensors some steps use, by tensor: deep networks have thousands of steps, and comparing each with each would take seconds. */
class TensorUses {
  private readonly byTensor = new Map<TensorId, { readonly step: Step; readonly written: boolean }[]>();

  constructor(private readonly bytesPerSample: (id: TensorId) => number | undefined) {}

  add(step: Step): void {
    for (const { id, written } of tensorsOf(step)) {
      const uses = this.byTensor.get(id);
      if (uses) uses.push({ step, written });
      else this.byTensor.set(id, [{ step, written }]);
    }
  }

  /** Whether a step depends on one of these, or one of these on it, otherwise than sample by sample. */
  conflictWith(step: Step): boolean {
    return tensorsOf(step).some(({ id, written }) =>
      this.byTensor.get(id)?.some((use) => (written || use.written) && !this.sampleBySample(id, use.step, step)),
    );
  }

  private sampleBySample(id: TensorId, a: Step, b: Step): boolean {
    return a.staysInSamples && b.staysInSamples && a.samples === b.samples && this.bytesPerSample(id) !== undefined;
  }
}
