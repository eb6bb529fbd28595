import { findResidualBlocks } from '../network/residual-blocks';
import type { DeviceProfile } from '../protocol/device-profile';
import type { LayerGraph } from '../protocol/layer-graph';
import { type Phase, phases } from '../protocol/phases';
import type { LayerEnergyRecord } from '../protocol/records';
import { gateEnergy } from './gate-energy';
import { layerCosts } from './layer-costs';
import { fullPrecision } from './work';
import { gradientEntries, type Tally, type WorkAccount } from './work-account';

export type LayerRow = LayerEnergyRecord['layers'][number];

/** Joules of one iteration of a part on so many samples, before the predictor has decided anything. */
interface PartPrice {
  readonly totalJ: number;
  /** By the part's layers. */
  readonly phaseJ: readonly Readonly<Record<Phase, number>>[];
  /** What one predicted entry saves, by the part's convolutions. */
  readonly savedPerEntryJ: readonly number[];
}

/** What counted work costs on a device. Prices are made once for each number of samples that occurs. */
export class WorkPrices {
  /** By part, then by samples. */
  private readonly prices = new WeakMap<WorkAccount, PartPrice[][]>();
  private readonly gatePrices = new WeakMap<WorkAccount, Record<Phase, number>[]>();

  constructor(
    private readonly graph: LayerGraph,
    private readonly profile: DeviceProfile,
  ) {}

  /** Joules of all iterations of an account, gates of SLU included. */
  totalJ(account: WorkAccount): number {
    let sum = 0;
    account.parts.forEach((_, part) => {
      account.talliesOf(part).forEach((tally) => {
        const { totalJ, savedPerEntryJ } = this.priceOf(account, part, tally.samples);
        sum += tally.iterations * totalJ - saved(tally.predictedEntries, savedPerEntryJ);
      });
    });
    this.gatedIterations(account).forEach(({ samples, iterations }) => {
      sum += iterations * this.gatesJ(account, samples);
    });
    return sum;
  }

  /**
   * Joules of one iteration of a part of an account, gates not among them.
   * @param predictedEntries that the predictor decided, by the part's convolutions.
   */
  partJ(account: WorkAccount, part: number, samples: number, predictedEntries?: readonly number[]): number {
    const { totalJ, savedPerEntryJ } = this.priceOf(account, part, samples);
    return totalJ - saved(predictedEntries, savedPerEntryJ);
  }

  /** Joules of all gates of an account in one iteration. */
  gatesJ(account: WorkAccount, samples: number): number {
    const gates = this.gatesOf(account, samples);
    return phases.reduce((joules, phase) => joules + gates[phase], 0);
  }

  /** Adds an account's joules to rows by layer, in the graph's order, and to one for the gates. */
  addRows(account: WorkAccount, rows: LayerRow[], gatesRow: LayerRow): void {
    account.parts.forEach(({ layers, convolutions }, part) => {
      account.talliesOf(part).forEach((tally) => {
        const { phaseJ, savedPerEntryJ } = this.priceOf(account, part, tally.samples);
        layers.forEach((layer, place) => {
          for (const phase of phases) rows[layer]![phase] += tally.iterations * phaseJ[place]![phase];
        });
        convolutions.forEach((layer, place) => {
          rows[layer]!.weightGradient -= (tally.predictedEntries?.[place] ?? 0) * savedPerEntryJ[place]!;
        });
      });
    });
    this.gatedIterations(account).forEach(({ samples, iterations }) => {
      const gates = this.gatesOf(account, samples);
      for (const phase of phases) gatesRow[phase] += iterations * gates[phase];
    });
  }

  private gatedIterations(account: WorkAccount): readonly Tally[] {
    return account.gates ? account.talliesOf(0) : [];
  }

  private priceOf(account: WorkAccount, part: number, samples: number): PartPrice {
    const prices = this.prices.get(account) ?? account.parts.map(() => []);
    this.prices.set(account, prices);
    prices[part]![samples] ??= this.price(account, part, samples);
    return prices[part]![samples];
  }

  private price({ bits = fullPrecision, parts }: WorkAccount, part: number, samples: number): PartPrice {
    const { layers, convolutions } = parts[part]!;
    const at = (predictedShare: number) =>
      layerCosts(this.graph, this.profile, { batchSize: Math.max(1, samples), widths: bits, predictedShare });
    const costs = at(0);
    const phaseJ = layers.map((layer) => {
      const { phaseJ } = costs(layer);
      // Weights are updated also when no sample came by: the momentum goes on.
      return samples > 0 ? phaseJ : { forward: 0, inputGradient: 0, weightGradient: 0, update: phaseJ.update };
    });
    const savedPerEntryJ = convolutions.map((layer) => {
      if (!bits.predictor || samples === 0) return 0;
      const decided = at(1)(layer).phaseJ.weightGradient;
      return (costs(layer).phaseJ.weightGradient - decided) / gradientEntries(this.graph, this.graph.layers[layer]!.name);
    });
    return {
      totalJ: phaseJ.reduce((sum, one) => sum + phases.reduce((joules, phase) => joules + one[phase], 0), 0),
      phaseJ,
      savedPerEntryJ,
    };
  }

  /** All gates of an account in one iteration. */
  private gatesOf(account: WorkAccount, samples: number): Record<Phase, number> {
    const prices = this.gatePrices.get(account) ?? [];
    this.gatePrices.set(account, prices);
    prices[samples] ??= this.gatePrice(account, samples);
    return prices[samples];
  }

  private gatePrice({ gated, bits }: WorkAccount, samples: number): Record<Phase, number> {
    const sum = { forward: 0, inputGradient: 0, weightGradient: 0, update: 0 };
    findResidualBlocks(this.graph)
      .filter(({ add }) => gated.includes(add))
      .forEach(({ entry }, place) => {
        const gate = gateEnergy(this.graph, entry, place === 0, this.profile, samples, bits);
        for (const phase of phases) sum[phase] += gate[phase];
      });
    return sum;
  }
}

function saved(predictedEntries: readonly number[] | undefined, savedPerEntryJ: readonly number[]): number {
  return savedPerEntryJ.reduce((sum, joules, place) => sum + (predictedEntries?.[place] ?? 0) * joules, 0);
}
