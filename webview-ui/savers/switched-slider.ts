import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import { element, setText } from '../shared/element';
import { fieldRange, type NumberField } from './field-range';

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

/** A saver on or off, and its main knob as a slider that says its value. */
export class SwitchedSlider {
  readonly root: HTMLElement;
  private readonly enabled;
  private readonly head;
  private readonly slider;
  private readonly value;

  constructor(
    private readonly texts: SwitchedSliderTexts,
    actions: SwitchedSliderActions,
  ) {
    const { minimum, maximum } = fieldRange(texts.field);
    this.enabled = element('vscode-checkbox', { label: texts.checkbox });
    this.slider = element('input', { id: texts.field, type: 'range', step: '0.01', min: String(minimum), max: String(maximum) });
    this.value = element('output', { htmlFor: texts.field as never });
    this.enabled.addEventListener('change', () => {
      this.slider.disabled = !this.enabled.checked;
      actions.enable(this.enabled.checked);
    });
    this.slider.addEventListener('input', () => {
      this.showValue();
      actions.slide(this.slider.valueAsNumber);
    });
    const label = element('label', { htmlFor: texts.field, textContent: texts.slider });
    this.head = element('div', { className: 'slider-head' }, label, this.value);
    this.root = element('div', { className: 'field' }, this.enabled, this.head, this.slider);
  }

  set disabled(disabled: boolean) {
    this.enabled.disabled = disabled;
    this.slider.disabled = disabled || !this.enabled.checked;
  }

  protected set sliderHidden(hidden: boolean) {
    this.head.hidden = this.slider.hidden = hidden;
  }

  protected fill(enabled: boolean, value: number): void {
    this.enabled.checked = enabled;
    this.slider.disabled = !enabled;
    this.slider.value = String(value);
    this.showValue();
  }

  private showValue(): void {
    const text = this.texts.format(this.slider.valueAsNumber);
    setText(this.value, text);
    this.slider.ariaValueText = text;
  }
}
