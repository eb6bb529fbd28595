import { element, setText } from '../shared/element';
import { fieldRange, type NumberField } from './field-range';

export interface SliderTexts {
  /** Gives the range, and the slider's id. */
  readonly field: NumberField;
  readonly label: string;
  readonly format: (value: number) => string;
}

/** A knob as a slider that says its value. */
export class Slider {
  readonly root: HTMLElement;
  private readonly input;
  private readonly output;

  constructor(
    private readonly texts: SliderTexts,
    onSlide: (value: number) => void,
  ) {
    const { field, label } = texts;
    const { minimum, maximum } = fieldRange(field);
    this.input = element('input', { id: field, type: 'range', step: '0.01', min: String(minimum), max: String(maximum) });
    this.output = element('output', { htmlFor: field as never });
    this.input.addEventListener('input', () => {
      this.showValue();
      onSlide(this.input.valueAsNumber);
    });
    const head = element('div', { className: 'slider-head' }, element('label', { htmlFor: field, textContent: label }), this.output);
    this.root = element('div', { className: 'field' }, head, this.input);
  }

  set disabled(disabled: boolean) {
    this.input.disabled = disabled;
  }

  set value(value: number) {
    this.input.value = String(value);
    this.showValue();
  }

  private showValue(): void {
    const text = this.texts.format(this.input.valueAsNumber);
    setText(this.output, text);
    this.input.ariaValueText = text;
  }
}
