import { layerMacs } from '../network/macs';
import { findResidualBlocks } from '../network/residual-blocks';
import type { LayerGraph } from '../protocol/layer-graph';
import { gateMacs } from './gate-energy';
import { gradientEntries, type WorkAccount } from './work-account';

/** MACs by what they were for. */
export interface MacTotals {
  readonly forward: number;
  readonly inputGradient: number;
  /** In full width: with a predictor, of the entries that it left undecided. */
  readonly weightGradient: number;
  /** Of PSG's predictor, in its narrow widths. */
  readonly predictor: number;
  /** Of SLU's gates, forward and backward. */
  readonly gates: number;
}

/** All of them together. */
export function totalMacs({ forward, inputGradient, weightGradient, predictor, gates }: MacTotals): number {
  return forward + inputGradient + weightGradient + predictor + gates;
}

export const noMacs: MacTotals = { forward: 0, inputGradient: 0, weightGradient: 0, predictor: 0, gates: 0 };

/** MACs of all iterations of an account. */
export function macsOf(graph: LayerGraph, account: WorkAccount): MacTotals {
  const sum = { ...noMacs };
  account.parts.forEach(({ layers, convolutions }, part) => {
    const macs = layers.map((layer) => layerMacs(graph, graph.layers[layer]!));
    account.talliesOf(part).forEach(({ samples, iterations, predictedEntries }) => {
      const executed = samples * iterations;
      for (const one of macs) {
        sum.forward += executed * one.forward;
        sum.inputGradient += executed * one.inputGradient;
        sum.weightGradient += executed * one.weightGradient;
      }
      if (!predictedEntries) return;
      convolutions.forEach((layer, place) => {
        const perSample = layerMacs(graph, graph.layers[layer]!).weightGradient;
        sum.predictor += executed * perSample;
        sum.weightGradient -= samples * perSample * (predictedEntries[place]! / gradientEntries(graph, graph.layers[layer]!.name));
      });
    });
  });
  if (!account.gates) return sum;
  const gates = findResidualBlocks(graph)
    .filter(({ add }) => account.gated.includes(add))
    .reduce((macs, { entry }, place) => macs + gateMacs(graph, entry, place === 0), 0);
  account.talliesOf(0).forEach(({ samples, iterations }) => {
    sum.gates += samples * iterations * gates;
  });
  return sum;
}
