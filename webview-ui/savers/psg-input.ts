import { formatShare } from '../../src/energy/format';
import type { RunConfiguration } from '../../src/protocol/configuration';
import { SwitchedSlider } from './switched-slider';

type Psg = RunConfiguration['savers']['psg'];

/** PSG on or off, and the threshold of its predictor as a share of the largest predicted gradient. */
export class PsgInput extends SwitchedSlider {
  constructor(onChange: (change: Partial<Psg>) => void) {
    super(
      { field: 'adaptiveThreshold', checkbox: 'Predict gradient signs (PSG)', slider: 'Threshold', format: formatShare },
      { enable: (enabled) => onChange({ enabled }), slide: (threshold) => onChange({ threshold }) },
    );
  }

  /** A magnitude has no slider: it has no largest value. */
  show({ enabled, threshold, thresholdKind }: Psg): void {
    this.fill(enabled, threshold);
    this.sliderHidden = thresholdKind === 'absolute';
  }
}
