import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  type ChartDataset,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
  Tooltip,
} from 'chart.js';
import { color } from 'chart.js/helpers';
import type { Theme } from '../shared/theme';
import type { Axis, BarContent, LineContent, LineSeries, Mark } from './chart-content';
import { placeMarks } from './mark-places';

Chart.register(BarController, BarElement, CategoryScale, Filler, Legend, LinearScale, LineController, LineElement, PointElement, Tooltip);

/** A chart on a canvas. Nothing is animated: data comes faster than an animation would end, and no motion is the calmest. */
export class ChartCanvas {
  private chart?: Chart;
  private drawn?: { kind: string; theme: Theme };
  private marks: readonly Mark[] = [];

  constructor(private readonly canvas: HTMLCanvasElement) {}

  draw(content: LineContent | BarContent, theme: Theme): void {
    this.marks = content.kind === 'lines' ? content.marks : [];
    const data = content.kind === 'lines' ? lineData(content, theme) : barData(content, theme);
    const again = this.chart && this.drawn?.kind === content.kind && this.drawn.theme === theme;
    if (again) {
      this.chart!.data = data as never;
      this.chart!.options = options(content, theme) as never;
      this.chart!.update('none');
      return;
    }
    this.chart?.destroy();
    this.drawn = { kind: content.kind, theme };
    this.chart = new Chart(this.canvas, {
      type: content.kind === 'lines' ? 'line' : 'bar',
      data,
      options: options(content, theme),
      plugins: [marksPlugin(() => this.marks, theme)],
    } as ChartConfiguration);
  }

  clear(): void {
    this.chart?.destroy();
    this.chart = undefined;
  }
}

function lineData({ series }: LineContent, theme: Theme) {
  return { datasets: series.map((one) => lineDataset(one, theme)) };
}

function lineDataset({ label, colour, look, points }: LineSeries, theme: Theme): ChartDataset<'line', readonly { x: number; y: number }[]> {
  const value = theme.colours[colour];
  const pale = color(value)
    .alpha(theme.highContrast ? 0.45 : 0.3)
    .rgbString();
  return {
    label,
    data: points,
    borderColor: look === 'faint' ? pale : value,
    backgroundColor: look === 'area' ? color(value).alpha(0.35).rgbString() : value,
    borderWidth: look === 'faint' ? 1 : 2,
    borderDash: look === 'dashed' ? [6, 4] : [],
    pointRadius: look === 'points' ? 3 : 0,
    pointHitRadius: 6,
    pointHoverRadius: 4,
    pointStyle: look === 'points' ? 'rectRot' : 'circle',
    fill: look === 'area' ? 'stack' : false,
    stack: look === 'area' ? 'area' : undefined,
    tension: 0,
    // The lowest is drawn last: test points over the trend, the trend over the single batches.
    order: look === 'points' ? 0 : look === 'faint' ? 2 : 1,
  };
}

function barData({ bars, parts }: BarContent, theme: Theme) {
  return {
    labels: [...bars],
    datasets: parts.map(({ label, colour, values }) => ({
      label,
      data: [...values],
      backgroundColor: theme.colours[colour],
      borderColor: theme.colours.background,
      borderWidth: theme.highContrast ? 1 : 0,
      maxBarThickness: 18,
    })),
  };
}

function scale(axis: Axis, theme: Theme, stacked: boolean) {
  const grid = color(theme.colours.grid).alpha(0.25).rgbString();
  return {
    type: 'linear',
    min: axis.minimum,
    max: axis.maximum,
    stacked,
    title: { display: true, text: axis.label, color: theme.colours.muted, font: font(theme) },
    grid: { color: grid, tickColor: grid },
    border: { color: grid },
    ticks: {
      color: theme.colours.muted,
      font: font(theme),
      maxRotation: 0,
      autoSkipPadding: 16,
      maxTicksLimit: 7,
      callback: (value: number | string) => (axis.tick ?? axis.format)(Number(value)),
    },
  };
}

const font = (theme: Theme) => ({ family: theme.fontFamily, size: Math.max(10, theme.fontSize - 2) });

function options(content: LineContent | BarContent, theme: Theme) {
  const lines = content.kind === 'lines';
  const value = lines ? content.y : content.value;
  const stacked = !lines || content.series.some(({ look }) => look === 'area');
  const across = lines
    ? scale(content.x, theme, false)
    : {
        type: 'category',
        stacked: true,
        ticks: { color: theme.colours.foreground, font: font(theme), autoSkip: false },
        grid: { display: false },
      };
  const labels = lines && content.x.label === 'Iteration';
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    normalized: true,
    parsing: lines ? false : undefined,
    indexAxis: lines ? 'x' : 'y',
    interaction: { mode: lines ? 'nearest' : 'index', axis: lines ? 'x' : 'y', intersect: false },
    layout: { padding: { top: 4 } },
    scales: lines ? { x: across, y: scale(value, theme, stacked) } : { y: across, x: scale(value, theme, true) },
    plugins: {
      legend: {
        position: 'top',
        align: 'start',
        display: lines || content.parts.length > 1,
        labels: { color: theme.colours.foreground, font: font(theme), boxWidth: 18, boxHeight: 2, padding: 10 },
      },
      tooltip: {
        backgroundColor: theme.colours.tooltipBackground,
        titleColor: theme.colours.tooltipForeground,
        bodyColor: theme.colours.tooltipForeground,
        borderColor: theme.colours.tooltipBorder,
        borderWidth: 1,
        titleFont: font(theme),
        bodyFont: font(theme),
        callbacks: {
          title: (items: { parsed: { x: number }; label: string }[]) => {
            const item = items[0];
            if (!item) return '';
            if (!lines) return item.label;
            return labels ? `Iteration ${content.x.format(item.parsed.x)}` : content.x.format(item.parsed.x);
          },
          label: (item: { dataset: { label?: string }; parsed: { x: number; y: number } }) =>
            `${item.dataset.label}: ${value.format(lines ? item.parsed.y : item.parsed.x)}`,
        },
      },
    },
  };
}

/** Vertical lines where something was changed. */
function marksPlugin(marks: () => readonly Mark[], theme: Theme): Plugin {
  return {
    id: 'marks',
    afterDatasetsDraw({ ctx, chartArea, scales }) {
      const x = scales.x;
      if (!x) return;
      ctx.save();
      ctx.strokeStyle = theme.colours.muted;
      ctx.fillStyle = theme.colours.foreground;
      ctx.font = `${Math.max(10, theme.fontSize - 2)}px ${theme.fontFamily}`;
      ctx.setLineDash([2, 3]);
      const widthOf = (label: string) => ctx.measureText(label).width;
      for (const { at, label } of placeMarks(marks(), (value) => x.getPixelForValue(value), chartArea.left, chartArea.right, widthOf)) {
        ctx.beginPath();
        ctx.moveTo(at, chartArea.top);
        ctx.lineTo(at, chartArea.bottom);
        ctx.stroke();
        if (label) ctx.fillText(label.text, label.start, chartArea.top + theme.fontSize);
      }
      ctx.restore();
    },
  };
}
