import { findResidualBlocks } from '../network/residual-blocks';
import type { DeviceProfile } from '../protocol/device-profile';
import type { LayerGraph } from '../protocol/layer-graph';
import { type Phase, phases } from '../protocol/phases';
import type { LayerEnergyRecord } from '../protocol/records';
import { estimateNetwork, type NetworkEstimate } from './estimate';
import { gateEnergy } from './gate-energy';
import type { OperandWidths } from './work';
import { gradientEntries, type Tally, type WorkAccount } from './work-account';

export type LayerRow = LayerEnergyRecord['layers'][number];

/** Joules of one iteration of a part on so many samples. */
interface PartPrice {
  readonly totalJ: number;
  /** By the part's layers. */
  readonly phaseJ: readonly Readonly<Record<Phase, number>>[];
  /** What one predicted entry saves, by the part's convolutions. */
  readonly savedPerEntryJ: readonly number[];
}

/** What counted work costs on a device. Estimates are made once for each number of samples that occurs. */
export class WorkPrices {
  private readonly estimates = new Map<string, NetworkEstimate>();
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
        sum += tally.iterations * totalJ - saved(tally, savedPerEntryJ);
      });
    });
    this.gatedIterations(account).forEach(({ samples, iterations }) => {
      const gates = this.gatesOf(account, samples);
      sum += iterations * phases.reduce((joules, phase) => joules + gates[phase], 0);
    });
    return sum;
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

  private price({ bits, parts }: WorkAccount, part: number, samples: number): PartPrice {
    const { layers, convolutions } = parts[part]!;
    // Weights are updated also when no sample came by: the momentum goes on.
    const estimate = this.estimate(samples, bits, 0);
    const phaseJ = layers.map((layer) => {
      const { phaseJ } = estimate.layers[layer]!;
      return samples > 0 ? phaseJ : { forward: 0, inputGradient: 0, weightGradient: 0, update: phaseJ.update };
    });
    const savedPerEntryJ = convolutions.map((layer) => {
      if (!bits?.predictor || samples === 0) return 0;
      const decided = this.estimate(samples, bits, 1).layers[layer]!.phaseJ.weightGradient;
      return (estimate.layers[layer]!.phaseJ.weightGradient - decided) / gradientEntries(this.graph, this.graph.layers[layer]!.name);
    });
    return {
      totalJ: phaseJ.reduce((sum, one) => sum + phases.reduce((joules, phase) => joules + one[phase], 0), 0),
      phaseJ,
      savedPerEntryJ,
    };
  }

  private estimate(samples: number, bits: OperandWidths | undefined, predictedShare: number): NetworkEstimate {
    const key = JSON.stringify([samples, bits, predictedShare]);
    const known = this.estimates.get(key);
    if (known) return known;
    const options = { batchSize: Math.max(1, samples), ...(bits && { bits }), predictedShare };
    const estimate = estimateNetwork(this.graph, this.profile, options);
    this.estimates.set(key, estimate);
    return estimate;
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

function saved({ predictedEntries }: Tally, savedPerEntryJ: readonly number[]): number {
  return savedPerEntryJ.reduce((sum, joules, place) => sum + (predictedEntries?.[place] ?? 0) * joules, 0);
}
