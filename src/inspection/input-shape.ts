const directive = /e2train:\s*input\s+(\d+(?:\s*[x×,]\s*\d+)*)/i;

/** Input shape of the comment `// e2train: input 32x32x3`, without the batch dimension. */
export function inputShapeDirective(text: string): number[] | undefined {
  const shape = directive
    .exec(text)?.[1]
    ?.split(/\s*[x×,]\s*/)
    .map(Number);
  return shape?.every((size) => size > 0) ? shape : undefined;
}

type OpenShape = readonly (number | null | undefined)[];

/** Whether a dimension other than the batch is left open. */
export function isOpen(batchShape: OpenShape): boolean {
  return batchShape.slice(1).some((size) => size === null || size === undefined);
}

/** Fills open dimensions of a shape with a leading batch dimension from the given one; unchanged where the two do not fit. */
export function filledShape(batchShape: OpenShape, given: readonly number[] | undefined): (number | null)[] {
  const unchanged = batchShape.map((size) => size ?? null);
  if (!given || given.length !== batchShape.length - 1) return unchanged;
  const fits = given.every((size, axis) => (unchanged[axis + 1] ?? size) === size);
  return fits ? [unchanged[0]!, ...given] : unchanged;
}
