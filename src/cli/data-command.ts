import { resolve } from 'node:path';
import { type DatasetName, datasetSources } from '../datasets/dataset-sources';
import { fetchDataset } from '../datasets/fetch-dataset';

export interface FetchDataOptions {
  readonly to?: string;
  readonly from?: string;
}

const megabyte = 1_000_000;

/**
 * `e2train data fetch`: downloads a data set; Ctrl-C pauses it.
 * @throws Error with one sentence when it cannot be had from the network or written.
 */
export async function fetchData(name: DatasetName, { to, from }: FetchDataOptions): Promise<void> {
  const directory = resolve(to ?? name);
  const pause = new AbortController();
  const onInterrupt = () => pause.abort(new Error('Paused: run the same command to go on.'));
  process.once('SIGINT', onInterrupt);
  const progress = new DownloadProgress(process.stderr);
  try {
    await fetchDataset(name, directory, {
      baseUrl: from,
      signal: pause.signal,
      onProgress: (file, received, total) => progress.show(file, received, total),
    });
  } finally {
    process.off('SIGINT', onInterrupt);
    progress.end();
  }
  console.log(`${datasetSources[name].title} is in ${directory}, verified; train on it with --data ${directory}`);
}

/** One line that renews itself on a terminal, one line per file elsewhere. */
class DownloadProgress {
  private file?: string;
  private shownPercent?: number;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show(file: string, received: number, total: number | undefined): void {
    const percent = total === undefined ? undefined : Math.floor((100 * received) / total);
    const isNew = file !== this.file;
    if (!isNew && percent === this.shownPercent) return;
    this.file = file;
    this.shownPercent = percent;
    const size = total === undefined ? '' : ` of ${(total / megabyte).toFixed(1)} MB`;
    if (this.stream.isTTY) this.stream.write(`\r\u001b[2K${file} ${(received / megabyte).toFixed(1)} MB${size}`);
    else if (isNew) this.stream.write(`Downloading ${file}${size}\n`);
  }

  end(): void {
    if (this.stream.isTTY && this.file !== undefined) this.stream.write('\n');
  }
}
