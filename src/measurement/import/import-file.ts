import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { layerSignature } from '../../network/layer-signature';
import type { LayerGraph } from '../../protocol/layer-graph';
import type { MeasurementFile, MeasurementRow } from '../../protocol/measurements';
import type { MeasurementStore } from '../measurement-store';
import { type ImportOptions, readMeasurements } from './read-measurements';

export interface ImportTask extends Omit<ImportOptions, 'file' | 'labels'> {
  readonly path: string;
  readonly labelsPath?: string;
  /** The model that the file's layers are of: rows then hold for all layers that do the same work, and for no layer that was changed since. */
  readonly graph?: LayerGraph;
}

/**
 * Takes a CSV file of measured energies into the workspace's measurements.
 * @throws Error with one sentence when it cannot be read or written; nothing is kept of it then.
 */
export function importFile(store: MeasurementStore, { path, labelsPath, graph, ...options }: ImportTask): MeasurementFile {
  const file = basename(path);
  const bytes = readOrSay(path);
  const labels = labelsPath === undefined ? {} : { labels: readOrSay(labelsPath).toString('utf8') };
  const { format, rows } = readMeasurements(bytes.toString('utf8'), { ...options, ...labels, file });
  const now = new Date().toISOString();
  return store.create({
    title: file,
    ended: now,
    state: 'complete',
    origin: { kind: 'import', format, file: resolve(path), sha256: createHash('sha256').update(bytes).digest('hex') },
    ...(graph && { network: { name: graph.name } }),
    rows: graph ? rows.map((row) => signed(row, graph)) : rows,
    events: [],
  });
}

/** @throws Error when the model has no layer of that name. */
function signed(row: MeasurementRow, graph: LayerGraph): MeasurementRow {
  const layer = graph.layers.find(({ name }) => name === row.layer);
  if (!layer) throw new Error(`The model “${graph.name}” has no layer “${row.layer}”, which the file has figures of: name its model.`);
  return { ...row, signature: layerSignature(graph, layer) };
}

function readOrSay(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(
      `${resolve(path)} cannot be read: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}.`,
    );
  }
}
