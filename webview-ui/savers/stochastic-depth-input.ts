import { formatShare } from '../../src/energy/format';
import type { Savers } from '../../src/protocol/configuration';
import { Slider } from './slider';

type StochasticDepth = Savers['stochasticDepth'];

/** The share of the blocks' computation that stochastic depth skips; in sight where it is what the network trains by. */
export class StochasticDepthInput extends Slider {
  constructor(onChange: (change: Partial<StochasticDepth>) => void) {
    super({ field: 'depthSkipRatio', label: 'Share skipped by stochastic depth', format: formatShare }, (skipRatio) =>
      onChange({ skipRatio }),
    );
  }

  show({ enabled, skipRatio }: StochasticDepth): void {
    this.root.hidden = !enabled;
    this.value = skipRatio;
  }
}
