import type { Layer, LayerGraph } from '../protocol/layer-graph';
import type { FigureRow, MeasurementFile, MeasurementRow } from '../protocol/measurements';
import { layerSignature } from './layer-signature';

/** A stored figure that holds for a layer, and the file that it stands in. */
export interface LayerMeasurement {
  readonly row: FigureRow;
  readonly file: MeasurementFile;
  /** Whether the row is of a layer that does the same work, or only of one that has the same name. */
  readonly by: 'signature' | 'name';
}

/**
 * All figures of measurement files that hold for a layer, newest file first. A row that tells what its layer computed holds for every layer
 * that computes the same, and for no other: a layer whose shape was changed keeps none. A row with a name alone holds for that name.
 */
export function measurementsOf(graph: LayerGraph, layer: Layer, files: readonly MeasurementFile[]): LayerMeasurement[] {
  const signature = layerSignature(graph, layer);
  return [...files]
    .sort((a, b) => b.created.localeCompare(a.created))
    .flatMap((file) =>
      file.rows.flatMap((row): LayerMeasurement[] => {
        if (row.kind === 'unavailable') return [];
        if (row.signature === undefined) return row.layer === layer.name ? [{ row, file, by: 'name' }] : [];
        return row.signature === signature ? [{ row, file, by: 'signature' }] : [];
      }),
    );
}

/** The board that a row was measured on, where the row or its file tells one. */
export function boardOf({ row, file }: { readonly row: MeasurementRow; readonly file: MeasurementFile }): string | undefined {
  return (row.kind === 'unavailable' ? undefined : row.board) ?? (file.origin.kind === 'board' ? file.origin.board : undefined);
}
