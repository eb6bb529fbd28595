import * as z from 'zod';
import type { LayerGraph } from '../protocol/layer-graph';
import type { LayerEnergyRecord } from '../protocol/records';
import type { DeviceProfile } from './device-profile';
import { estimateNetwork, type NetworkEstimate } from './estimate';

/** What a ledger keeps: counts alone. Joules follow from them, so a resumed ledger has the uninterrupted one's figures bit for bit. */
export const ledgerStateSchema = z.strictObject({
  /** Executed iterations by number of samples: [samples, iterations]. */
  executed: z.array(z.tuple([z.int().min(1), z.int().min(1)])),
  dropped: z.int().min(0),
  /** Iterations of the schedule by their share of a nominal one: [share, iterations]. */
  scheduled: z.array(z.tuple([z.number().positive().max(1), z.int().min(1)])),
});
export type LedgerState = z.infer<typeof ledgerStateSchema>;

type LayerRows = LayerEnergyRecord['layers'];

/**
 * Running account of a run's estimated energy, beside what plain training (SMB, fp32) costs up to the same point of its schedule. Where SMD
 * stretches the schedule, an iteration is less than a nominal one: counted whole, dropping would seem to save what stretching spends.
 */
export interface Ledger {
  /** Joules so far. */
  readonly energyJ: number;
  /** Joules of the nominal iterations so far, every batch computed in fp32. */
  readonly baselineEnergyJ: number;
  readonly iterationsExecuted: number;
  readonly iterationsDropped: number;
  /** Books one computed iteration; of a full batch unless said. `nominalShare` is nominal over planned iterations of the schedule. */
  executed(samples?: number, nominalShare?: number): void;
  /** Books one dropped iteration: nothing for the run, its share of a full batch for the baseline. */
  dropped(nominalShare?: number): void;
  /** Joules so far by layer and phase, in the order of the graph's layers. */
  layers(): LayerRows;
  /** The same for the baseline. */
  baselineLayers(): LayerRows;
  state(): LedgerState;
  /** @throws ZodError when the state is not one that `state()` gave. */
  restore(state: unknown): void;
}

type Account = ReadonlyMap<number, number>;

class CountingLedger implements Ledger {
  private readonly estimates = new Map<number, NetworkEstimate>();
  private counts = new Map<number, number>();
  private scheduled = new Map<number, number>();
  iterationsDropped = 0;

  constructor(
    private readonly graph: LayerGraph,
    private readonly profile: DeviceProfile,
    private readonly batchSize: number,
  ) {
    this.estimateOf(batchSize);
  }

  get iterationsExecuted(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  get energyJ(): number {
    return this.joulesOf(this.counts);
  }

  get baselineEnergyJ(): number {
    return this.nominalIterations() * this.estimateOf(this.batchSize).totalJ;
  }

  executed(samples = this.batchSize, nominalShare = 1): void {
    this.estimateOf(samples);
    count(this.counts, samples);
    count(this.scheduled, nominalShare);
  }

  dropped(nominalShare = 1): void {
    this.iterationsDropped += 1;
    count(this.scheduled, nominalShare);
  }

  layers(): LayerRows {
    return this.rowsOf(this.counts);
  }

  baselineLayers(): LayerRows {
    return this.rowsOf(new Map([[this.batchSize, this.nominalIterations()]]));
  }

  state(): LedgerState {
    return { executed: ascending(this.counts), dropped: this.iterationsDropped, scheduled: ascending(this.scheduled) };
  }

  restore(state: unknown): void {
    const { executed, dropped, scheduled } = ledgerStateSchema.parse(state);
    this.counts = new Map(executed);
    this.scheduled = new Map(scheduled);
    this.iterationsDropped = dropped;
  }

  private nominalIterations(): number {
    return ascending(this.scheduled).reduce((sum, [share, iterations]) => sum + share * iterations, 0);
  }

  private estimateOf(samples: number): NetworkEstimate {
    const known = this.estimates.get(samples);
    if (known) return known;
    const estimate = estimateNetwork(this.graph, this.profile, { batchSize: samples });
    this.estimates.set(samples, estimate);
    return estimate;
  }

  /** Sums in ascending order of batch size, so that the order of booking cannot change a bit. */
  private terms(account: Account): { count: number; estimate: NetworkEstimate }[] {
    return ascending(account).map(([samples, count]) => ({ count, estimate: this.estimateOf(samples) }));
  }

  private joulesOf(account: Account): number {
    return this.terms(account).reduce((sum, { count, estimate }) => sum + count * estimate.totalJ, 0);
  }

  private rowsOf(account: Account): LayerRows {
    const rows = this.graph.layers.map(({ name }) => ({ name, forward: 0, inputGradient: 0, weightGradient: 0, update: 0 }));
    for (const { count, estimate } of this.terms(account)) {
      estimate.layers.forEach(({ phaseJ }, index) => {
        const row = rows[index]!;
        row.forward += count * phaseJ.forward;
        row.inputGradient += count * phaseJ.inputGradient;
        row.weightGradient += count * phaseJ.weightGradient;
        row.update += count * phaseJ.update;
      });
    }
    return rows;
  }
}

function count(account: Map<number, number>, key: number): void {
  account.set(key, (account.get(key) ?? 0) + 1);
}

function ascending(account: Account): [number, number][] {
  return [...account].sort(([a], [b]) => a - b);
}

/** An empty account for a run of this network with mini-batches of `batchSize`. */
export function createLedger(graph: LayerGraph, profile: DeviceProfile, batchSize: number): Ledger {
  return new CountingLedger(graph, profile, batchSize);
}
