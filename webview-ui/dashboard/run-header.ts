import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import { liveStates } from '../../src/protocol/records';
import type { RunSummary } from '../../src/protocol/runs';
import { element, setText } from '../shared/element';
import { describeState, headlineFigures, hostEnergyInWords, progressShare } from './figures';

export interface RunHeaderActions {
  select(runId: string): void;
  stop(runId: string): void;
  resume(runId: string): void;
}

/** The head of the dashboard: which run, how it stands, its figures, stop and resume. */
export class RunHeader {
  readonly root: HTMLElement;
  private readonly title = element('h1');
  private readonly state = element('p', { className: 'state', attributes: { role: 'status' } });
  private readonly progress = element('progress', { max: 1, attributes: { 'aria-label': 'Share of the planned iterations' } });
  private readonly figures = element('dl', { className: 'figures' });
  private readonly hostEnergy = element('p', { className: 'note' });
  private readonly picker = element('vscode-single-select', { label: 'Run' });
  private readonly stop = element('vscode-button', { textContent: 'Stop' });
  private readonly resume = element('vscode-button', { textContent: 'Resume' });
  private pickerRows = '';
  private shown?: string;

  constructor(actions: RunHeaderActions) {
    this.picker.addEventListener('change', () => actions.select(this.picker.value));
    this.stop.addEventListener('click', () => this.shown && actions.stop(this.shown));
    this.resume.addEventListener('click', () => this.shown && actions.resume(this.shown));
    this.stop.title = 'Stop after this iteration and write a checkpoint';
    this.resume.title = 'Go on from the last checkpoint';
    this.root = element(
      'header',
      {},
      element(
        'div',
        { className: 'head-row' },
        this.title,
        element('div', { className: 'head-controls' }, this.picker, this.stop, this.resume),
      ),
      this.state,
      this.progress,
      this.figures,
      this.hostEnergy,
    );
  }

  draw(summary: RunSummary | undefined, runs: readonly RunSummary[]): void {
    this.drawPicker(runs, summary?.run.id);
    this.shown = summary?.run.id;
    const live = summary !== undefined && liveStates.includes(summary.run.state);
    setText(this.title, summary?.run.title ?? 'Training dashboard');
    setText(this.state, summary ? describeState(summary) : 'No run yet. Start one from a model’s “Train” or from the savers view.');
    this.stop.hidden = !live || !summary.ours;
    this.stop.disabled = summary?.run.state === 'stopping';
    this.resume.hidden = !summary?.resumable || live;
    this.progress.hidden = !summary;
    this.figures.hidden = !summary;
    const host = hostEnergyInWords(summary?.hostEnergy);
    this.hostEnergy.hidden = host === undefined;
    setText(this.hostEnergy, host ?? '');
    if (!summary) return;
    this.progress.value = progressShare(summary);
    this.drawFigures(summary);
  }

  private drawFigures(summary: RunSummary): void {
    const figures = headlineFigures(summary);
    while (this.figures.children.length > figures.length) this.figures.lastElementChild!.remove();
    figures.forEach(({ label, value, kind }, index) => {
      let row = this.figures.children[index];
      if (!row) {
        row = element(
          'div',
          { className: 'figure' },
          element('dt'),
          element('dd', { className: 'value' }),
          element('dd', { className: 'kind' }),
        );
        this.figures.append(row);
      }
      [label, value, kind].forEach((text, part) => {
        setText(row.children[part] as HTMLElement, text);
      });
    });
  }

  private drawPicker(runs: readonly RunSummary[], selected: string | undefined): void {
    const rows = JSON.stringify([selected, runs.map(({ run }) => [run.id, run.title, run.state])]);
    this.picker.hidden = runs.length < 2;
    if (rows === this.pickerRows) return;
    this.pickerRows = rows;
    this.picker.replaceChildren(
      ...runs.map(({ run }) =>
        element('vscode-option', {
          value: run.id,
          textContent: run.title,
          description: `${run.state}, ${new Date(run.created).toLocaleString()}`,
          selected: run.id === selected,
        }),
      ),
    );
  }
}
