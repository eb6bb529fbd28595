import type { Phase } from '../../protocol/phases';
import type { OperandWidths } from '../work';

/** A measured energy that coefficients are fitted to. */
export interface MeasuredPhase {
  readonly layer: string;
  readonly phase: Phase;
  readonly widths: OperandWidths;
  readonly batchSize: number;
  /** Of one execution. */
  readonly energyJ: number;
  /** Of one execution. Static power is fitted where every measurement has it. */
  readonly seconds?: number | undefined;
}
