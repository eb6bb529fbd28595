import type { RunConfiguration } from '../../src/protocol/configuration';
import { ChoiceInput } from './choice-input';

type Savers = RunConfiguration['savers'];

const choices = [
  { value: 'smb', label: 'SMB, plain training in fp32' },
  { value: '8bit', label: 'Fixed 8-bit training' },
  { value: 'signsgd', label: 'SignSGD' },
  { value: 'stochasticDepth', label: 'Stochastic depth' },
] as const;
type Choice = (typeof choices)[number]['value'];

/** How the network trains where no saver says otherwise: plainly, or in one of the ways that savers are held against. */
export class BaselineInput extends ChoiceInput {
  constructor(onChange: (choose: (savers: Savers) => Savers) => void) {
    super('baseline', 'Without savers, train by', (value) => onChange((savers) => withBaseline(savers, value as Choice)));
  }

  showSavers({ baseline, stochasticDepth }: Savers): void {
    this.show(choices, stochasticDepth.enabled ? 'stochasticDepth' : baseline);
  }
}

/** One at a time: stochastic depth is a way of its own to train. */
export function withBaseline(savers: Savers, choice: Choice): Savers {
  const depth = choice === 'stochasticDepth';
  return { ...savers, baseline: depth ? 'smb' : choice, stochasticDepth: { ...savers.stochasticDepth, enabled: depth } };
}
