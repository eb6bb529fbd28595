import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import { formatShare } from '../../src/energy/format';
import type { RunConfiguration } from '../../src/protocol/configuration';
import { element, setText } from '../shared/element';
import { fieldRange } from './field-range';

type Smd = RunConfiguration['savers']['smd'];

/** SMD on or off, and its drop probability. */
export class SmdInput {
  readonly root: HTMLElement;
  private readonly enabled = element('vscode-checkbox', { label: 'Drop mini-batches at random (SMD)' });
  private readonly slider = element('input', { id: 'dropProbability', type: 'range', step: '0.01' });
  private readonly value = element('output', { htmlFor: 'dropProbability' as never });

  constructor(onChange: (change: Partial<Smd>) => void) {
    const { minimum, maximum } = fieldRange('dropProbability');
    this.slider.min = String(minimum);
    this.slider.max = String(maximum);
    this.enabled.addEventListener('change', () => {
      this.slider.disabled = !this.enabled.checked;
      onChange({ enabled: this.enabled.checked });
    });
    this.slider.addEventListener('input', () => {
      this.showValue();
      onChange({ dropProbability: this.slider.valueAsNumber });
    });
    this.root = element(
      'div',
      { className: 'field' },
      this.enabled,
      element(
        'div',
        { className: 'slider-head' },
        element('label', { htmlFor: 'dropProbability', textContent: 'Drop probability' }),
        this.value,
      ),
      this.slider,
    );
  }

  show({ enabled, dropProbability }: Smd): void {
    this.enabled.checked = enabled;
    this.slider.disabled = !enabled;
    this.slider.value = String(dropProbability);
    this.showValue();
  }

  set disabled(disabled: boolean) {
    this.enabled.disabled = disabled;
    this.slider.disabled = disabled || !this.enabled.checked;
  }

  private showValue(): void {
    const text = formatShare(this.slider.valueAsNumber);
    setText(this.value, text);
    this.slider.ariaValueText = text;
  }
}
