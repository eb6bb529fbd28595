import { constants, createReadStream, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Rail } from '../../protocol/measurements';
import { type CsvRow, readCsv } from '../import/csv';
import { machineSeconds } from '../machine-clock';
import type { PowerSample } from '../power-sample';
import type { Meter, SamplingOptions } from './meter';
import { meterColumns, samplesOfRow } from './meter-columns';

/**
 * An external meter that writes lines while it measures: a named pipe, a serial device, or standard input. The first line names the columns;
 * readings without a time of their own have that of their arrival. Lines that cannot be read are passed over, and counted.
 */
export class StreamMeter implements Meter {
  readonly kind = 'stream';
  readonly rails: readonly Rail[];
  readonly overheadSeconds = 0;
  clock: 'machine' | 'own' = 'machine';
  unreadable = 0;

  /** @param source path of a pipe or device, or the stream itself. */
  constructor(private readonly source: string | Readable) {
    this.rails = [{ name: typeof source === 'string' ? source : 'standard input', kind: 'stream', resolutionW: 0, counted: true }];
  }

  async *samples({ signal }: Pick<SamplingOptions, 'signal'>): AsyncIterable<PowerSample> {
    const input = typeof this.source === 'string' ? opened(this.source) : this.source;
    const lines = createInterface({ input });
    const end = () => {
      lines.close();
      input.destroy();
    };
    signal.addEventListener('abort', end, { once: true });
    let head: string | undefined;
    try {
      for await (const line of lines) {
        if (line.trim() === '' || line.startsWith('#')) continue;
        if (head === undefined) {
          head = line;
          if (meterColumns(readCsv(head).columns).time !== undefined) this.clock = 'own';
        } else yield* this.read(head, line);
      }
    } finally {
      signal.removeEventListener('abort', end);
      end();
    }
  }

  private read(head: string, line: string): PowerSample[] {
    try {
      const { columns, rows } = readCsv(`${head}\n${line}`);
      return samplesOfRow(rows[0] as CsvRow, meterColumns(columns), machineSeconds());
    } catch {
      this.unreadable += 1;
      return [];
    }
  }
}

/** A pipe that nobody writes to must keep no thread waiting, or the process could not end: it is opened for both ways, and read by events. */
function opened(path: string): Readable {
  if (!statSync(path).isFIFO()) return createReadStream(path);
  return new Socket({ fd: openSync(path, constants.O_RDWR | constants.O_NONBLOCK), readable: true, writable: false });
}
