import { formatShare } from '../../src/energy/format';
import type { RunConfiguration } from '../../src/protocol/configuration';
import { SwitchedSlider } from './switched-slider';

type Smd = RunConfiguration['savers']['smd'];

/** SMD on or off, and its drop probability. */
export class SmdInput extends SwitchedSlider {
  constructor(onChange: (change: Partial<Smd>) => void) {
    super(
      { field: 'dropProbability', checkbox: 'Drop mini-batches at random (SMD)', slider: 'Drop probability', format: formatShare },
      { enable: (enabled) => onChange({ enabled }), slide: (dropProbability) => onChange({ dropProbability }) },
    );
  }

  show({ enabled, dropProbability }: Smd): void {
    this.fill(enabled, dropProbability);
  }
}
