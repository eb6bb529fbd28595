import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IterationRecord, MetricRecord } from '../../src/protocol/records';

export function iterationRecord(iteration: number): IterationRecord {
  return {
    type: 'iteration',
    iteration,
    executed: true,
    loss: 1,
    accuracy: 0.5,
    learningRate: 0.1,
    dropProbability: 0,
    seconds: iteration,
    imagesPerSecond: 1,
    iterationsExecuted: iteration,
    iterationsDropped: 0,
    energyJ: iteration,
    baselineEnergyJ: iteration,
  };
}

export const layerEnergyRecord = (iteration: number): MetricRecord => ({
  type: 'layerEnergy',
  iteration,
  layers: [{ name: 'conv1', forward: iteration, inputGradient: 0, weightGradient: 0, update: 0 }],
});

export const evaluationRecord = (iteration: number): MetricRecord => ({
  type: 'evaluation',
  iteration,
  images: 10,
  loss: 1,
  accuracy: 0.5,
  energyJ: iteration,
});

/** Writes records as a run folder has them, numbered from `first`. */
export function writeRecords(directory: string, records: readonly MetricRecord[], first = 1): void {
  const lines = { 'metrics.jsonl': '', 'layers.jsonl': '' };
  for (const [index, record] of records.entries()) {
    const file = record.type === 'layerEnergy' ? 'layers.jsonl' : 'metrics.jsonl';
    lines[file] += `${JSON.stringify({ sequence: first + index, record })}\n`;
  }
  for (const [file, text] of Object.entries(lines)) appendFileSync(join(directory, file), text);
}
