import type { Operation, Program, TensorId, TensorSpecification } from '../program';

/** Bytes of a tensor with its batch dimension. */
function tensorBytes(tensor: TensorSpecification, batchSize: number): number {
  return 4 * tensor.shape.reduce((product, size) => product * size, tensor.perSample ? batchSize : 1);
}

export function tensorsOf(operation: Operation): TensorId[] {
  const { kind, window, momentum, epsilon, weightDecay, rate, offset, top, left, ...rest } = operation as unknown as Record<
    string,
    unknown
  >;
  return Object.values(rest).filter((value) => typeof value === 'number');
}

/** For each operation of a section the temporaries that nothing after it uses. */
export function lastUses(program: Program, section: readonly Operation[]): TensorId[][] {
  const temporary = new Set(program.tensors.filter(({ role }) => role === 'temporary').map(({ id }) => id));
  const last = new Map<TensorId, number>();
  section.forEach((operation, index) => {
    for (const id of tensorsOf(operation)) if (temporary.has(id)) last.set(id, index);
  });
  return section.map((_, index) => [...last].filter(([, at]) => at === index).map(([id]) => id));
}

/** Bytes of all lasting tensors and of the temporaries that live at once; what TensorFlow's kernels take for themselves comes on top. */
export function programBytes(program: Program, batchSize: number): number {
  const bytes = new Map(program.tensors.map((tensor) => [tensor.id, tensorBytes(tensor, batchSize)]));
  const lasting = program.tensors.filter(({ role }) => role !== 'temporary').reduce((sum, { id }) => sum + bytes.get(id)!, 0);
  const peaks = Object.values(program.sections).map((section) => peakOfTemporaries(program, section, bytes));
  return lasting + Math.max(0, ...peaks);
}

function peakOfTemporaries(program: Program, section: readonly Operation[], bytes: ReadonlyMap<TensorId, number>): number {
  const ended = lastUses(program, section);
  const temporary = new Set(ended.flat());
  const live = new Set<TensorId>();
  let now = 0;
  let peak = 0;
  section.forEach((operation, index) => {
    for (const id of tensorsOf(operation))
      if (temporary.has(id) && !live.has(id)) {
        live.add(id);
        now += bytes.get(id)!;
      }
    peak = Math.max(peak, now);
    for (const id of ended[index]!) now -= bytes.get(id)!;
  });
  return peak;
}
