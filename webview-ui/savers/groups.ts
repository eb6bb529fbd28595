import { element } from '../shared/element';

/** Inputs of one subject under its title. */
export function group(title: string, ...children: Node[]): HTMLElement {
  return element('fieldset', {}, element('legend', { textContent: title }), ...children);
}

/** Short inputs side by side, in two columns where there is room. */
export function pair(...children: Node[]): HTMLElement {
  return element('div', { className: 'pair' }, ...children);
}
