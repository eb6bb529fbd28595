import { plannedIterations, type RunConfiguration } from '../protocol/configuration';
import type { DeviceProfile } from '../protocol/device-profile';
import type { LayerGraph } from '../protocol/layer-graph';
import { estimateNetwork, type NetworkEstimate } from './estimate';
import { expectedIterationEnergy } from './expected-work';

/** What a run is expected to cost, before it runs. Energies are joules, estimated; evaluations on test images are not in them. */
export interface RunEstimate {
  /** One executed iteration of plain training, by layer. */
  readonly iteration: NetworkEstimate;
  /** Joules of one executed iteration, as expected where blocks are skipped. */
  readonly iterationJ: number;
  /** Iterations of the schedule, dropped ones included. */
  readonly plannedIterations: number;
  /** Expected number of those that are computed. */
  readonly expectedExecuted: number;
  /** Expected energy of the run. */
  readonly energyJ: number;
  /** Standard deviation of the run's energy that the randomness of dropping mini-batches causes. */
  readonly deviationJ: number;
  /** The nominal iterations, every one computed in fp32 (SMB). */
  readonly baselineEnergyJ: number;
  /** 1 − energyJ / baselineEnergyJ: expected share saved; negative when the settings cost more than the baseline. */
  readonly savedShare: number;
}

/**
 * Expected energy of a run under its savers beside plain training (SMB, fp32) of the nominal iterations. SMD executes each of the stretched
 * schedule's iterations with probability 1 − p (E2-Train, section 3.1); the number executed is binomial. SLU and stochastic depth are taken to
 * skip what they are set to.
 */
export function estimateRun(
  graph: LayerGraph,
  profile: DeviceProfile,
  configuration: Pick<RunConfiguration, 'iterations' | 'batchSize' | 'savers'>,
): RunEstimate {
  const iteration = estimateNetwork(graph, profile, { batchSize: configuration.batchSize });
  const { smd } = configuration.savers;
  const iterationJ = expectedIterationEnergy(graph, profile, configuration.batchSize, configuration.savers);
  const planned = plannedIterations(configuration);
  const dropProbability = smd.enabled ? smd.dropProbability : 0;
  const expectedExecuted = planned * (1 - dropProbability);
  const energyJ = expectedExecuted * iterationJ;
  const baselineEnergyJ = configuration.iterations * iteration.totalJ;
  return {
    iteration,
    iterationJ,
    plannedIterations: planned,
    expectedExecuted,
    energyJ,
    deviationJ: Math.sqrt(planned * dropProbability * (1 - dropProbability)) * iterationJ,
    baselineEnergyJ,
    savedShare: 1 - energyJ / baselineEnergyJ,
  };
}
