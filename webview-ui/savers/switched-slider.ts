import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import { element } from '../shared/element';
import type { NumberField } from './field-range';
import { Slider } from './slider';

export interface SwitchedSliderTexts {
  /** Gives the range, and the slider's id. */
  readonly field: NumberField;
  readonly checkbox: string;
  readonly slider: string;
  readonly format: (value: number) => string;
}

export interface SwitchedSliderActions {
  enable(enabled: boolean): void;
  slide(value: number): void;
}

/** A saver on or off, and its main knob as a slider. */
export class SwitchedSlider {
  readonly root: HTMLElement;
  private readonly enabled;
  private readonly slider;

  constructor({ field, checkbox, slider, format }: SwitchedSliderTexts, actions: SwitchedSliderActions) {
    this.enabled = element('vscode-checkbox', { label: checkbox });
    this.slider = new Slider({ field, label: slider, format }, (value) => actions.slide(value));
    this.enabled.addEventListener('change', () => {
      this.slider.disabled = !this.enabled.checked;
      actions.enable(this.enabled.checked);
    });
    this.root = element('div', { className: 'field' }, this.enabled, this.slider.root);
  }

  set disabled(disabled: boolean) {
    this.enabled.disabled = disabled;
    this.slider.disabled = disabled || !this.enabled.checked;
  }

  protected set sliderHidden(hidden: boolean) {
    this.slider.root.hidden = hidden;
  }

  protected fill(enabled: boolean, value: number): void {
    this.enabled.checked = enabled;
    this.slider.disabled = !enabled;
    this.slider.value = value;
  }
}
