import { randomUUID } from 'node:crypto';
import { findBoard, readBoards } from '../measurement/board/boards-file';
import { measureModel } from '../measurement/measure-model';
import { MeasurementStore } from '../measurement/measurement-store';
import { buildBuiltinNetwork } from '../network/builtin-networks';
import type { LayerGraph } from '../protocol/layer-graph';
import type { MeasurementFile } from '../protocol/measurements';
import type { Measuring } from '../protocol/measuring';
import type { NotificationParameters } from '../protocol/messages';
import { FolderWatch } from './folder-watch';
import type { Log } from './log';
import { refuse, sentenceInstead } from './rpc-server';

export interface MeasuringListener {
  onProgress(progress: NotificationParameters<'measurements/progress'>): void;
  onRow(row: NotificationParameters<'measurements/row'>): void;
  onEnded(ending: NotificationParameters<'measurements/ended'>): void;
  /** Files came, changed or went, by whomever. */
  onFilesChanged(): void;
}

/** The measurements of a workspace, and the one session at a board that may run: two would measure each other. */
export class MeasuringManager {
  private readonly store: MeasurementStore;
  private readonly watch: FolderWatch;
  private session?: { readonly id: string; readonly cancel: AbortController; readonly ended: Promise<void> };

  constructor(
    private readonly workspace: string,
    private readonly listener: MeasuringListener,
    private readonly log: Log,
  ) {
    this.store = new MeasurementStore(workspace);
    this.watch = new FolderWatch(this.store.directory, () => this.listener.onFilesChanged());
  }

  list(): MeasurementFile[] {
    return this.store.list((sentence) => this.log('warn', sentence));
  }

  /** Boards that the workspace names. */
  boards(): { name: string; address: string; workload?: string }[] {
    return sentenceInstead(() =>
      [...readBoards(this.workspace)].map(([name, { address, workload }]) => ({ name, address, ...(workload && { workload }) })),
    );
  }

  /**
   * Starts a session and gives its id; how it goes is told by notifications.
   * @param graph the layer graph of a file's model.
   * @throws RpcError with one sentence when one runs already, or what is asked for cannot be measured.
   */
  start(measuring: Measuring, graph: LayerGraph | undefined): string {
    if (this.session) throw refuse('A measurement is running already: cancel it, or wait until it has ended.');
    if (measuring.meter === '-') throw refuse('The editor has no standard input: give the path of the meter’s file or pipe.');
    const { model } = measuring;
    const network = graph ?? (model.kind === 'builtin' ? buildBuiltinNetwork(model.name, [32, 32, 3], 10) : undefined);
    if (!network) throw refuse('There is no model to measure.');
    const id = randomUUID();
    const cancel = new AbortController();
    const start = () =>
      measureModel(
        this.store,
        measuring,
        network,
        sentenceInstead(() => findBoard(this.workspace, measuring.board)),
        {
          listener: {
            onProgress: (progress) => this.listener.onProgress({ sessionId: id, ...progress }),
            onRow: (row) => this.listener.onRow({ sessionId: id, row }),
          },
          signal: cancel.signal,
          sshConfiguration: process.env.E2TRAIN_SSH_CONFIG,
        },
      );
    this.session = { id, cancel, ended: this.follow(id, start) };
    return id;
  }

  cancel(sessionId: string): void {
    if (this.session?.id !== sessionId) throw refuse('This measurement is not running any more.');
    this.session.cancel.abort();
  }

  /** Cancels what runs, and resolves when it has ended; what was measured is kept. */
  async close(): Promise<void> {
    this.watch.dispose();
    this.session?.cancel.abort();
    await this.session?.ended;
  }

  private async follow(sessionId: string, start: () => Promise<MeasurementFile>): Promise<void> {
    // The answer with the session's id goes out before anything is told of it.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      const { id, state, reason } = await start();
      this.session = undefined;
      this.listener.onEnded({
        sessionId,
        measurementId: id,
        state: state === 'complete' ? 'complete' : 'partial',
        ...(reason && { reason }),
      });
    } catch (error) {
      this.session = undefined;
      this.listener.onEnded({ sessionId, state: 'failed', reason: error instanceof Error ? error.message : String(error) });
    }
  }
}
