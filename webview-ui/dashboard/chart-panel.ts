import '@vscode-elements/elements/dist/vscode-button/index.js';
import { element, setText } from '../shared/element';
import type { Theme } from '../shared/theme';
import { ChartCanvas } from './chart-canvas';
import type { Cell, ChartContent } from './chart-content';
import { toSvg } from './chart-svg';
import { HeatCanvas } from './heat-canvas';
import { toCsv, toJson } from './table-text';

export interface ChartPanelOptions {
  /** Short name, part of exported files' names. */
  readonly id: string;
  readonly title: string;
  /** Controls beside the title. */
  readonly controls?: readonly HTMLElement[];
  readonly tableOpen: boolean;
  onToggleTable(open: boolean): void;
  export(fileName: string, text: string): void;
}

/** More rows would make the page slow and help nobody; the export has all. */
const rowLimit = 200;
const tablePauseMs = 1000;

/** One chart with its title, summary for screen readers, data table and export. */
export class ChartPanel {
  readonly root: HTMLElement;
  private readonly canvas = element('canvas', { attributes: { role: 'img' } });
  private readonly emptyText = element('p', { className: 'empty' });
  private readonly holder: HTMLElement;
  private readonly disclosure: HTMLDetailsElement;
  private readonly tableHolder = element('div', { className: 'table-holder', tabIndex: 0, attributes: { role: 'region' } });
  private readonly drawing = new ChartCanvas(this.canvas);
  private readonly heat = new HeatCanvas(this.canvas);
  private content?: ChartContent;
  private theme?: Theme;
  private tableTimer?: number;

  constructor(options: ChartPanelOptions) {
    const headingId = `${options.id}-title`;
    this.tableHolder.setAttribute('aria-label', `${options.title}: data table`);
    this.holder = element('div', { className: 'canvas-holder' }, this.canvas, this.emptyText);
    this.disclosure = element('details', { open: options.tableOpen }, element('summary', {}, 'Data table'), this.tableHolder);
    this.disclosure.addEventListener('toggle', () => {
      options.onToggleTable(this.disclosure.open);
      this.drawTable();
    });
    const save = (kind: 'CSV' | 'JSON' | 'SVG', write: (content: ChartContent) => string) => {
      const button = element('vscode-button', {
        secondary: true,
        textContent: kind,
        title: `Export “${options.title}” as ${kind}`,
      });
      button.addEventListener('click', () => {
        if (this.content) options.export(`${options.id}.${kind.toLowerCase()}`, write(this.content));
      });
      return button;
    };
    this.root = element(
      'section',
      { className: 'chart', attributes: { 'aria-labelledby': headingId } },
      element(
        'div',
        { className: 'chart-head' },
        element('h2', { id: headingId, textContent: options.title }),
        element(
          'div',
          { className: 'chart-controls' },
          ...(options.controls ?? []),
          save('CSV', (content) => toCsv(content.table())),
          save('JSON', (content) => toJson(content.table())),
          save('SVG', (content) => toSvg(options.title, content, this.theme!)),
        ),
      ),
      this.holder,
      this.disclosure,
    );
  }

  /** Width that the chart has to draw in, in pixels. */
  get width(): number {
    return Math.max(100, this.holder.clientWidth);
  }

  draw(content: ChartContent, theme: Theme): void {
    this.content = content;
    this.theme = theme;
    this.canvas.hidden = content.empty;
    this.emptyText.hidden = !content.empty;
    const { chart } = content;
    if (chart.kind !== 'lines') this.holder.style.setProperty('--bars', String((chart.kind === 'bars' ? chart.bars : chart.rows).length));
    this.holder.classList.toggle('bars', chart.kind !== 'lines');
    if (content.empty) {
      setText(this.emptyText, content.summary);
      this.drawing.clear();
    } else if (chart.kind === 'heat') this.heat.draw(chart, theme);
    else this.drawing.draw(chart, theme);
    // Not a live region: the sentence is read when somebody comes to the chart, not each time it changes.
    if (this.canvas.ariaLabel !== content.summary) this.canvas.ariaLabel = content.summary;
    if (this.disclosure.open) this.tableTimer ??= window.setTimeout(() => this.drawTable(), tablePauseMs);
  }

  private drawTable(): void {
    clearTimeout(this.tableTimer);
    this.tableTimer = undefined;
    if (!this.disclosure.open || !this.content) return;
    const table = this.content.table();
    const rows = table.rows.slice(-rowLimit);
    const notes = [
      table.note,
      rows.length < table.rows.length ? `The last ${rowLimit} of ${table.rows.length} rows; export has all.` : undefined,
    ];
    const head = element('tr', {}, ...table.columns.map((column) => element('th', { scope: 'col', textContent: column })));
    const body = rows.map((row) => element('tr', {}, ...row.map((cell) => element('td', { textContent: cellText(cell) }))));
    this.tableHolder.replaceChildren(
      ...notes.filter((note) => note !== undefined).map((note) => element('p', { className: 'note', textContent: note })),
      element('table', {}, element('thead', {}, head), element('tbody', {}, ...body)),
    );
  }
}

function cellText(cell: Cell): string {
  if (cell === undefined) return '–';
  return typeof cell === 'string' || Number.isInteger(cell) ? String(cell) : cell.toPrecision(5);
}
