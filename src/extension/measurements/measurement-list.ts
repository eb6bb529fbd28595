import * as vscode from 'vscode';
import type { MeasurementFile } from '../../protocol/measurements';
import type { Backend } from '../backend/backend';
import type { Log } from '../diagnostics/log';
import { Disposable } from '../disposable';
import { filesOfBoard, type MeasuredBoard, measuredBoards } from './measured-boards';

const boardKey = 'e2train.measuredBoard';

/** Files are written one after another, row by row: they are read once for each burst. */
const settleMs = 200;

/** A folder that comes or goes with all that is in it is told by its own name alone. */
const measurementFiles = '**/{.e2train,.e2train/measurements,.e2train/measurements/*.json}';

/** All measurements of the workspace as the backend reads them, newest first; read anew whenever their folder changes. */
export class MeasurementList extends Disposable {
  private files: readonly MeasurementFile[] = [];
  private readonly changed = this.track(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changed.event;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly backend: Backend,
    private readonly memory: vscode.Memento,
    private readonly log: Log,
  ) {
    super();
    backend.on('measurements/row', () => this.refreshSoon());
    backend.on('measurements/changed', () => this.refreshSoon());
    backend.on('measurements/ended', () => this.refreshSoon());
    this.track(backend.onDidChangeState(({ kind }) => kind === 'running' && this.refreshSoon()));
    const watcher = this.track(vscode.workspace.createFileSystemWatcher(measurementFiles));
    for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete]) this.track(event(() => this.refreshWhenRunning()));
    // A watcher can miss what happens in a folder that has just come.
    this.track(vscode.window.onDidChangeWindowState(({ focused }) => focused && this.refreshWhenRunning()));
    this.track({ dispose: () => clearTimeout(this.timer) });
  }

  all(): readonly MeasurementFile[] {
    return this.files;
  }

  boards(): readonly MeasuredBoard[] {
    return measuredBoards(this.files);
  }

  /** The board whose figures stand beside estimates; undefined for all, also where the chosen one has no measurements left. */
  get board(): string | undefined {
    const chosen = this.memory.get<string>(boardKey);
    return this.boards().some(({ name }) => name === chosen) ? chosen : undefined;
  }

  async chooseBoard(board: string | undefined): Promise<void> {
    await this.memory.update(boardKey, board);
    this.changed.fire();
  }

  /** What stands beside estimates: everything, or what is of the chosen board. */
  shown(): readonly MeasurementFile[] {
    const { board } = this;
    return board === undefined ? this.files : filesOfBoard(this.files, board);
  }

  /** Starts the backend when needed and reads all measurements. */
  async refresh(): Promise<void> {
    try {
      const files = await this.backend.request('measurements/list', {});
      if (JSON.stringify(files) === JSON.stringify(this.files)) return;
      this.files = files;
      this.changed.fire();
    } catch (error) {
      this.log.warn(`The measurements could not be listed: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** A file alone starts no backend: whoever first asks something of it gets the measurements too. */
  private refreshWhenRunning(): void {
    if (this.backend.state.kind === 'running') this.refreshSoon();
  }

  private refreshSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), settleMs);
  }
}
