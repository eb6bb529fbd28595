import type { MarkedWindow, MeasurementFile, MeasurementRow } from '../../protocol/measurements';
import type { MeasurementStore } from '../measurement-store';

/** A measurement while it is made: each figure is on disk as soon as it is known, so that what breaks the session takes nothing with it. */
export class Notebook {
  private constructor(
    private readonly store: MeasurementStore,
    private present: MeasurementFile,
  ) {}

  /** @throws Error with one sentence when the folder cannot be written. */
  static open(
    store: MeasurementStore,
    content: Omit<MeasurementFile, 'format' | 'id' | 'created' | 'state' | 'rows' | 'events'>,
  ): Notebook {
    return new Notebook(store, store.create({ ...content, state: 'running', rows: [], events: [] }));
  }

  get file(): MeasurementFile {
    return this.present;
  }

  /** @returns the row's place. */
  add(row: MeasurementRow, windows: readonly Omit<MarkedWindow, 'row'>[] = []): number {
    const place = this.present.rows.length;
    const marked = windows.map((window) => ({ ...window, row: place }));
    this.write({
      rows: [...this.present.rows, row],
      ...(marked.length > 0 && { windows: [...(this.present.windows ?? []), ...marked] }),
    });
    return place;
  }

  /** Something that happened on the way. */
  note(text: string): void {
    this.write({ events: [...this.present.events, { at: new Date().toISOString(), text }] });
  }

  change(change: Partial<MeasurementFile>): void {
    this.write(change);
  }

  /** Notes what is known of the board and its meter. */
  changeOrigin(change: Partial<Extract<MeasurementFile['origin'], { kind: 'board' }>>): void {
    const { origin } = this.present;
    if (origin.kind === 'board') this.write({ origin: { ...origin, ...change } });
  }

  /** @param reason why it is partial; absent when all was measured. */
  finish(reason?: string): MeasurementFile {
    this.write({
      state: reason === undefined ? 'complete' : 'partial',
      ...(reason !== undefined && { reason }),
      ended: new Date().toISOString(),
    });
    return this.present;
  }

  private write(change: Partial<MeasurementFile>): void {
    this.present = { ...this.present, ...change };
    this.store.write(this.present);
  }
}
