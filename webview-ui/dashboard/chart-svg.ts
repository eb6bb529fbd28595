import type { Theme } from '../shared/theme';
import { place, type Scale, ticks } from './axis-scale';
import type { BarContent, ChartContent, HeatContent, LineContent, LineSeries, Mark } from './chart-content';
import type { Point } from './decimate';
import { hatching, heatCells, markLine } from './heat-cells';
import { placeMarks } from './mark-places';

const width = 720;
const height = 360;
const margin = { top: 54, right: 24, bottom: 46, left: 76 };
const barRow = 22;
/** Width of a letter at most, about, in the text size of the drawing. */
const letter = 7;
const widestBarLabel = 320;

/** The chart as a drawing that stands alone, in the theme's colours. */
export function toSvg(title: string, { chart, summary }: ChartContent, theme: Theme): string {
  const bottom = drawnBottom(chart);
  const whole = bottom + margin.bottom;
  const { foreground, background } = theme.colours;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${whole}" font-family="${escaped(theme.fontFamily)}" font-size="12" fill="${foreground}" role="img">`,
    `<title>${escaped(title)}</title><desc>${escaped(summary)}</desc>`,
    `<rect width="${width}" height="${whole}" fill="${background}"/>`,
    text(16, 20, title, 'font-size="14" font-weight="600"'),
    ...drawn(chart, theme, bottom),
    '</svg>',
    '',
  ].join('\n');
}

function drawnBottom(chart: ChartContent['chart']): number {
  if (chart.kind === 'lines') return height - margin.bottom;
  return chart.kind === 'bars' ? margin.top + chart.bars.length * barRow : heatTop(chart) + chart.rows.length * barRow;
}

const heatTop = ({ marks }: HeatContent) => margin.top + (marks.length > 0 ? markLine : 0);

function drawn(chart: ChartContent['chart'], theme: Theme, bottom: number): string[] {
  if (chart.kind === 'lines') return lines(chart, theme, bottom);
  return chart.kind === 'bars' ? bars(chart, theme, bottom) : heat(chart, theme, bottom);
}

function heat(content: HeatContent, theme: Theme, bottom: number): string[] {
  const { x, value, rows, missing, marks } = content;
  const { blue, muted } = theme.colours;
  const top = heatTop(content);
  const left = Math.min(widestBarLabel, 24 + letter * Math.max(...rows.map(({ length }) => length)));
  const across = place([0, ...content.columns.map((column) => column.x)], x.minimum, x.maximum, left, width - margin.right);
  const drawing = grid(across, x.tick ?? x.format, top, bottom, theme);
  drawing.push(text((left + width - margin.right) / 2, bottom + 38, x.label, 'text-anchor="middle"'));
  rows.forEach((name, row) => {
    drawing.push(text(left - 8, top + row * barRow + 15, name, 'text-anchor="end"'));
  });
  const cells = heatCells(content);
  for (const cell of cells) {
    const start = across.at(cell.from);
    const fill = cell.value === undefined ? hatched : `fill="${blue}" opacity="${cell.value.toFixed(3)}"`;
    drawing.push(
      `<rect x="${start.toFixed(1)}" y="${top + cell.row * barRow + 1}" width="${(across.at(cell.to) - start).toFixed(1)}" height="${barRow - 2}" ${fill}/>`,
    );
  }
  const marked = drawnMarks(marks, across, left, bottom, theme);
  // On a line of the ground's colour, so that they are seen on fields of any shade.
  drawing.push(...marked.map(({ at }) => line(at, top, at, bottom, theme.colours.background, '')), ...marked.flatMap(({ drawn }) => drawn));
  const shades = [0, 0.25, 0.5, 0.75, 1].map(
    (shade, index) => `<rect x="${16 + 18 * index}" y="32" width="18" height="10" fill="${blue}" opacity="${shade}"/>`,
  );
  const words = `${value.label}, ${value.format(0)} to ${value.format(1)}`;
  drawing.push(...shades, text(112, 41, words));
  if (cells.every((cell) => cell.value !== undefined)) return drawing;
  const behind = 112 + words.length * letter;
  const { side, strokes } = hatching;
  return [
    `<defs><pattern id="missing" width="${side}" height="${side}" patternUnits="userSpaceOnUse"><path d="${strokes}" stroke="${muted}" fill="none"/></pattern></defs>`,
    ...drawing,
    `<rect x="${behind}" y="32" width="18" height="10" ${hatched}/>`,
    text(behind + 24, 41, missing),
  ];
}

const hatched = 'fill="url(#missing)"';

/** Vertical lines where something was changed, their words at the top. */
function drawnMarks(marks: readonly Mark[], across: Scale, left: number, bottom: number, theme: Theme) {
  return placeMarks(marks, across.at, left, width - margin.right, (label) => label.length * letter).map(({ at, label }) => ({
    at,
    drawn: [
      line(at, margin.top, at, bottom, theme.colours.muted, 'stroke-dasharray="2 3"'),
      ...(label ? [text(label.start, margin.top + 12, label.text)] : []),
    ],
  }));
}

