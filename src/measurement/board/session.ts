import { setTimeout as pause } from 'node:timers/promises';
import type { MarkedWindow, MeasurementFile, MeasurementRow } from '../../protocol/measurements';
import type { MeasurementStore } from '../measurement-store';
import type { SensorRail } from '../meters/sensor-rail';
import { isUnavailable, type Unavailable } from '../power-sample';
import { median } from '../statistics';
import { type BoardState, countedRails, discoverBoard } from './board';
import type { BoardRecord } from './board-record';
import { loadScript } from './board-script';
import { BoardConnection, BoardUnreachable, type ConnectionOptions, LinkDropped } from './connection';
import { loadWindows, vanishedRail, workloadFailure } from './evaluate-load';
import { rowOfLoad, unavailableRow } from './load-row';
import { Notebook } from './notebook';
import { raiseExecutions } from './raise-executions';
import { type LoadTask, loadJson, workloadCommand } from './workload';

export interface SessionOptions extends ConnectionOptions {
  /** The board's name, as rows carry it. */
  readonly board: string;
  /** Before /proc and /sys; empty on a real board. */
  readonly root: string;
  /** Names of the rails to count instead of the usual ones. */
  readonly rails?: readonly string[] | undefined;
  readonly clockMHz?: number | undefined;
  /** The command, with placeholders for the layer (`workloadCommand`). */
  readonly workload: string;
  readonly tasks: readonly LoadTask[];
  readonly batchSize: number;
  readonly executions: number;
  /** Executions are raised until one run of the workload takes this long; 0: they stay as they are. */
  readonly windowSeconds: number;
  readonly repeats: number;
  readonly idleSeconds: number;
  readonly intervalSeconds: number;
  /** Whether an external meter samples: the session then keeps its marks only, to be joined. */
  readonly externalMeter: boolean;
  /** How long a board that went away is waited for. */
  readonly reconnectSeconds: number;
  readonly network: MeasurementFile['network'];
}

export interface SessionProgress {
  readonly done: number;
  readonly total: number;
  readonly text: string;
}

export interface SessionListener {
  onProgress(progress: SessionProgress): void;
  /** A figure, or why there is none, as soon as it is known. */
  onRow?(row: MeasurementRow): void;
}

/** Attempts at one load before it is given up. */
const attempts = 4;
const longestPauseSeconds = 8;

/**
 * Measures a network's layers on a board. A link that drops, a board that starts anew and a sensor that comes back under another number cost
 * one more attempt at the load that they met; what was measured before stays.
 */
export class BoardSession {
  private readonly connection: BoardConnection;
  private state!: BoardState;
  private rails: readonly SensorRail[] = [];
  private notebook!: Notebook;
  private readonly intervals: number[] = [];
  private readonly overheads: number[] = [];

  constructor(
    private readonly store: MeasurementStore,
    private readonly options: SessionOptions,
    private readonly listener: SessionListener,
    private readonly signal: AbortSignal,
  ) {
    this.connection = new BoardConnection(options);
  }

  /**
   * Measures all tasks, or until the signal comes.
   * @returns what was measured, as it is on disk; its state and reason say whether that is all.
   * @throws Error with one sentence when the board cannot be reached or has nothing to measure with; nothing is kept then.
   */
  async run(): Promise<MeasurementFile> {
    const { board, address, workload, tasks, network, externalMeter } = this.options;
    this.listener.onProgress({ done: 0, total: tasks.length, text: `Connecting to ${board}` });
    this.state = await discoverBoard(this.connection, this.options.root, this.signal, this.options.rails).catch((error: unknown) => {
      throw error instanceof LinkDropped ? new Error(`The link to ${board} dropped at once: check it with “ssh ${address}”.`) : error;
    });
    if (this.signal.aborted) throw new Error('Cancelled before anything was measured.');
    if (!externalMeter) this.rails = this.ownRails();
    this.notebook = Notebook.open(this.store, {
      title: `${network?.name ?? 'layers'} on ${board}`,
      ...(network && { network }),
      origin: {
        kind: 'board',
        board,
        address,
        ...(this.state.hardware && { hardware: this.state.hardware }),
        ...(this.state.kernel && { kernel: this.state.kernel }),
        bootIds: [this.state.bootId],
        workload,
      },
    });
    try {
      for (const [done, task] of tasks.entries()) {
        if (this.signal.aborted) break;
        this.listener.onProgress({ done, total: tasks.length, text: `${task.layer.name} ${task.phase} ${task.precision}` });
        await this.measure(task);
      }
    } catch (error) {
      this.describeMeter();
      return this.notebook.finish(error instanceof Error ? error.message : String(error));
    }
    this.describeMeter();
    const measured = this.notebook.file.rows.length;
    const cancelled = this.signal.aborted && measured < tasks.length;
    return this.notebook.finish(cancelled ? `Cancelled after ${measured} of ${tasks.length}.` : undefined);
  }

  private ownRails(): readonly SensorRail[] {
    const { rails } = this.state;
    if (isUnavailable(rails)) {
      throw new Error(
        `Energy of ${this.options.board} is unavailable, because ${rails.unavailable}; an external meter’s file or stream can be given with --meter.`,
      );
    }
    return countedRails(this.state);
  }

