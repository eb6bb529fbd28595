import type { Theme } from '../shared/theme';
import { place, type Scale, ticks } from './axis-scale';
import type { HeatContent } from './chart-content';
import { type HeatCell, heatCells } from './heat-cells';

const margin = { top: 30, right: 16, bottom: 36 };
const widestLabelShare = 0.35;
const shades = [0, 0.25, 0.5, 0.75, 1];

/** A heat map on a canvas, in the size that the page gives it. The pointer's cell is told in a tip. */
export class HeatCanvas {
  private cells: readonly HeatCell[] = [];
  private content?: HeatContent;
  private area?: { readonly across: Scale; readonly rowHeight: number };

  constructor(private readonly canvas: HTMLCanvasElement) {
    canvas.addEventListener('mousemove', (event) => this.tell(event));
  }

  draw(content: HeatContent, theme: Theme): void {
    const width = Math.max(100, this.canvas.parentElement!.clientWidth);
    const height = this.canvas.parentElement!.clientHeight;
    const density = window.devicePixelRatio || 1;
    Object.assign(this.canvas, { width: width * density, height: height * density });
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    const context = this.canvas.getContext('2d')!;
    context.scale(density, density);
    context.font = `${Math.max(10, theme.fontSize - 2)}px ${theme.fontFamily}`;
    const { colours } = theme;
    const widest = Math.max(...content.rows.map((row) => context.measureText(row).width));
    const left = Math.min(widest + 12, width * widestLabelShare);
    const bottom = height - margin.bottom;
    const across = place([0, ...content.columns.map(({ x }) => x)], content.x.minimum, content.x.maximum, left, width - margin.right);
    const rowHeight = (bottom - margin.top) / content.rows.length;
    this.content = content;
    this.cells = heatCells(content);
    this.area = { across, rowHeight };

    context.textBaseline = 'middle';
    context.fillStyle = colours.blue;
    for (const { row, from, to, value } of this.cells) {
      context.globalAlpha = value;
      context.fillRect(across.at(from), margin.top + row * rowHeight + 1, across.at(to) - across.at(from), Math.max(1, rowHeight - 2));
    }
    shades.forEach((shade, index) => {
      context.globalAlpha = shade;
      context.fillRect(4 + 18 * index, 8, 18, 10);
    });
    context.globalAlpha = 1;
    context.strokeStyle = colours.muted;
    context.strokeRect(4, 8, 18 * shades.length, 10);
    context.strokeRect(left, margin.top, width - margin.right - left, bottom - margin.top);
    context.fillStyle = colours.foreground;
    const { value, x } = content;
    context.fillText(`${value.label}, ${value.format(0)} to ${value.format(1)}`, 12 + 18 * shades.length, 13);
    context.textAlign = 'right';
    content.rows.forEach((row, index) => {
      context.fillText(row, left - 6, margin.top + (index + 0.5) * rowHeight, left - 8);
    });
    context.fillStyle = colours.muted;
    context.textAlign = 'center';
    for (const tick of ticks(across)) context.fillText((x.tick ?? x.format)(tick), across.at(tick), bottom + 10);
    context.fillText(x.label, (left + width - margin.right) / 2, bottom + 26);
  }

  private tell({ offsetX, offsetY }: MouseEvent): void {
    const { content, area } = this;
    if (!content || !area) return;
    const row = Math.floor((offsetY - margin.top) / area.rowHeight);
    const cell = this.cells.find((one) => one.row === row && area.across.at(one.from) <= offsetX && offsetX < area.across.at(one.to));
    this.canvas.title = cell ? `${content.rows[row]}, iteration ${content.x.format(cell.to)}: ${content.value.format(cell.value)}` : '';
  }
}
