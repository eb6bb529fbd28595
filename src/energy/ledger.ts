import { z } from 'zod';
import type { LayerGraph } from '../protocol/layer-graph';
import type { LayerEnergyRecord } from '../protocol/records';
import type { DeviceProfile } from './device-profile';
import { estimateNetwork, type NetworkEstimate } from './estimate';

/** What a ledger keeps: counts alone. Joules follow from them, so a resumed ledger has the uninterrupted one's figures bit for bit. */
export const ledgerStateSchema = z.strictObject({
  /** Executed iterations by number of samples: [samples, iterations]. */
  executed: z.array(z.tuple([z.int().min(1), z.int().min(1)])),
  dropped: z.int().min(0),
});
export type LedgerState = z.infer<typeof ledgerStateSchema>;

type LayerRows = LayerEnergyRecord['layers'];

/** Running account of a run's estimated energy, beside what plain training (SMB, fp32) of the same iterations costs. */
export interface Ledger {
  /** Joules so far. */
  readonly energyJ: number;
  /** Joules of the same iterations with every batch computed in fp32. */
  readonly baselineEnergyJ: number;
  readonly iterationsExecuted: number;
  readonly iterationsDropped: number;
  /** Books one computed iteration; of a full batch unless said. */
  executed(samples?: number): void;
  /** Books one dropped iteration: nothing for the run, a full batch for the baseline. */
  dropped(): void;
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
    return this.joulesOf(this.baseline());
  }

  executed(samples = this.batchSize): void {
    this.estimateOf(samples);
    this.counts.set(samples, (this.counts.get(samples) ?? 0) + 1);
  }

  dropped(): void {
    this.iterationsDropped += 1;
  }

  layers(): LayerRows {
    return this.rowsOf(this.counts);
  }

  baselineLayers(): LayerRows {
    return this.rowsOf(this.baseline());
  }

  state(): LedgerState {
    return { executed: [...this.counts].sort(([a], [b]) => a - b), dropped: this.iterationsDropped };
  }

  restore(state: unknown): void {
    const { executed, dropped } = ledgerStateSchema.parse(state);
    this.counts = new Map(executed);
    this.iterationsDropped = dropped;
  }

  private baseline(): Account {
    const account = new Map(this.counts);
    if (this.iterationsDropped > 0) account.set(this.batchSize, (account.get(this.batchSize) ?? 0) + this.iterationsDropped);
    return account;
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
    return [...account].sort(([a], [b]) => a - b).map(([samples, count]) => ({ count, estimate: this.estimateOf(samples) }));
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

/** An empty account for a run of this network with mini-batches of `batchSize`. */
export function createLedger(graph: LayerGraph, profile: DeviceProfile, batchSize: number): Ledger {
  return new CountingLedger(graph, profile, batchSize);
}
