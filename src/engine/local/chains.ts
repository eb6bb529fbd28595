import type { TensorId } from '../program';
import { computes, type Fetch, fetchesOf } from './fetches';
import { type Step, tensorsOf } from './step';

/**
 * Chains: neighbouring steps through which a few samples go before the next samples do, so that what one step leaves the next finds in
 * the cache. The conformance of a chain with its steps one after another rests on this: within a chain, tensors that a step writes and
 * another uses are per-sample tensors, of which both touch only the samples that they are working on. Steps may work on different lists of
 * samples: of each the stretch of the batch that the chain has come to.
 */
export interface ChainedStep extends Step {
  /** On the first step of a chain its length, 1 elsewhere. */
  readonly chainSteps: number;
  readonly samplesAtOnce: number;
  /** The list by which the threads and the parts of the chain divide the batch; none: evenly. */
  readonly division: TensorId | undefined;
  /** Every second chain begins with the last samples: a thread then finds in the cache what it touched last in the chain before. */
  readonly reversed: boolean;
  readonly fetches: readonly Fetch[];
}

/** What the samples of a chain may take up: half a second-level cache, beside those that are fetched for the next turn. */
const cacheBytes = 1 << 18;
/** A step that touches fewer bytes of a sample wants many samples at once. In a chain of larger ones it would take its time in calls. */
const largestLightStep = 1 << 11;

/**
 * Steps in an order in which those that can be chained are neighbours: what needs all samples, such as packing weights or adding up the
 * threads' sums, moves before or behind the chain where nothing in between depends on it, and so do light steps, in a chain of their own.
 * @param bytesPerSample size of one sample of a per-sample tensor of the program, nothing for other tensors.
 */
export function chainSteps(steps: readonly Step[], bytesPerSample: (id: TensorId) => number | undefined): ChainedStep[] {
  const ordered: ChainedStep[] = [];
  let reversed = false;
  let ahead = new Chain(bytesPerSample);
  let chain = new Chain(bytesPerSample);
  let behind: Step[] = [];
  const alone = (step: Step): ChainedStep => ({
    ...{ ...step, chainSteps: 1, samplesAtOnce: 1, division: step.samples, reversed: false, fetches: [] },
  });
  const finish = () => {
    for (const { steps: chained, division, samplesAtOnce, fetches } of [ahead, chain].filter(({ steps: { length } }) => length > 0)) {
      chained.forEach((step, index) => {
        ordered.push({
          ...{ ...step, chainSteps: index === 0 ? chained.length : 1, samplesAtOnce, division, reversed },
          fetches: fetches[index] ?? [],
        });
      });
      reversed = !reversed;
    }
    ordered.push(...behind.map(alone));
    [ahead, chain, behind] = [new Chain(bytesPerSample), new Chain(bytesPerSample), []];
  };
  for (const step of steps) {
    if (!step.staysInSamples) {
      if (!ahead.touches(step) && !chain.touches(step)) ordered.push(alone(step));
      else {
        behind.push(step);
        chain.watch(step);
      }
    } else if (chain.isLight(step) && chain.isHeavy && !chain.touches(step) && !ahead.conflictsWith(step)) ahead.push(step);
    else {
      if (!chain.mayTake(step)) finish();
      chain.push(step);
    }
  }
  finish();
  return ordered;
}

/** A chain as it grows. */
class Chain {
  readonly steps: Step[] = [];
  private readonly uses = new TensorUses();
  private readonly tensors = new Set<TensorId>();

  constructor(private readonly bytesPerSample: (id: TensorId) => number | undefined) {}

  push(step: Step): void {
    this.steps.push(step);
    this.watch(step);
    for (const { id } of tensorsOf(step)) this.tensors.add(id);
  }

  /** Minds a step that comes behind the chain. */
  watch(step: Step): void {
    this.uses.add(step);
  }

  get isHeavy(): boolean {
    return this.steps.some((step) => !this.isLight(step));
  }

  isLight(step: Step): boolean {
    return this.bytesOf(tensorsOf(step).map(({ id }) => id)) < largestLightStep;
  }

  /** Whether the order of a step and one of these matters. */
  touches(step: Step): boolean {
    return this.uses.some(step, () => true);
  }

  /** Whether it matters otherwise than sample by sample. */
  conflictsWith(step: Step): boolean {
    return this.uses.some(step, (id, earlier) => !(earlier.staysInSamples && step.staysInSamples && this.bytesPerSample(id) !== undefined));
  }

  mayTake(step: Step): boolean {
    if (this.steps.length === 0) return true;
    const isOfOneKind = this.isLight(step) !== this.isHeavy;
    const dividesOtherwise = computes(step) && this.steps.some((other) => computes(other) && other.samples !== step.samples);
    return isOfOneKind && !dividesOtherwise && !this.conflictsWith(step);
  }

  /** That of what takes the most time, so that threads have equal shares of it. */
  get division(): TensorId | undefined {
    const dividing = this.steps.find(computes) ?? this.steps[0]!;
    return computes(dividing) || this.steps.every(({ samples }) => samples === dividing.samples) ? dividing.samples : undefined;
  }

  get samplesAtOnce(): number {
    const fewest = Math.max(1, ...this.steps.map((step) => step.fewestSamples));
    return Math.max(fewest, Math.floor(cacheBytes / Math.max(1, this.bytesOf([...this.tensors]))));
  }

  get fetches(): Fetch[][] {
    return this.steps.length > 1 ? fetchesOf(this.steps, this.bytesPerSample) : [];
  }

  private bytesOf(ids: readonly TensorId[]): number {
    return ids.reduce((sum, id) => sum + (this.bytesPerSample(id) ?? 0), 0);
  }
}

/** Which tensors some steps use, by tensor: deep networks have thousands of steps, and comparing each with each would take seconds. */
class TensorUses {
  private readonly byTensor = new Map<TensorId, { readonly step: Step; readonly written: boolean }[]>();

  add(step: Step): void {
    for (const { id, written } of tensorsOf(step)) {
      const uses = this.byTensor.get(id);
      if (uses) uses.push({ step, written });
      else this.byTensor.set(id, [{ step, written }]);
    }
  }

  /** Whether a step and one of these use a tensor of which the condition holds, and one of the two writes it. */
  some(step: Step, condition: (id: TensorId, earlier: Step) => boolean): boolean {
    return tensorsOf(step).some(({ id, written }) =>
      this.byTensor.get(id)?.some((use) => (written || use.written) && condition(id, use.step)),
    );
  }
}
