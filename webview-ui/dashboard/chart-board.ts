import { element, setText } from '../shared/element';
import type { Theme } from '../shared/theme';
import { blockHeatContent } from './block-heat-chart';
import type { ChartContent } from './chart-content';
import { ChartPanel } from './chart-panel';
import { accuracyByEnergyContent, cumulativeEnergyContent, iterationsContent } from './energy-charts';
import { accuracyByComputationContent, type PlainTraining } from './equal-computation-chart';
import { gatesInWords } from './gates-in-words';
import type { KeptState } from './kept-state';
import { layerEnergyContent, phaseEnergyContent } from './layer-chart';
import type { RunRecord } from './run-record';
import { gatesContent, learningRateContent, signsContent } from './saver-charts';
import { saversInWords } from './savers-in-words';
import { accuracyContent, type ChartOptions, lossContent } from './training-charts';

export interface ChartBoardActions {
  keep(change: Partial<KeptState>): void;
  redraw(): void;
  export(fileName: string, text: string): void;
}

type Build = (record: RunRecord, options: ChartOptions, kept: KeptState, plain: PlainTraining) => ChartContent;

/** Layers with a bar of their own. */
const layersShown = 8;

interface Chart {
  readonly id: string;
  readonly title: string;
  readonly build: Build;
  /** Charts of a saver are shown where the run has used it. */
  readonly applies?: (record: RunRecord) => boolean;
}

const skipsBlocks = ({ blockExecutions }: RunRecord) => blockExecutions.latest !== undefined;

const charts: readonly Chart[] = [
  {
    ...{ id: 'equal-computation', title: 'Accuracy against computation' },
    build: (record, _, __, plain) => accuracyByComputationContent(record, plain),
  },
  { id: 'loss', title: 'Loss', build: lossContent },
  { id: 'accuracy', title: 'Accuracy', build: accuracyContent },
  { id: 'energy', title: 'Energy against the SMB baseline', build: cumulativeEnergyContent },
  {
    id: 'layers',
    title: 'Energy by layer and phase',
    build: (record, _, { energyBy }) => (energyBy === 'layer' ? layerEnergyContent(record, layersShown) : phaseEnergyContent(record)),
  },
  { id: 'iterations', title: 'Iterations executed and dropped', build: iterationsContent },
  { id: 'accuracy-by-energy', title: 'Accuracy against energy', build: accuracyByEnergyContent },
  { id: 'blocks', title: 'Residual blocks executed', build: blockHeatContent, applies: skipsBlocks },
  { id: 'gates', title: 'Executed share and gates', build: gatesContent, applies: skipsBlocks },
  {
    ...{ id: 'signs', title: 'Gradient signs predicted (PSG)', build: signsContent },
    applies: ({ signPredictions }) => signPredictions.latest !== undefined,
  },
  { id: 'learning-rate', title: 'Learning rate', build: learningRateContent },
];

/** All charts, and the controls that they share. */
export class ChartBoard {
  readonly root: HTMLElement;
  private readonly panels: { panel: ChartPanel; chart: Chart }[];
  private readonly comparison = element('p', { className: 'equal-computation' });
  private readonly inWords = element('p', { className: 'savers-in-words' });
  private readonly gates = element('p', { className: 'gates-in-words' });
  private readonly open: Set<string>;

  constructor(kept: KeptState, actions: ChartBoardActions) {
    this.open = new Set(kept.openTables);
    this.panels = charts.map((chart) => ({
      chart,
      panel: new ChartPanel({
        id: chart.id,
        title: chart.title,
        controls: chart.id === 'layers' ? [energyByControl(kept, actions)] : [],
        tableOpen: this.open.has(chart.id),
        onToggleTable: (open) => {
          if (open) this.open.add(chart.id);
          else this.open.delete(chart.id);
          actions.keep({ openTables: [...this.open] });
        },
        export: actions.export,
      }),
    }));
    this.root = element(
      'main',
      {},
      this.comparison,
      this.inWords,
      this.gates,
      smoothingControl(kept, actions),
      element('div', { className: 'charts' }, ...this.panels.map(({ panel }) => panel.root)),
    );
  }

  draw(record: RunRecord, kept: KeptState, theme: Theme, plain: PlainTraining): void {
    say(this.comparison, plain.inWords);
    say(this.inWords, saversInWords(record));
    say(this.gates, gatesInWords(record));
    for (const { panel, chart } of this.panels) {
      panel.root.hidden = chart.applies?.(record) === false;
      if (!panel.root.hidden) panel.draw(chart.build(record, { width: panel.width, smoothing: kept.smoothing }, kept, plain), theme);
    }
  }
}

function say(paragraph: HTMLElement, words: string | undefined): void {
  paragraph.hidden = words === undefined;
  setText(paragraph, words ?? '');
}

function smoothingControl(kept: KeptState, actions: ChartBoardActions): HTMLElement {
  const value = element('output', { textContent: kept.smoothing.toFixed(2) });
  const slider = element('input', { id: 'smoothing', type: 'range', min: '0', max: '0.99', step: '0.01', value: String(kept.smoothing) });
  slider.addEventListener('input', () => {
    setText(value, slider.valueAsNumber.toFixed(2));
    actions.keep({ smoothing: slider.valueAsNumber });
    actions.redraw();
  });
  const label = element('label', { htmlFor: 'smoothing', textContent: 'Smoothing of the training lines' });
  return element('div', { className: 'smoothing' }, label, slider, value);
}

function energyByControl(kept: KeptState, actions: ChartBoardActions): HTMLElement {
  const choose = element(
    'select',
    { ariaLabel: 'Energy by' },
    ...(['layer', 'phase'] as const).map((by) =>
      element('option', { value: by, textContent: by === 'layer' ? 'Layers' : 'Phases', selected: kept.energyBy === by }),
    ),
  );
  choose.addEventListener('change', () => {
    actions.keep({ energyBy: choose.value === 'phase' ? 'phase' : 'layer' });
    actions.redraw();
  });
  return choose;
}
