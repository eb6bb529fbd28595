import type { RunSummary } from '../../src/protocol/runs';
import type { FromDashboard, ToDashboard } from '../../src/protocol/webview-messages';
import type { Host } from '../shared/host';
import { onThemeChange, readTheme } from '../shared/theme';
import { ChartBoard } from './chart-board';
import { ConnectionBanner } from './connection-banner';
import { plainTrainingBeside } from './equal-computation-chart';
import type { KeptState } from './kept-state';
import { type ConnectionState, MetricsConnection } from './metrics-connection';
import { Relay } from './relay-channel';
import { RunHeader } from './run-header';
import { RunList } from './run-list';
import { RunRecord } from './run-record';

/** The page redraws at most this often. */
const drawPauseMs = 100;
const editorSilentMs = 5000;

/** Brings the parts of the dashboard together: connection → record of the selected run → header and charts. */
export class DashboardPage {
  private readonly runs = new RunList();
  private record = new RunRecord();
  private selected?: string;
  private connectionState?: ConnectionState;
  private editorIsSilent = false;
  private problem?: string;
  private kept: KeptState;
  private theme = readTheme();
  private drawing?: number;
  private lastDrawn = 0;
  private readonly relay: Relay;
  private readonly connection: MetricsConnection;
  private readonly banner: ConnectionBanner;
  private readonly header: RunHeader;
  private readonly board: ChartBoard;

  constructor(private readonly host: Host<ToDashboard, FromDashboard, KeptState>) {
    this.kept = host.kept;
    this.relay = new Relay((message) => host.post(message));
    this.banner = new ConnectionBanner({ showLog: () => host.post({ type: 'showLog' }), tryAgain: () => this.connection.reconnect() });
    this.header = new RunHeader({
      select: (runId) => {
        this.select(runId);
        host.post({ type: 'select', runId });
      },
      stop: (runId) => host.post({ type: 'stop', runId }),
      resume: (runId) => host.post({ type: 'resume', runId }),
    });
    this.board = new ChartBoard(this.kept, {
      keep: (change) => this.keep(change),
      redraw: () => this.draw(),
      export: (name, text) => host.post({ type: 'export', fileName: `${this.selected ?? 'run'}-${name}`, text }),
    });
    this.connection = new MetricsConnection(
      { openSocket: (address) => new WebSocket(address), openRelay: () => this.relay.open() },
      {
        state: (state) => {
          this.connectionState = state;
          this.draw();
        },
        runs: (runs) => this.takeRuns(runs, this.selected),
        changed: (summary) => this.takeSummary(summary),
        deleted: (runId) => this.forget(runId),
        records: ({ records }) => {
          this.record.take(records);
          this.problem = undefined;
          this.draw();
        },
        problem: (sentence) => {
          this.problem = sentence;
          this.draw();
        },
        lastSequence: () => this.record.lastSequence,
        restart: () => {
          this.record = new RunRecord();
        },
      },
    );
  }

  start(): void {
    document.body.append(this.banner.root, this.header.root, this.board.root);
    this.host.onMessage((message) => this.receive(message));
    onThemeChange(() => {
      this.theme = readTheme();
      this.draw();
    });
    new ResizeObserver(() => this.draw()).observe(document.body);
    setTimeout(() => {
      this.editorIsSilent = this.connectionState === undefined;
      this.draw();
    }, editorSilentMs);
    this.draw();
    this.host.post({ type: 'ready' });
  }

  private receive(message: ToDashboard): void {
    if (message.type === 'relay') this.relay.receive(message.text);
    else if (message.type === 'relayClosed') this.relay.closed();
    else {
      this.takeRuns(message.runs, message.selected ?? this.selected ?? this.kept.runId);
      this.connection.setEndpoint({ address: message.address, token: message.token });
    }
  }

  private takeRuns(runs: readonly RunSummary[], wanted: string | undefined): void {
    this.runs.replace(runs);
    this.select(this.runs.choose(wanted, this.selected));
  }

  private takeSummary(summary: RunSummary): void {
    this.runs.change(summary);
    if (this.selected === undefined) this.select(summary.run.id);
    this.draw();
  }

  private forget(runId: string): void {
    this.runs.remove(runId);
    if (this.selected === runId) this.select(this.runs.choose());
    this.draw();
  }

  private select(runId: string | undefined): void {
    if (runId !== this.selected) {
      this.selected = runId;
      this.record = new RunRecord();
      this.problem = undefined;
      this.keep({ runId });
      this.connection.follow(runId);
    }
    this.draw();
  }

  private keep(change: Partial<KeptState>): void {
    this.kept = { ...this.kept, ...change };
    this.host.keep(this.kept);
  }

  /** Draws soon, together with whatever else changes until then. */
  private draw(): void {
    if (this.drawing !== undefined) return;
    const wait = Math.max(0, this.lastDrawn + drawPauseMs - performance.now());
    this.drawing = window.setTimeout(() => requestAnimationFrame((now) => this.drawNow(now)), wait);
  }

  private drawNow(now: number): void {
    this.drawing = undefined;
    this.lastDrawn = now;
    this.banner.draw(this.connectionState, this.editorIsSilent, this.problem);
    const summary = this.presentSummary();
    this.header.draw(summary, this.runs.all);
    this.board.root.hidden = summary === undefined;
    if (summary) this.board.draw(this.record, this.kept, this.theme, plainTrainingBeside(summary, this.runs.all));
  }

  /** The selected run with figures as new as its records. */
  private presentSummary(): RunSummary | undefined {
    const summary = this.runs.get(this.selected);
    if (!summary) return undefined;
    const { iteration, prediction, evaluations } = this.record;
    return {
      ...summary,
      iteration: iteration ?? summary.iteration,
      evaluation: evaluations.at(-1) ?? summary.evaluation,
      prediction: prediction ?? summary.prediction,
      plannedIterations: prediction?.plannedIterations ?? summary.plannedIterations,
    };
  }
}
