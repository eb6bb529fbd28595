import { setImmediate as nextTurn } from 'node:timers/promises';
import { layerWeights } from '../network/weights';
import type { LayerGraph } from '../protocol/layer-graph';
import type { BlockDraw } from './skipping/block-draws';
import type { LabelledImages, Trainer } from './trainer';

interface RunningStatistics {
  readonly mean: string;
  readonly variance: string;
  /** Share of the old running value that each batch keeps. */
  readonly momentum: number;
}

/** Running statistics of a network's batch norms, by the names of their weights. */
function runningStatistics(graph: LayerGraph): RunningStatistics[] {
  return graph.layers.flatMap((layer) => {
    if (layer.kind !== 'batchNormalization' || layer.sharesWeightsWith !== undefined || layer.momentum >= 1) return [];
    const named = (role: string) => layerWeights(graph, layer).find((weight) => weight.role === role)!.name;
    return [{ mean: named('movingMean'), variance: named('movingVariance'), momentum: layer.momentum }];
  });
}

/**
 * Re-estimates the running statistics of batch norm for the weights as they are: the plain mean of the batches' statistics over training
 * batches. Averaged weights need it, since no batch has passed through them (SWA, Izmailov et al., UAI 2018, section 3.2). Statistics of a
 * batch norm that saw no sample stay as they were.
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
  const statistics = runningStatistics(graph);
  const names = new Set(statistics.flatMap(({ mean, variance }) => [mean, variance]));
  const read = () => trainer.readSomeWeights((name) => names.has(name));
  const before = read();
  const sums = new Map([...before].map(([name, { length }]) => [name, { values: new Float64Array(length), batches: 0 }]));
  const zeros = new Map([...sums].map(([name, { values }]) => [name, new Float32Array(values.length)]));
  for (const batch of batches) {
    trainer.writeSomeWeights(zeros);
    trainer.observe(batch, draw(batch.labels.length));
    const seen = read();
    for (const { mean, variance, momentum } of statistics) {
      if (seen.get(variance)!.every((value) => value === 0) && seen.get(mean)!.every((value) => value === 0)) continue;
      for (const name of [mean, variance]) {
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
