import type { Tensor } from './kernel-calls';
import type { OperationContext, OperationOf } from './operation-context';

export function zeroPadding2d(context: OperationContext, { x, y, top, left }: OperationOf<'zeroPadding2d'>): void {
  const [height, width] = context.shape(x) as [number, number];
  const [paddedHeight, paddedWidth] = context.shape(y) as [number, number];
  const rows = [top, paddedHeight - height - top] as const;
  const columns = [left, paddedWidth - width - left] as const;
  context.set(y, context.kernels.pad(context.get(x), [[0, 0], rows, columns, [0, 0]]));
}

export function zeroPadding2dGradient(context: OperationContext, { dy, dx, top, left }: OperationOf<'zeroPadding2dGradient'>): void {
  context.set(dx, context.kernels.slice(context.get(dy), [0, top, left, 0], [context.count, ...context.shape(dx)]));
}

export function concatenatePart(context: OperationContext, { part, whole, offset }: OperationOf<'concatenatePart'>): void {
  const before = context.get(whole);
  const channels = context.shape(part).at(-1)!;
  const after = offset + channels;
  const parts = [
    channelsOf(context, before, 0, offset),
    context.get(part),
    channelsOf(context, before, after, before.shape.at(-1)! - after),
  ];
  const present = parts.filter((piece) => piece !== undefined);
  context.set(whole, context.kernels.concatenate(present, before.shape.length - 1));
}

export function concatenatePartGradient(context: OperationContext, operation: OperationOf<'concatenatePartGradient'>): void {
  const { dwhole, dpart, offset } = operation;
  context.set(dpart, channelsOf(context, context.get(dwhole), offset, context.shape(dpart).at(-1)!)!);
}

/** Some of the last axis; nothing where they are none. */
function channelsOf(context: OperationContext, tensor: Tensor, offset: number, count: number): Tensor | undefined {
  if (count === 0) return undefined;
  const others = tensor.shape.slice(0, -1);
  return context.kernels.slice(tensor, [...others.map(() => 0), offset], [...others, count]);
}
