import * as z from 'zod';
import type { DeviceProfile } from '../protocol/device-profile';
import type { LayerGraph } from '../protocol/layer-graph';
import type { LayerEnergyRecord } from '../protocol/records';
import { estimateNetwork, type NetworkEstimate } from './estimate';
import type { IterationWork } from './iteration-work';
import { WorkAccount, workAccountSchema } from './work-account';
import { type MacTotals, macsOf, noMacs } from './work-macs';
import { type LayerRow, WorkPrices } from './work-prices';

/** What a ledger keeps: counts alone. Joules follow from them, so a resumed ledger has the uninterrupted one's figures bit for bit. */
export const ledgerStateSchema = z.strictObject({
  executed: z.array(workAccountSchema),
  dropped: z.int().min(0),
  /** Iterations of the schedule by their share of a nominal one: [share, iterations]. */
  scheduled: z.array(z.tuple([z.number().positive(), z.int().min(1)])),
});
export type LedgerState = z.infer<typeof ledgerStateSchema>;

type LayerRows = LayerEnergyRecord['layers'];

/** Row of the ledger that is no layer of the network. */
export const gatesRow = 'SLU gates';

/**
 * Running account of a run's estimated energy, beside what plain training (SMB, fp32) costs up to the same point of its schedule. Where SMD
 * stretches the schedule, an iteration is less than a nominal one: counted whole, dropping would seem to save what stretching spends.
 */
export interface Ledger {
  /** Joules so far. */
  readonly energyJ: number;
  /** Joules of the nominal iterations so far, every batch computed in fp32. */
  readonly baselineEnergyJ: number;
  /** Nominal iterations so far. */
  readonly nominalIterations: number;
  readonly iterationsExecuted: number;
  readonly iterationsDropped: number;
  /**
   * Books one computed iteration.
   * @param work what ran; a number stands for plain training on that many samples, absent for a full batch.
   * @param nominalShare nominal over planned iterations of the schedule.
   */
  executed(work?: IterationWork | number, nominalShare?: number): void;
  /** Books one dropped iteration: nothing for the run, its share of a full batch for the baseline. */
  dropped(nominalShare?: number): void;
  /** Joules so far by layer and phase, in the order of the graph's layers; then a row for the gates of SLU where there were any. */
  layers(): LayerRows;
  /** The same for the baseline. */
  baselineLayers(): LayerRows;
  /** MACs so far. */
  macs(): MacTotals;
  /** MACs of the nominal iterations so far, every batch computed in full. */
  readonly baselineMacs: number;
  state(): LedgerState;
  /** @throws ZodError when the state is not one that `state()` gave. */
  restore(state: unknown): void;
}

class CountingLedger implements Ledger {
  private readonly prices: WorkPrices;
  private readonly baseline: NetworkEstimate;
  private accounts = new Map<string, WorkAccount>();
  private scheduled = new Map<number, number>();
  iterationsDropped = 0;

  constructor(
    private readonly graph: LayerGraph,
    profile: DeviceProfile,
    private readonly batchSize: number,
  ) {
    this.prices = new WorkPrices(graph, profile);
    this.baseline = estimateNetwork(graph, profile, { batchSize });
  }

  get iterationsExecuted(): number {
    return this.ordered().reduce((sum, { iterations }) => sum + iterations, 0);
  }

  get energyJ(): number {
    return this.ordered().reduce((sum, account) => sum + this.prices.totalJ(account), 0);
  }

  get baselineEnergyJ(): number {
    return this.nominalIterations * this.baseline.totalJ;
  }

  executed(work: IterationWork | number = this.batchSize, nominalShare = 1): void {
    const done: IterationWork = typeof work === 'number' ? { samples: work } : work;
    const key = WorkAccount.keyOf(done);
    const account = this.accounts.get(key) ?? WorkAccount.for(this.graph, done);
    account.add(done);
    this.accounts.set(key, account);
    count(this.scheduled, nominalShare);
  }

  dropped(nominalShare = 1): void {
    this.iterationsDropped += 1;
    count(this.scheduled, nominalShare);
  }

  layers(): LayerRows {
    const rows = this.graph.layers.map(({ name }) => emptyRow(name));
    const gates = emptyRow(gatesRow);
    for (const account of this.ordered()) this.prices.addRows(account, rows, gates);
    return gates.forward > 0 ? [...rows, gates] : rows;
  }

  baselineLayers(): LayerRows {
    const iterations = this.nominalIterations;
    return this.baseline.layers.map(({ name, phaseJ }) => ({
      name,
      forward: iterations * phaseJ.forward,
      inputGradient: iterations * phaseJ.inputGradient,
      weightGradient: iterations * phaseJ.weightGradient,
      update: iterations * phaseJ.update,
    }));
  }

  macs(): MacTotals {
    const sum = { ...noMacs } as { -readonly [use in keyof MacTotals]: number };
    for (const account of this.ordered()) {
      const macs = macsOf(this.graph, account);
      for (const use of Object.keys(sum) as (keyof MacTotals)[]) sum[use] += macs[use];
    }
    return sum;
  }

  get baselineMacs(): number {
    const { forward, inputGradient, weightGradient } = this.baseline.macs;
    return this.nominalIterations * this.batchSize * (forward + inputGradient + weightGradient);
  }

  state(): LedgerState {
    return { executed: this.ordered().map((account) => account.state()), dropped: this.iterationsDropped, scheduled: this.shares() };
  }

  restore(state: unknown): void {
    const { executed, dropped, scheduled } = ledgerStateSchema.parse(state);
    const accounts = executed.map((account) => WorkAccount.restore(this.graph, account));
    this.accounts = new Map(accounts.map((account) => [account.key, account]));
    this.scheduled = new Map(scheduled);
    this.iterationsDropped = dropped;
  }

  get nominalIterations(): number {
    return this.shares().reduce((sum, [share, iterations]) => sum + share * iterations, 0);
  }

  /** Sums are made in one order, so that the order of booking cannot change a bit. */
  private ordered(): WorkAccount[] {
    return [...this.accounts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, account]) => account);
  }

  private shares(): [number, number][] {
    return [...this.scheduled].sort(([a], [b]) => a - b);
  }
}

function emptyRow(name: string): LayerRow {
  return { name, forward: 0, inputGradient: 0, weightGradient: 0, update: 0 };
}

function count(account: Map<number, number>, key: number): void {
  account.set(key, (account.get(key) ?? 0) + 1);
}

/** An empty account for a run of this network with mini-batches of `batchSize`. */
export function createLedger(graph: LayerGraph, profile: DeviceProfile, batchSize: number): Ledger {
  return new CountingLedger(graph, profile, batchSize);
}
