import { layerSignature } from '../../../src/network/layer-signature';
import { type FigureRow, type MeasurementFile, measurementFileSchema } from '../../../src/protocol/measurements';
import { inspectedModel } from '../annotations/model-of-two-lines';

/** A row that holds for the three equal convolutions of the example model. */
export function convolutionRow(values: Partial<FigureRow> = {}): FigureRow {
  const { graph } = inspectedModel;
  return {
    layer: 'a',
    signature: layerSignature(graph, graph.layers.find(({ name }) => name === 'a')!),
    phase: 'forward',
    precision: 'int8',
    kind: 'measured',
    batchSize: 1,
    energyJ: 2e-6,
    standardErrorJ: 1e-7,
    idleW: 0.4,
    repeats: 5,
    executions: 100,
    source: 'ina226',
    ...values,
  };
}

export function measurementFile(rows: MeasurementFile['rows'], values: Partial<MeasurementFile> = {}): MeasurementFile {
  return measurementFileSchema.parse({
    format: 1,
    id: 'first',
    title: 'model.ts on Ultra96',
    created: '2026-03-04T10:00:00.000Z',
    state: 'complete',
    origin: { kind: 'board', board: 'Ultra96', address: 'root@ultra96', bootIds: ['one'], workload: './run {layer.json}' },
    rows,
    events: [],
    ...values,
  });
}
