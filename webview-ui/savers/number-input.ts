import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import { element, setText } from '../shared/element';
import { fieldRange, type NumberField, readNumber } from './field-range';

/** A labelled number field that says below itself what is wrong. */
export class NumberInput {
  readonly root: HTMLElement;
  private readonly input;
  private readonly message = element('p', { className: 'field-message', hidden: true, attributes: { role: 'alert' } });

  constructor(
    private readonly field: NumberField,
    label: string,
    onChange: (value: number) => void,
    onInvalid: () => void,
  ) {
    const { minimum, maximum } = fieldRange(field);
    this.input = element('vscode-textfield', { id: field, label, type: 'number', min: minimum, max: maximum, step: 'any' as never });
    this.input.addEventListener('input', () => {
      const read = readNumber(field, this.input.value);
      this.show('problem' in read ? read.problem : undefined);
      if ('value' in read) onChange(read.value);
      else onInvalid();
    });
    this.root = element('div', { className: 'field' }, element('label', { htmlFor: field, textContent: label }), this.input, this.message);
  }

  get valid(): boolean {
    return 'value' in readNumber(this.field, this.input.value);
  }

  set value(value: number) {
    this.input.value = String(value);
    this.show(undefined);
  }

  set disabled(disabled: boolean) {
    this.input.disabled = disabled;
  }

  private show(problem: string | undefined): void {
    this.message.hidden = problem === undefined;
    setText(this.message, problem ?? '');
    this.input.invalid = problem !== undefined;
  }
}
