import { formatShare } from '../../src/energy/format';
import type { RunConfiguration } from '../../src/protocol/configuration';
import { SwitchedSlider } from './switched-slider';

type Swa = RunConfiguration['savers']['swa'];

/** SWA on or off, and from where on it averages. */
export class SwaInput extends SwitchedSlider {
  constructor(onChange: (change: Partial<Swa>) => void) {
    super(
      {
        field: 'swaStartShare',
        checkbox: 'Average the weights at the end (SWA)',
        slider: 'From this share of the run on',
        format: formatShare,
      },
      { enable: (enabled) => onChange({ enabled }), slide: (startShare) => onChange({ startShare }) },
    );
  }

  show({ enabled, startShare }: Swa): void {
    this.fill(enabled, startShare);
  }
}
