import { maximumMessageBytes, type NotificationParameters } from '../protocol/messages';
import { RecordReader } from './record-reader';
import { thinRecords } from './thinning';

/** The connection as a stream sees it. */
export interface Outlet {
  /** Bytes that were sent and that the other side has not taken yet. */
  readonly bufferedBytes: number;
  send(parameters: NotificationParameters<'runs/records'>): void;
}

/** New records wait this long for company, so a fast run costs few messages. */
export const batchMs = 50;
/** With more than this waiting for a reader nothing more is sent until it took some. */
const waitingBytes = 1024 * 1024;
/** A reader that has not done so for this long is slow. Shorter pauses are usual while a long history is sent. */
const slowMs = 1000;
const recordsPerMessage = 500;
const charactersPerMessage = maximumMessageBytes / 16;
/** Chart points that a slow reader gets of what it missed. */
const pointsWhenThinned = 500;

/**
 * One subscription: what of a run's record one reader has had. It holds a place in the file and no records, so a slow reader costs
 * nothing; when it takes messages again it gets what it missed, thinned.
 */
export class RecordStream {
  private readonly reader: RecordReader;
  private timer?: ReturnType<typeof setTimeout>;
  private pumping = false;
  private grown = false;
  private closed = false;
  private stride = 1;
  private waitingSince?: number;

  /**
   * @param after the last record that the reader has.
   * @param lastSequence the run's last record at any time; may lag behind the file.
   */
  constructor(
    private readonly runId: string,
    directory: string,
    after: number,
    private readonly lastSequence: () => number,
    private readonly outlet: Outlet,
    private readonly onError: (error: unknown) => void,
  ) {
    this.reader = new RecordReader(directory, after);
    this.schedule(0);
  }

  /** The run's record has grown. */
  notify(): void {
    this.grown = true;
    this.schedule(batchMs);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    if (!this.pumping) void this.reader.close();
  }

  private schedule(milliseconds: number): void {
    if (this.closed || this.pumping || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.pump();
    }, milliseconds);
  }

  private async pump(): Promise<void> {
    this.pumping = true;
    let next: number | undefined;
    try {
      next = await this.sendSome();
    } catch (error) {
      this.onError(error);
    } finally {
      this.pumping = false;
    }
    if (this.closed) void this.reader.close();
    else if (next !== undefined) this.schedule(next);
    else if (this.grown) this.schedule(batchMs);
  }

  /** Sends one message's worth; gives the milliseconds until more should be sent, undefined when the reader is up to date. */
  private async sendSome(): Promise<number | undefined> {
    if (this.outlet.bufferedBytes > waitingBytes) {
      this.waitingSince ??= Date.now();
      if (Date.now() - this.waitingSince > slowMs) this.thinWhatWasMissed();
      return batchMs;
    }
    this.waitingSince = undefined;
    this.grown = false;
    const all = await this.reader.next(recordsPerMessage, charactersPerMessage);
    if (all.length === 0) return undefined;
    const records = thinRecords(all, this.stride);
    // What comes after is not missed: a reader that has caught up gets all of it, also where it is written before the next look.
    if (this.reader.sequence >= this.lastSequence()) this.stride = 1;
    if (!this.closed) this.outlet.send({ runId: this.runId, records, thinned: records.length < all.length });
    return 0;
  }

  private thinWhatWasMissed(): void {
    const missed = this.lastSequence() - this.reader.sequence;
    this.stride = Math.max(this.stride, Math.ceil(missed / pointsWhenThinned));
  }
}
