import type { Program } from '../program';
import { type PlannedSection, tensorsOf } from './memory-plan';
import { alignBytes, type Step } from './step';

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
 * since the last barrier. A layer that follows another sample by sample needs none.
 */
export function barriersOf(section: PlannedSection, program: Program, threads: number): boolean[] {
  const perSample = new Set(program.tensors.filter((tensor) => tensor.perSample).map(({ id }) => id));
  const barriers = section.steps.map(() => false);
  let pending: Access[] = [];
  section.steps.forEach((step, index) => {
    const accesses = accessesOf(step);
    if (index > 0 && pending.some((earlier) => accesses.some((access) => conflict(earlier, access)))) {
      barriers[index - 1] = true;
      pending = [];
    }
    pending.push(...accesses);
  });
  return barriers;

  function accessesOf(step: Step): Access[] {
    const accesses = tensorsOf(step).map(({ id, written }) => {
      const from = section.offsets.get(id)!;
      const partition = step.staysInSamples && perSample.has(id) ? `${step.samples ?? 'all'}:${id}` : undefined;
      return { from, to: from + alignBytes(section.sizes.get(id)!), written, partition };
    });
    if (step.scratch === undefined) return accesses;
    const from = section.offsets.get(step.scratch)!;
    const to = from + step.scratchBytesPerThread * threads;
    return [...accesses, { from, to, written: true, partition: `scratch:${from}:${step.scratchBytesPerThread}` }];
  }
}
