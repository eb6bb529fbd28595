import type { Program, TensorId } from '../program';
import type { ChainedStep } from './chains';
import { controlWords, profileWords } from './control-block';
import { fetchFields, headerFields, kernelLayouts } from './kernel-layout';
import { lowerProgram } from './lower';
import { alignBytes, type LoweringTarget, tensorBytes, tensorsOf } from './step';

/** Where everything stands, in bytes from the start of the memory. */
export interface MemoryPlan {
  readonly bytes: number;
  readonly sections: readonly PlannedSection[];
  /** Tensors that outlive a section. */
  readonly lasting: ReadonlyMap<TensorId, number>;
  /** Where the threads' profiles stand, and how many bytes each takes; none where nobody asked for them. */
  readonly profile: { readonly at: number; readonly bytesPerThread: number } | undefined;
}

export interface PlannedSection {
  readonly name: string;
  readonly steps: readonly ChainedStep[];
  readonly recordsAt: number;
  readonly recordWords: number;
  /** Number of its first record in the program. */
  readonly firstIndex: number;
  /** Scratch memory of thread t starts t times so many bytes further on. */
  readonly scratchAt: number;
  readonly scratchBytesPerThread: number;
  /** Offset of every tensor that the section mentions. */
  readonly offsets: ReadonlyMap<TensorId, number>;
  /** Size of every tensor, the working memory of the lowering included. */
  readonly sizes: ReadonlyMap<TensorId, number>;
}

const wordsOf = (fields: object) => Object.keys(fields).length;
export const recordWordsOf = ({ kernel, fetches }: ChainedStep) =>
  wordsOf(headerFields) + wordsOf(kernelLayouts[kernel]) + fetches.length * wordsOf(fetchFields);

/**
 * Plans memory for a batch: the control block, the records, the lasting tensors, then one region that the sections share for their
 * temporaries, in which those whose lives do not overlap may have the same place.
 */
export function planMemory(program: Program, target: LoweringTarget, batchSize: number, withProfile = false): MemoryPlan {
  let end = alignBytes(4 * (controlWords.claims + controlWords.claimPitch * target.threads));
  const take = (bytes: number) => {
    const start = end;
    end += alignBytes(bytes);
    return start;
  };
  let records = 0;
  const lowered = lowerProgram(program, target, batchSize).map((section) => {
    const recordWords = section.steps.reduce((words, step) => words + recordWordsOf(step), 0);
    const firstIndex = records;
    records += section.steps.length;
    return { ...section, recordWords, firstIndex, recordsAt: take(4 * recordWords) };
  });
  const profileBytes = alignBytes(8 * (profileWords.records + records));
  const profile = withProfile ? { at: take(target.threads * profileBytes), bytesPerThread: profileBytes } : undefined;
  const lasting = new Map<TensorId, number>();
  const programSizes = new Map<TensorId, number>();
  for (const tensor of program.tensors) {
    const bytes = tensorBytes(tensor, batchSize);
    programSizes.set(tensor.id, bytes);
    if (tensor.role !== 'temporary') lasting.set(tensor.id, take(bytes));
  }
  const scratchAt = take(target.threads * Math.max(0, ...lowered.map((section) => section.scratchBytesPerThread)));
  let bytes = end;
  const sections = lowered.map(({ name, steps, recordsAt, recordWords, firstIndex, workTensors, scratchBytesPerThread }) => {
    const sizes = new Map([...programSizes, ...workTensors.map(({ id, bytes: size }) => [id, size] as const)]);
    const { offsets, end: sectionEnd } = placeTemporaries(steps, (id) => (lasting.has(id) ? undefined : sizes.get(id)), end);
    bytes = Math.max(bytes, sectionEnd);
    const places = { recordsAt, recordWords, firstIndex, scratchAt, scratchBytesPerThread };
    return { name, steps, ...places, offsets: new Map([...lasting, ...offsets]), sizes };
  });
  return { bytes, sections, lasting, profile };
}

interface Life {
  readonly id: TensorId;
  readonly bytes: number;
  readonly first: number;
  last: number;
  offset: number;
}

/**
 * Places the largest first, each at the lowest address that is free through its whole life. Within a chain all lives are as long as the
 * chain: its first step runs again, on other samples, after its last.
 */
function placeTemporaries(steps: readonly ChainedStep[], bytesOf: (id: TensorId) => number | undefined, start: number) {
  const lives = new Map<TensorId, Life>();
  let first = 0;
  let last = 0;
  steps.forEach((step, index) => {
    if (index > last || index === 0) {
      first = index;
      last = index + step.chainSteps - 1;
    }
    for (const { id } of tensorsOf(step)) {
      const bytes = bytesOf(id);
      const life = lives.get(id);
      if (life) life.last = last;
      else if (bytes !== undefined) lives.set(id, { id, bytes: alignBytes(bytes), first, last, offset: 0 });
    }
  });
  const placed: Life[] = [];
  let end = start;
  for (const life of [...lives.values()].sort((a, b) => b.bytes - a.bytes || a.first - b.first || a.id - b.id)) {
    life.offset = start;
    for (const other of placed) {
      if (other.first > life.last || other.last < life.first) continue;
      if (other.offset >= life.offset + life.bytes) break;
      life.offset = Math.max(life.offset, other.offset + other.bytes);
    }
    const at = placed.findIndex((other) => other.offset > life.offset);
    placed.splice(at < 0 ? placed.length : at, 0, life);
    end = Math.max(end, life.offset + life.bytes);
  }
  return { offsets: new Map([...lives].map(([id, { offset }]) => [id, offset] as const)), end };
}
