import { element, setText } from '../shared/element';
import type { EstimateView } from './estimate-view';

/** The estimate of a run with the settings as they stand. */
export class EstimateCard {
  readonly root: HTMLElement;
  private readonly title = element('h2', { id: 'estimate-title' });
  private readonly energy = element('span', { className: 'energy' });
  private readonly comparison = element('span', { className: 'comparison' });
  private readonly head = element('p', { attributes: { 'aria-live': 'polite' } }, this.energy, ' ', this.comparison);
  private readonly rows = element('dl');
  private readonly note = element('p', { className: 'note' });

  constructor() {
    this.root = element(
      'section',
      { className: 'card', attributes: { 'aria-labelledby': 'estimate-title' } },
      this.title,
      this.head,
      this.rows,
      this.note,
    );
  }

  show(view: EstimateView, live: boolean): void {
    setText(this.title, live ? 'Estimated energy of a whole run like this' : 'Estimated energy of the run');
    const known = view.kind === 'estimated';
    this.head.hidden = !known;
    this.rows.hidden = !known;
    const note = known ? view.note : view.kind === 'estimating' ? 'Estimating…' : `Unavailable: ${view.reason}`;
    this.note.hidden = note === undefined;
    setText(this.note, note ?? '');
    if (!known) return;
    setText(this.energy, view.energy);
    setText(this.comparison, view.comparison);
    this.rows.replaceChildren(
      ...view.rows.map(({ label, value }) =>
        element('div', {}, element('dt', { textContent: label }), element('dd', { textContent: value })),
      ),
    );
  }
}
