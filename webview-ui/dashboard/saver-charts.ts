import { formatShare } from '../../src/energy/format';
import { formatWhole } from '../shared/numbers';
import type { Axis, ChartContent, LineSeries } from './chart-content';
import { sampleEvenly } from './decimate';
import { gateKindsInWords } from './gate-kinds-in-words';
import { byName, namesInOrder } from './named-values';
import type { RunRecord } from './run-record';
import { mean } from './saver-records';
import { type ChartOptions, iterationAxis } from './training-charts';
import { tuningMarks } from './tuning-marks';

export const shareAxis = (label: string): Axis => ({ label, format: formatShare, minimum: 0, maximum: 1 });

/** How much of the gated blocks ran beside the target, how probable gates hold it, and how much they look at their images. */
export function gatesContent({ blockExecutions, tunings }: RunRecord): ChartContent {
  const records = blockExecutions.all;
  const last = blockExecutions.latest;
  const line = (label: string, colour: LineSeries['colour'], look: LineSeries['look'], value: (index: number) => number | undefined) => ({
    ...{ label, colour, look },
    points: records.flatMap(({ iteration }, index) => {
      const y = value(index);
      return y === undefined ? [] : [{ x: iteration, y }];
    }),
  });
  const probability = line('Gates’ probability, mean', 'purple', 'line', (index) => meanOf(records[index]!.gateProbability));
  const spread = line('Its spread over images', 'green', 'line', (index) => meanOf(records[index]!.gateSpread));
  const gated = probability.points.length > 0;
  const kinds = last && gateKindsInWords(last);
  return {
    chart: {
      kind: 'lines',
      x: iterationAxis,
      y: shareAxis('Share'),
      series: [
        line('Target', 'orange', 'dashed', (index) => records[index]!.targetShare),
        line('Executed computation', 'blue', 'line', (index) => records[index]!.executedShare),
        ...(gated ? [probability, spread] : []),
      ],
      marks: tuningMarks(tunings),
    },
    summary: last
      ? `Executed share of the gated blocks: ${formatShare(last.executedShare)} at iteration ${formatWhole(last.iteration)}, target ${formatShare(last.targetShare)}.` +
        (kinds === undefined ? '' : ` ${kinds}`)
      : 'Executed share of the gated blocks: nothing recorded yet.',
    empty: records.length === 0,
    table: () => ({
      columns: ['Iteration', 'Executed share', 'Target', 'Mean gate probability', 'Mean spread over images'],
      rows: records.map(({ iteration, executedShare, targetShare, gateProbability, gateSpread }) => [
        ...[iteration, executedShare, targetShare],
        ...[meanOf(gateProbability), meanOf(gateSpread)],
      ]),
    }),
  };
}

const meanOf = (values: readonly number[] | undefined) => (values ? mean(values) : undefined);

/** PSG: for which share of the gradient's entries the predictor gave the sign, and how often another than the full product's. */
export function signsContent({ signPredictions, tunings }: RunRecord): ChartContent {
  const records = signPredictions.all;
  const last = signPredictions.latest;
  const line = (label: string, colour: LineSeries['colour'], value: 'predictedShare' | 'wrongShare'): LineSeries => ({
    ...{ label, colour, look: 'line' },
    points: records.map((record) => ({ x: record.iteration, y: record[value] })),
  });
  return {
    chart: {
      kind: 'lines',
      x: iterationAxis,
      y: shareAxis('Share'),
      series: [line('Signs predicted', 'blue', 'predictedShare'), line('Of these, wrong', 'red', 'wrongShare')],
      marks: tuningMarks(tunings),
    },
    summary: last
      ? `Gradient signs predicted: ${formatShare(last.predictedShare)} at iteration ${formatWhole(last.iteration)}, ${formatShare(last.wrongShare)} of them wrong.`
      : 'Gradient signs predicted: nothing recorded yet.',
    empty: records.length === 0,
    table: () => {
      const all = namesInOrder(records.map(({ layers }) => layers));
      return {
        columns: ['Iteration', 'Predicted', 'Wrong', ...all.map((layer) => `${layer}, predicted`)],
        rows: records.map(({ iteration, predictedShare, wrongShare, layers, predicted }) => [
          ...[iteration, predictedShare, wrongShare],
          ...byName(all, layers, predicted),
        ]),
      };
    },
  };
}

/** The learning rate as the schedule and the person set it. */
export function learningRateContent({ progress: { x, columns }, iteration, tunings }: RunRecord, { width }: ChartOptions): ChartContent {
  const format = (value: number) => String(Number(value.toPrecision(3)));
  return {
    chart: {
      kind: 'lines',
      x: iterationAxis,
      y: { label: 'Learning rate', format, minimum: 0 },
      series: [{ label: 'Learning rate', colour: 'blue', look: 'line', points: sampleEvenly(x, columns.learningRate, width) }],
      marks: tuningMarks(tunings),
    },
    summary: iteration
      ? `Learning rate ${format(iteration.learningRate)} at iteration ${formatWhole(iteration.iteration)}.`
      : 'Learning rate: no iteration has run yet.',
    empty: x.length === 0,
    table: () => ({ columns: ['Iteration', 'Learning rate'], rows: x.map((at, index) => [at, columns.learningRate[index]]) }),
  };
}
