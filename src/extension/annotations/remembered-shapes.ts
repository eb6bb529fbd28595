import type { InspectionResult } from '../../protocol/inspection';

/** Input shapes that a person gave for models that leave theirs open: by file, then by export; '' stands for the whole file. */
export type RememberedShapes = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

export function rememberShape(
  shapes: RememberedShapes,
  file: string,
  exportName: string | undefined,
  shape: readonly number[],
): RememberedShapes {
  return { ...shapes, [file]: { ...shapes[file], [exportName ?? '']: shape } };
}

export function rememberedShape(shapes: RememberedShapes, file: string, exportName: string | undefined): readonly number[] | undefined {
  const ofFile = shapes[file];
  return ofFile?.[exportName ?? ''] ?? ofFile?.[''];
}

type Inspect = (inputShape: number[] | undefined) => Promise<InspectionResult>;

/**
 * Inspects a file with the shapes that were given for it. An inspection takes one shape for all the file's open models, so where exports
 * were given different ones the file is inspected once for each and every export is taken from its own.
 */
export async function inspectWithShapes(shapes: RememberedShapes, file: string, inspect: Inspect): Promise<InspectionResult> {
  const ofFile = Object.entries(shapes[file] ?? {});
  const distinct = new Map(ofFile.map(([, shape]) => [shape.join('x'), [...shape]]));
  const [first, ...others] = distinct.values();
  let result = await inspect(first);
  for (const shape of others) {
    const names = new Set(ofFile.filter(([, given]) => given.join('x') === shape.join('x')).map(([name]) => name));
    const again = await inspect(shape);
    result = { ...result, models: result.models.map((model) => (names.has(model.exportName) ? replacement(again, model) : model)) };
  }
  return result;
}

function replacement(result: InspectionResult, model: InspectionResult['models'][number]) {
  return result.models.find(({ exportName }) => exportName === model.exportName) ?? model;
}
