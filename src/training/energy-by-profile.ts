import { createLedger } from '../energy/ledger';
import type { DeviceProfile } from '../protocol/device-profile';
import type { RunFolder } from '../runs/run-folder';
import { readGraph } from '../runs/stored-graph';
import { RunCheckpoints } from './run-checkpoints';

/** What a run cost by a device profile that need not be its own. Joules, estimated. */
export interface EnergyByProfile {
  readonly profile: string;
  /** Iterations of the schedule that are counted, dropped ones included. */
  readonly iteration: number;
  readonly energyJ: number;
  /** The nominal iterations so far, every batch computed in fp32 (SMB). */
  readonly baselineEnergyJ: number;
}

/**
 * Prices what a run has computed by another device profile. A run's ledger keeps counts alone (`LedgerState`), and its newest checkpoint
 * holds them: a finished run's are those of its last iteration.
 * @throws Error with one sentence when there is no checkpoint that can be used, or the run's network cannot be read.
 */
export async function energyByProfile(run: RunFolder, profile: DeviceProfile): Promise<EnergyByProfile> {
  const checkpoint = await new RunCheckpoints(run.directory, () => {}).readNewest();
  if (!checkpoint) throw new Error(`The run has no checkpoint yet, so what it computed cannot be priced by “${profile.name}”.`);
  const ledger = createLedger(readGraph(run), profile, run.read().configuration.batchSize);
  ledger.restore(checkpoint.state.ledger);
  const { energyJ, baselineEnergyJ } = ledger;
  return { profile: profile.name, iteration: checkpoint.state.iteration, energyJ, baselineEnergyJ };
}
