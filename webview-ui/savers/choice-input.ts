import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import { element } from '../shared/element';

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A labelled list to choose one from. */
export class ChoiceInput {
  readonly root: HTMLElement;
  private readonly select;
  private shown = '';

  constructor(id: string, label: string, onChange: (value: string) => void) {
    this.select = element('vscode-single-select', { id, label });
    this.select.addEventListener('change', () => onChange(this.select.value));
    this.root = element('div', { className: 'field' }, element('label', { htmlFor: id, textContent: label }), this.select);
  }

  show(choices: readonly Choice[], selected: string): void {
    const text = JSON.stringify([choices, selected]);
    if (text === this.shown) return;
    this.shown = text;
    this.select.replaceChildren(
      ...choices.map(({ value, label }) => element('vscode-option', { value, textContent: label, selected: value === selected })),
    );
  }

  /** Makes the list read its choices again, which it must where they come into sight: it takes their labels from the text that is rendered. */
  reread(): void {
    this.select.replaceChildren(...this.select.children);
  }

  /** Shows the selected one again after a choice that only asks something of the editor. */
  reset(): void {
    this.shown = '';
  }

  set disabled(disabled: boolean) {
    this.select.disabled = disabled;
  }
}