function lines({ x, y, series, marks }: LineContent, theme: Theme, bottom: number): string[] {
  const stacked = stack(series);
  const points = stacked.flatMap((one) => one.points);
  const across = place(
    points.map((point) => point.x),
    x.minimum,
    x.maximum,
    margin.left,
    width - margin.right,
  );
  const up = place(
    points.map((point) => point.y),
    y.minimum,
    y.maximum,
    bottom,
    margin.top,
  );
  const drawing = grid(across, x.tick ?? x.format, margin.top, bottom, theme);
  for (const value of ticks(up)) {
    drawing.push(line(margin.left, up.at(value), width - margin.right, up.at(value), theme.colours.grid, 'opacity="0.4"'));
    drawing.push(text(margin.left - 8, up.at(value) + 4, (y.tick ?? y.format)(value), 'text-anchor="end"'));
  }
  drawing.push(text((margin.left + width - margin.right) / 2, bottom + 38, x.label, 'text-anchor="middle"'));
  drawing.push(`<text transform="translate(14 ${(margin.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`);
  const path = (line: readonly Point[]) => line.map((point) => `${across.at(point.x).toFixed(1)},${up.at(point.y).toFixed(1)}`).join(' ');
  for (const { colour, look, points: own, ground } of stacked) {
    if (look === 'area')
      drawing.push(`<polygon fill="${theme.colours[colour]}" opacity="0.35" points="${path([...own, ...ground.toReversed()])}"/>`);
    const style =
      look === 'faint' ? 'stroke-width="1" opacity="0.4"' : `stroke-width="2"${look === 'dashed' ? ' stroke-dasharray="6 4"' : ''}`;
    drawing.push(`<polyline fill="none" stroke="${theme.colours[colour]}" ${style} points="${path(own)}"/>`);
    if (look !== 'points') continue;
    for (const point of own)
      drawing.push(
        `<circle cx="${across.at(point.x).toFixed(1)}" cy="${up.at(point.y).toFixed(1)}" r="3" fill="${theme.colours[colour]}"/>`,
      );
  }
  drawing.push(...drawnMarks(marks, across, margin.left, bottom, theme).flatMap(({ drawn }) => drawn));
  return [...drawing, ...legend(series, theme)];
}

function bars({ value, bars: names, parts }: BarContent, theme: Theme, bottom: number): string[] {
  const barLabel = Math.min(widestBarLabel, 24 + letter * Math.max(...names.map(({ length }) => length)));
  const totals = names.map((_, bar) => parts.reduce((sum, part) => sum + part.values[bar]!, 0));
  const across = place(totals, 0, undefined, barLabel, width - margin.right);
  const drawing = grid(across, value.tick ?? value.format, margin.top, bottom, theme);
  drawing.push(text((barLabel + width - margin.right) / 2, bottom + 38, value.label, 'text-anchor="middle"'));
  names.forEach((name, bar) => {
    const top = margin.top + bar * barRow;
    drawing.push(text(barLabel - 8, top + 15, name, 'text-anchor="end"'));
    let sum = 0;
    for (const { colour, values } of parts) {
      const start = across.at(sum);
      sum += values[bar]!;
      drawing.push(
        `<rect x="${start.toFixed(1)}" y="${top + 3}" width="${(across.at(sum) - start).toFixed(1)}" height="${barRow - 6}" fill="${theme.colours[colour]}"/>`,
      );
    }
  });
  return [...drawing, ...legend(parts, theme)];
}

/** Areas stand on the area before, as on the page; `ground` is what they stand on. */
function stack(series: LineContent['series']): (LineSeries & { readonly ground: readonly Point[] })[] {
  let below: readonly Point[] = [];
  return series.map((one) => {
    if (one.look !== 'area') return { ...one, ground: [] };
    const ground = one.points.map(({ x }, index) => ({ x, y: below[index]?.y ?? 0 }));
    const points = one.points.map(({ x, y }, index) => ({ x, y: ground[index]!.y + y }));
    below = points;
    return { ...one, points, ground };
  });
}

function grid(across: Scale, format: (value: number) => string, top: number, bottom: number, theme: Theme): string[] {
  return ticks(across).flatMap((value) => [
    line(across.at(value), top, across.at(value), bottom, theme.colours.grid, 'opacity="0.4"'),
    text(across.at(value), bottom + 18, format(value), 'text-anchor="middle"'),
  ]);
}

function legend(entries: readonly { label: string; colour: keyof Theme['colours'] }[], theme: Theme): string[] {
  let at = 16;
  return entries.flatMap(({ label, colour }) => {
    const start = at;
    at += 34 + label.length * letter;
    return [`<rect x="${start}" y="34" width="14" height="4" fill="${theme.colours[colour]}"/>`, text(start + 19, 41, label)];
  });
}

const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, more: string) =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${stroke}" ${more}/>`;
const text = (x: number, y: number, content: string, more = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped(content)}</text>`;
const escaped = (content: string) =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
