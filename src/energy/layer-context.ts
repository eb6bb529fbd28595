import type { DeviceProfile } from '../protocol/device-profile';
import type { OperandWidths, PhaseWork } from './work';

/** What the work of a layer depends on beside the layer. */
export interface Context {
  readonly batchSize: number;
  readonly widths: OperandWidths;
  readonly profile: DeviceProfile;
  /** Share of the entries of convolutions' weight gradients that the predictor decides; 0 where absent. */
  readonly predictedShare?: number;
}

/** A layer's own work by phase; the update of its weights is counted apart. */
export interface Phases {
  readonly forward: PhaseWork;
  readonly inputGradient: PhaseWork;
  readonly weightGradient: PhaseWork;
}
