import type { IterationRecord, MetricRecord } from '../protocol/records';

const columns = [
  'iteration',
  'executed',
  'loss',
  'accuracy',
  'learningRate',
  'dropProbability',
  'seconds',
  'imagesPerSecond',
  'iterationsExecuted',
  'iterationsDropped',
  'energyJ',
  'baselineEnergyJ',
] as const satisfies readonly (keyof IterationRecord)[];

/** A run's iterations as CSV, evaluations in the last column; an iteration that a resumed run did again stands once, as it was done last. */
export function recordsAsCsv(records: readonly MetricRecord[]): string {
  const iterations = new Map<number, IterationRecord>();
  const testAccuracy = new Map<number, number>();
  for (const record of records) {
    if (record.type === 'iteration') iterations.set(record.iteration, record);
    if (record.type === 'evaluation') testAccuracy.set(record.iteration, record.accuracy);
  }
  const rows = [...iterations.values()]
    .sort((a, b) => a.iteration - b.iteration)
    .map((record) =>
      [...columns.map((column) => String(record[column] ?? '')), String(testAccuracy.get(record.iteration) ?? '')].join(','),
    );
  return `${[[...columns, 'testAccuracy'].join(','), ...rows].join('\n')}\n`;
}
