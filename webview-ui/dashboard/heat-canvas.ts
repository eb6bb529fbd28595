import type { Theme } from '../shared/theme';
import { place, type Scale, ticks } from './axis-scale';
import type { HeatContent } from './chart-content';
import { type HeatCell, hatching, heatCells, markLine } from './heat-cells';
import { placeMarks } from './mark-places';

const margin = { top: 30, right: 16, bottom: 36 };
const widestLabelShare = 0.35;
const shades = [0, 0.25, 0.5, 0.75, 1];

/** Where the fields of a heat map stand, in pixels. */
interface Area {
  readonly across: Scale;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly rowHeight: number;
}

/** A heat map on a canvas, in the size that the page gives it. The pointer's cell is told in a tip. */
export class HeatCanvas {
  private cells: readonly HeatCell[] = [];
  private content?: HeatContent;
  private area?: Area;

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
    context.textBaseline = 'middle';
    context.strokeStyle = theme.colours.muted;
    const area = areaOf(content, context, width, height);
    this.content = content;
    this.cells = heatCells(content);
    this.area = area;
    const paint = { field: theme.colours.blue, hatching: hatchingIn(theme.colours.muted, context), text: theme.colours.foreground };
    drawCells(context, this.cells, area, paint);
    const hatched = this.cells.some(({ value }) => value === undefined);
    drawLegend(context, content, hatched, paint);
    drawMarks(context, content, area, theme);
    drawAxes(context, content, area, theme);
  }

  private tell({ offsetX, offsetY }: MouseEvent): void {
    const { content, area } = this;
    if (!content || !area) return;
    const row = Math.floor((offsetY - area.top) / area.rowHeight);
    const cell = this.cells.find((one) => one.row === row && area.across.at(one.from) <= offsetX && offsetX < area.across.at(one.to));
    const value = cell?.value === undefined ? content.missing : content.value.format(cell.value);
    this.canvas.title = cell ? `${content.rows[row]}, iteration ${content.x.format(cell.to)}: ${value}` : '';
  }
}

function areaOf({ columns, rows, marks, x }: HeatContent, context: CanvasRenderingContext2D, width: number, height: number): Area {
  const widest = Math.max(...rows.map((row) => context.measureText(row).width));
  const left = Math.min(widest + 12, width * widestLabelShare);
  const [right, bottom] = [width - margin.right, height - margin.bottom];
  const top = margin.top + (marks.length > 0 ? markLine : 0);
  const across = place([0, ...columns.map((column) => column.x)], x.minimum, x.maximum, left, right);
  return { across, left, right, top, bottom, rowHeight: (bottom - top) / rows.length };
}

/** What fields, those without a value and words are painted with. */
interface Paint {
  readonly field: string;
  readonly hatching: CanvasPattern;
  readonly text: string;
}

function drawCells(context: CanvasRenderingContext2D, cells: readonly HeatCell[], { across, top, rowHeight }: Area, paint: Paint): void {
  for (const { row, from, to, value } of cells) {
    context.globalAlpha = value ?? 1;
    context.fillStyle = value === undefined ? paint.hatching : paint.field;
    context.fillRect(across.at(from), top + row * rowHeight + 1, across.at(to) - across.at(from), Math.max(1, rowHeight - 2));
  }
  context.globalAlpha = 1;
}

/** In the line above the fields: the shades and what they mean, then the hatching where some field has it. */
function drawLegend(context: CanvasRenderingContext2D, { value, missing }: HeatContent, hatched: boolean, paint: Paint): void {
  const [start, y, swatch, swatchHeight] = [4, 8, 18, 10];
  const middle = y + swatchHeight / 2;
  context.fillStyle = paint.field;
  shades.forEach((shade, index) => {
    context.globalAlpha = shade;
    context.fillRect(start + swatch * index, y, swatch, swatchHeight);
  });
  context.globalAlpha = 1;
  context.strokeRect(start, y, swatch * shades.length, swatchHeight);
  const words = `${value.label}, ${value.format(0)} to ${value.format(1)}`;
  const wordsStart = start + swatch * shades.length + 8;
  context.fillStyle = paint.text;
  context.fillText(words, wordsStart, middle);
  if (!hatched) return;
  const behind = wordsStart + context.measureText(words).width + 16;
  context.fillText(missing, behind + swatch + 8, middle);
  context.fillStyle = paint.hatching;
  context.fillRect(behind, y, swatch, swatchHeight);
  context.strokeRect(behind, y, swatch, swatchHeight);
}

/** As in other charts, but on a line of the ground's colour, so that they are seen on fields of any shade. */
function drawMarks(context: CanvasRenderingContext2D, { marks }: HeatContent, area: Area, { colours }: Theme): void {
  const { across, left, right, top, bottom } = area;
  const line = (at: number, from: number, colour: string, dashes: readonly number[]) => {
    context.strokeStyle = colour;
    context.setLineDash([...dashes]);
    context.beginPath();
    context.moveTo(at, from);
    context.lineTo(at, bottom);
    context.stroke();
  };
  context.fillStyle = colours.foreground;
  for (const { at, label } of placeMarks(marks, across.at, left, right, (text) => context.measureText(text).width)) {
    line(at, top, colours.background, []);
    line(at, margin.top, colours.muted, [2, 3]);
    if (label) context.fillText(label.text, label.start, margin.top + markLine / 2);
  }
  context.setLineDash([]);
}

function drawAxes(context: CanvasRenderingContext2D, { rows, x }: HeatContent, area: Area, { colours }: Theme): void {
  const { across, left, right, top, bottom, rowHeight } = area;
  context.strokeRect(left, top, right - left, bottom - top);
  context.fillStyle = colours.foreground;
  context.textAlign = 'right';
  rows.forEach((row, index) => {
    context.fillText(row, left - 6, top + (index + 0.5) * rowHeight, left - 8);
  });
  context.fillStyle = colours.muted;
  context.textAlign = 'center';
  for (const tick of ticks(across)) context.fillText((x.tick ?? x.format)(tick), across.at(tick), bottom + 10);
  context.fillText(x.label, (left + right) / 2, bottom + 26);
}

function hatchingIn(colour: string, context: CanvasRenderingContext2D): CanvasPattern {
  const tile = document.createElement('canvas');
  Object.assign(tile, { width: hatching.side, height: hatching.side });
  const drawing = tile.getContext('2d')!;
  drawing.strokeStyle = colour;
  drawing.stroke(new Path2D(hatching.strokes));
  return context.createPattern(tile, 'repeat')!;
}
