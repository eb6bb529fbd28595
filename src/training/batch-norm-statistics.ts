import { setImmediate as nextTurn } from 'node:timers/promises';
import { layerWeights } from '../network/weights';
import type { LayerGraph } from '../protocol/layer-graph';
import { rangeMomentum } from './compile/fixed-point';
import type { BlockDraw } from './skipping/block-draws';
import type { LabelledImages, Trainer } from './trainer';

/** Values that running statistics move together, by name. */
interface RunningStatistics {
  readonly names: readonly string[];
  /** Share of the old running value that each batch keeps. */
  readonly momentum: number;
}

/** Running statistics of a network's batch norms, and running ranges of the activations that its convolutions read in fixed point. */
function runningStatistics(graph: LayerGraph, rangeNames: readonly string[]): RunningStatistics[] {
  const ofBatchNorms = graph.layers.flatMap((layer) => {
    if (layer.kind !== 'batchNormalization' || layer.sharesWeightsWith !== undefined || layer.momentum >= 1) return [];
    const named = (role: string) => layerWeights(graph, layer).find((weight) => weight.role === role)!.name;
    return [{ names: [named('movingMean'), named('movingVariance')], momentum: layer.momentum }];
  });
  return [...ofBatchNorms, ...rangeNames.map((name) => ({ names: [name], momentum: rangeMomentum }))];
}

/**
 * Re-estimates the running statistics of batch norm, and the running ranges of activations in fixed point, for the weights as they are: the
 * plain mean of the batches' over training batches. Averaged weights need it, since no batch has passed through them (SWA, Izmailov et al.,
 * UAI 2018, section 3.2). Statistics of a layer that saw no sample stay as they were.
 *
 * A pass leaves running ← m·running + (1 − m)·batch; started from zero, running / (1 − m) is the batch's own.
 * @param draw says for a batch of so many samples which gated blocks run; without, all do.
 * @param abandoned asked after each batch; once true, the statistics are left half-made and the result is false.
 */
export async function reestimateStatistics(
  trainer: Trainer,
  graph: LayerGraph,
  batches: Iterable<LabelledImages>,
  abandoned: () => boolean,
  draw: (samples: number) => BlockDraw | undefined = () => undefined,
): Promise<boolean> {
  const statistics = runningStatistics(graph, trainer.rangeNames);
  const names = new Set(statistics.flatMap((statistic) => statistic.names));
  const read = () => trainer.readSomeWeights((name) => names.has(name));
  const before = read();
  const sums = new Map([...before].map(([name, { length }]) => [name, { values: new Float64Array(length), batches: 0 }]));
  const zeros = new Map([...sums].map(([name, { values }]) => [name, new Float32Array(values.length)]));
  for (const batch of batches) {
    trainer.writeSomeWeights(zeros);
    trainer.observe(batch, draw(batch.labels.length));
    const seen = read();
    for (const { names: together, momentum } of statistics) {
      if (together.every((name) => seen.get(name)!.every((value) => value === 0))) continue;
      for (const name of together) {
        const sum = sums.get(name)!;
        sum.batches += 1;
        const values = seen.get(name)!;
        for (let channel = 0; channel < values.length; channel++) sum.values[channel]! += values[channel]! / (1 - momentum);
      }
    }
    await nextTurn();
    if (abandoned()) return false;
  }
  const settled = [...sums].map(([name, { values, batches }]): [string, Float32Array] => [
    name,
    batches === 0 ? before.get(name)! : Float32Array.from(values, (value) => value / batches),
  ]);
  trainer.writeSomeWeights(new Map(settled));
  return true;
}