  private async measure(task: LoadTask): Promise<void> {
    const executions = await this.executionsOf(task);
    if (typeof executions !== 'number') {
      this.add(unavailableRow(task, executions.unavailable));
      return;
    }
    let trouble = '';
    for (let attempt = 1; attempt <= attempts && !this.signal.aborted; attempt++) {
      const record = await this.tryOnce(task, executions).catch(async (error: unknown) => {
        if (!(error instanceof LinkDropped || error instanceof BoardUnreachable)) throw error;
        trouble = `the link to ${this.options.board} dropped`;
        this.notebook.note(`The link dropped while ${nameOf(task)} was measured; it is measured again.`);
        await this.reconnect();
        return undefined;
      });
      if (this.signal.aborted) return;
      if (!record) continue;
      trouble = await this.troubleOf(record, task);
      if (trouble === '') {
        this.keep(task, record, executions);
        return;
      }
    }
    if (!this.signal.aborted) this.add(unavailableRow(task, `It could not be measured in ${attempts} attempts: ${trouble}.`));
  }

  /** Executions for each run of a task's workload: as asked for, or as many as make it as long as it should be. */
  private executionsOf(task: LoadTask): Promise<number | Unavailable> {
    const { executions, windowSeconds } = this.options;
    if (windowSeconds === 0) return Promise.resolve(executions);
    return raiseExecutions(executions, windowSeconds, async (raised) => {
      if (this.signal.aborted) return undefined;
      const record = await this.tryOnce(task, raised, { repeats: 1, idleSeconds: 0 }).catch(() => undefined);
      const load = record && !workloadFailure(record) ? loadWindows(record)[0] : undefined;
      return load && load.end - load.begin;
    });
  }

  private tryOnce(
    task: LoadTask,
    executions: number,
    other: Partial<Pick<SessionOptions, 'repeats' | 'idleSeconds'>> = {},
  ): Promise<BoardRecord> {
    const { root, workload, batchSize, repeats, idleSeconds, intervalSeconds } = { ...this.options, ...other };
    const how = { batchSize, executions };
    const script = loadScript({
      root,
      command: workloadCommand(workload, task, how),
      layerJson: loadJson(task, how),
      repeats,
      idleSeconds,
      intervalSeconds,
      files: this.rails.flatMap(({ files }) => files),
    });
    return this.connection.run(script, this.signal);
  }

  /** What makes a load's record useless, so that it is measured again; empty when nothing does. */
  private async troubleOf(record: BoardRecord, task: LoadTask): Promise<string> {
    if (record.bootId !== this.state.bootId || record.jumpedBack) {
      await this.reconnect();
      return `${this.options.board} started anew`;
    }
    const vanished = vanishedRail(record, this.rails);
    if (vanished === undefined) return '';
    this.notebook.note(`The sensor of ${vanished} stopped answering while ${nameOf(task)} was measured; it is looked for again.`);
    await this.reconnect();
    return `the sensor of ${vanished} stopped answering`;
  }

  /** Waits until the board is there again, and looks at it anew: after a start, sensors have other numbers. */
  private async reconnect(): Promise<void> {
    const { board, root, rails, reconnectSeconds } = this.options;
    const until = Date.now() + reconnectSeconds * 1000;
    for (let seconds = 0.5; !this.signal.aborted; seconds = Math.min(2 * seconds, longestPauseSeconds)) {
      try {
        const found = await discoverBoard(this.connection, root, this.signal, rails);
        if (!this.signal.aborted) this.accept(found);
        return;
      } catch (error) {
        if (!(error instanceof LinkDropped || error instanceof BoardUnreachable)) throw error;
        if (Date.now() + seconds * 1000 > until) throw new Error(`${board} went away and did not come back: ${error.message}`);
        await pause(seconds * 1000, undefined, { signal: this.signal }).catch(() => {});
      }
    }
  }

  /** @throws Error when a rail is gone for good: sums without it could not be compared with those before. */
  private accept(found: BoardState): void {
    if (found.bootId !== this.state.bootId) {
      this.notebook.note(`${this.options.board} has started anew.`);
      const { origin } = this.notebook.file;
      if (origin.kind === 'board') this.notebook.changeOrigin({ bootIds: [...origin.bootIds, found.bootId] });
    }
    this.state = found;
    if (this.options.externalMeter) return;
    const present = countedRails(found);
    const lost = this.rails.find(({ name }) => !present.some((rail) => rail.name === name));
    if (lost)
      throw new Error(`The sensor of ${lost.name} is gone from ${this.options.board}: check its driver and wiring, then measure the rest.`);
    this.rails = present;
  }

  private keep(task: LoadTask, record: BoardRecord, executions: number): void {
    const { row, windows } = rowOfLoad(task, record, this.rails, { ...this.options, executions });
    this.noteSampling(record);
    this.add(row, windows);
  }

  private add(row: MeasurementRow, windows?: readonly Omit<MarkedWindow, 'row'>[]): void {
    this.notebook.add(row, windows);
    // With an external meter the figure is still to come.
    if (!windows) this.listener.onRow?.(row);
  }

  private noteSampling({ readings, samplerSeconds }: BoardRecord): void {
    const times = readings.map(({ time }) => time);
    if (times.length < 2) return;
    this.intervals.push(median(times.slice(1).map((time, index) => time - times[index]!)));
    if (samplerSeconds !== undefined) this.overheads.push(samplerSeconds / (times.at(-1)! - times[0]!));
  }

  private describeMeter(): void {
    if (this.options.externalMeter || isUnavailable(this.state.rails)) return;
    this.notebook.changeOrigin({
      meter: {
        rails: (this.state.rails as readonly SensorRail[]).map(({ files: _files, reading: _reading, ...rail }) => rail),
        ...(this.intervals.length > 0 && { intervalSeconds: median(this.intervals) }),
        ...(this.overheads.length > 0 && { overheadShare: median(this.overheads) }),
      },
    });
  }
}

const nameOf = ({ layer, phase, precision }: LoadTask) => `${layer.name} ${phase} ${precision}`;
