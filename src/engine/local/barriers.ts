import type { Program } from '../program';
import type { ChainedStep } from './chains';
import type { PlannedSection } from './memory-plan';
import { alignBytes, tensorsOf } from './step';

/** One step's use of a stretch of memory. */
interface Access {
  readonly from: number;
  readonly to: number;
  readonly written: boolean;
  /** Two uses with the same partition give each thread the same part, so that neither thread sees the other's. */
  readonly partition: string | undefined;
}

const conflict = (a: Access, b: Access) =>
  (a.written || b.written) && a.from < b.to && b.from < a.to && (a.partition === undefined || a.partition !== b.partition);

/**
 * After which steps all threads must wait for one another: before a step that touches memory which another thread may still be using
 * since the last barrier. A layer that follows another sample by sample needs none, and within a chain there is none: what any of its
 * steps has to wait for, the whole chain waits for.
 */
export function barriersOf(section: PlannedSection, program: Program): boolean[] {
  const perSample = new Set(program.tensors.filter((tensor) => tensor.perSample).map(({ id }) => id));
  const barriers = section.steps.map(() => false);
  let pending: Access[] = [];
  for (let first = 0; first < section.steps.length; first += section.steps[first]!.chainSteps) {
    const accesses = section.steps.slice(first, first + section.steps[first]!.chainSteps).flatMap(accessesOf);
    if (pending.some((earlier) => accesses.some((access) => conflict(earlier, access)))) {
      barriers[first - 1] = true;
      pending = [];
    }
    pending.push(...accesses);
  }
  return barriers;

  function accessesOf(step: ChainedStep): Access[] {
    return tensorsOf(step).map(({ id, written }) => {
      const from = section.offsets.get(id)!;
      const partition = step.staysInSamples && perSample.has(id) ? `${step.division ?? 'all'}:${id}` : undefined;
      return { from, to: from + alignBytes(section.sizes.get(id)!), written, partition };
    });
  }
}
