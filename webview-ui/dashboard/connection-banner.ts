import '@vscode-elements/elements/dist/vscode-button/index.js';
import { element, setText } from '../shared/element';
import { describeConnection } from './connection-text';
import type { ConnectionState } from './metrics-connection';

/** One line above everything when figures are not live, with its reason and what can be done. */
export class ConnectionBanner {
  readonly root: HTMLElement;
  private readonly text = element('span', { attributes: { role: 'status' } });
  private readonly again = element('vscode-button', { secondary: true, textContent: 'Try again' });
  private readonly log = element('vscode-button', { secondary: true, textContent: 'Show log' });

  constructor(actions: { showLog(): void; tryAgain(): void }) {
    this.again.addEventListener('click', actions.tryAgain);
    this.log.addEventListener('click', actions.showLog);
    this.root = element('div', { className: 'banner', hidden: true }, this.text, this.again, this.log);
  }

  draw(state: ConnectionState | undefined, editorIsSilent: boolean, problem: string | undefined): void {
    const { banner, broken } = describeConnection(state, editorIsSilent);
    const text = banner ?? problem;
    this.root.hidden = text === undefined;
    this.root.classList.toggle('broken', broken || banner === undefined);
    this.again.hidden = !broken || state === undefined;
    this.log.hidden = !broken && banner !== undefined;
    setText(this.text, text ?? '');
  }
}
