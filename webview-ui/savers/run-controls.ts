import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { RunSummary } from '../../src/protocol/runs';
import { element, setText } from '../shared/element';
import { liveView } from './live-view';

export interface RunControlActions {
  start(): void;
  stop(runId: string): void;
  openDashboard(): void;
}

/** Train, or the live run's progress with Stop. */
export class RunControls {
  readonly root: HTMLElement;
  private readonly train = element('vscode-button', { textContent: 'Train' });
  private readonly stop = element('vscode-button', { textContent: 'Stop', title: 'Stop after this iteration and write a checkpoint' });
  private readonly dashboard = element('vscode-button', { secondary: true, textContent: 'Dashboard' });
  private readonly text = element('p', { className: 'live-text', attributes: { role: 'status' } });
  private readonly progress = element('progress', { max: 1, attributes: { 'aria-label': 'Share of the planned iterations' } });
  private readonly energy = element('p', { className: 'note' });
  private readonly blocked = element('p', { className: 'note' });
  private live?: RunSummary;

  constructor(actions: RunControlActions) {
    this.train.addEventListener('click', actions.start);
    this.stop.addEventListener('click', () => this.live && actions.stop(this.live.run.id));
    this.dashboard.addEventListener('click', actions.openDashboard);
    this.root = element(
      'section',
      { className: 'run', ariaLabel: 'Run' },
      this.text,
      this.progress,
      this.energy,
      element('div', { className: 'buttons' }, this.train, this.stop, this.dashboard),
      this.blocked,
    );
  }

  /** @param blocked why training cannot start now. */
  show(live: RunSummary | undefined, blocked: string | undefined, starting: boolean): void {
    this.live = live;
    const view = live && liveView(live);
    this.train.hidden = view !== undefined;
    this.train.disabled = blocked !== undefined || starting;
    setText(this.train, starting ? 'Starting…' : 'Train');
    this.stop.hidden = !view?.ours;
    this.stop.disabled = view?.stopping ?? false;
    setText(this.stop, view?.stopping ? 'Stopping…' : 'Stop');
    for (const part of [this.text, this.progress, this.energy]) part.hidden = view === undefined;
    this.blocked.hidden = view !== undefined || blocked === undefined;
    setText(this.blocked, blocked ?? '');
    if (!view) return;
    setText(this.text, view.text);
    setText(this.energy, view.energy);
    this.progress.value = view.progress;
  }
}
