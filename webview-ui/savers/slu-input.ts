import { formatShare } from '../../src/energy/format';
import type { RunConfiguration } from '../../src/protocol/configuration';
import { SwitchedSlider } from './switched-slider';

type Slu = RunConfiguration['savers']['slu'];

/** SLU on or off, and the share of the gated blocks' computation that it skips. */
export class SluInput extends SwitchedSlider {
  constructor(onChange: (change: Partial<Slu>) => void) {
    super(
      { field: 'skipRatio', checkbox: 'Skip residual blocks by gates (SLU)', slider: 'Share skipped', format: formatShare },
      { enable: (enabled) => onChange({ enabled }), slide: (skipRatio) => onChange({ skipRatio }) },
    );
  }

  show({ enabled, skipRatio }: Slu): void {
    this.fill(enabled, skipRatio);
  }
}
