import type { Program, TensorId, TensorSpecification } from '../program';
import { controlWords, type FieldType, headerFields, kernelLayouts } from './kernel-layout';
import { lowerProgram } from './lower';
import { alignBytes, type LoweringTarget, type Step } from './step';

/** Where everything stands, in bytes from the start of the memory. */
export interface MemoryPlan {
  readonly bytes: number;
  readonly sections: readonly PlannedSection[];
  /** Tensors that outlive a section. */
  readonly lasting: ReadonlyMap<TensorId, number>;
}

export interface PlannedSection {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly recordsAt: number;
  readonly recordWords: number;
  /** Offset of every tensor that the section mentions. */
  readonly offsets: ReadonlyMap<TensorId, number>;
  /** Size of every tensor, the working memory of the lowering included. */
  readonly sizes: ReadonlyMap<TensorId, number>;
}

/** Bytes of a tensor with its batch dimension. */
export function tensorBytes(tensor: TensorSpecification, batchSize: number): number {
  return 4 * tensor.shape.reduce((product, size) => product * size, tensor.perSample ? batchSize : 1);
}

export const recordWordsOf = (step: Step) => Object.keys(headerFields).length + Object.keys(kernelLayouts[step.kernel]).length;

/**
 * Plans memory for a batch: the control block, the records, the lasting tensors, then one region that the sections share for their
 * temporaries, in which those whose lives do not overlap may have the same place.
 */
export function planMemory(program: Program, target: LoweringTarget, batchSize: number): MemoryPlan {
  let end = alignBytes(4 * (controlWords.claims + controlWords.claimPitch * target.threads));
  const take = (bytes: number) => {
    const start = end;
    end += alignBytes(bytes);
    return start;
  };
  const lowered = lowerProgram(program, target, batchSize).map((section) => {
    const recordWords = section.steps.reduce((words, step) => words + recordWordsOf(step), 0);
    return { ...section, recordWords, recordsAt: take(4 * recordWords) };
  });
  const lasting = new Map<TensorId, number>();
  const programSizes = new Map<TensorId, number>();
  for (const tensor of program.tensors) {
    const bytes = tensorBytes(tensor, batchSize);
    programSizes.set(tensor.id, bytes);
    if (tensor.role !== 'temporary') lasting.set(tensor.id, take(bytes));
  }
  let bytes = end;
  const sections = lowered.map(({ name, steps, recordsAt, recordWords, workTensors }) => {
    const sizes = new Map([...programSizes, ...workTensors.map(({ id, bytes: size }) => [id, size] as const)]);
    const { offsets, end: sectionEnd } = placeTemporaries(steps, (id) => (lasting.has(id) ? undefined : sizes.get(id)), end);
    bytes = Math.max(bytes, sectionEnd);
    return { name, steps, recordsAt, recordWords, offsets: new Map([...lasting, ...offsets]), sizes };
  });
  return { bytes, sections, lasting };
}

interface Life {
  readonly id: TensorId;
  readonly bytes: number;
  readonly first: number;
  last: number;
  offset: number;
}

/** Places the largest first, each at the lowest address that is free through its whole life. */
function placeTemporaries(steps: readonly Step[], bytesOf: (id: TensorId) => number | undefined, start: number) {
  const lives = new Map<TensorId, Life>();
  steps.forEach((step, index) => {
    const ids = tensorsOf(step).map(({ id }) => id);
    for (const id of step.scratch === undefined ? ids : [...ids, step.scratch]) {
      const bytes = bytesOf(id);
      const life = lives.get(id);
      if (life) life.last = index;
      else if (bytes !== undefined) lives.set(id, { id, bytes: alignBytes(bytes), first: index, last: index, offset: 0 });
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

/** The tensors that a step reads or writes, its scratch aside. */
export function tensorsOf(step: Step): { id: TensorId; written: boolean }[] {
  const fields = Object.entries<FieldType>(kernelLayouts[step.kernel]).flatMap(([field, type]) => {
    const id = type === 'place' || type === 'result' ? step.fields[field] : undefined;
    return id === undefined ? [] : [{ id, written: type === 'result' }];
  });
  return step.samples === undefined ? fields : [...fields, { id: step.samples, written: false }];
}

/** The largest batch that fits into so many bytes, 0 when not even one sample does. */
export function largestBatch(program: Program, target: LoweringTarget, limitBytes: number): number {
  let fits = 0;
  let tooMany = program.batchSize + 1;
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (planMemory(program, target, middle).bytes <= limitBytes) fits = middle;
    else tooMany = middle;
  }
  return fits;
}
