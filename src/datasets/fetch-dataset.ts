import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from './data-error';
import { type DatasetName, type DatasetSource, datasetSources, type SourceFile } from './dataset-sources';
import { download, md5Of } from './download';
import { unpackTar } from './unpack-tar';

export interface FetchOptions {
  /** Address of a mirror's folder that has the same files. */
  readonly baseUrl?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The file at hand, its bytes so far and, where known, in all. */
  readonly onProgress?: ((file: string, received: number, total: number | undefined) => void) | undefined;
}

/**
 * Downloads a known data set into a folder that `loadDataset` then reads. What is there and whole is kept, so that a second call goes on
 * where the first stopped; files that a person put there by hand are verified and used.
 * @throws DataError with one sentence: address, reason, and how to bring the file by hand.
 */
export function fetchDataset(name: DatasetName, directory: string, options: FetchOptions = {}): Promise<void> {
  return fetchFrom(datasetSources[name], directory, options);
}

/** The same from any source. */
export async function fetchFrom(source: DatasetSource, directory: string, { baseUrl, signal, onProgress }: FetchOptions): Promise<void> {
  const folderAddress = (baseUrl ?? source.address).replace(/\/*$/, '/');
  for (const file of source.files) {
    if (isUnpacked(file, directory)) continue;
    const path = join(directory, file.name);
    if (existsSync(path)) await verify(path, file);
    else {
      const progress = onProgress && ((received: number, total: number | undefined) => onProgress(file.name, received, total));
      await download({ address: `${folderAddress}${file.name}`, path, md5: file.md5, signal, onProgress: progress });
    }
    if (!file.unpacked) continue;
    await unpackTar(path, file.unpacked.files, join(directory, file.unpacked.folder));
    await rm(path);
  }
}

/** Files appear in the folder only when the whole archive was verified and unpacked. */
function isUnpacked({ unpacked }: SourceFile, directory: string): boolean {
  return unpacked?.files.every((file) => existsSync(join(directory, unpacked.folder, file))) ?? false;
}

async function verify(path: string, { md5 }: SourceFile): Promise<void> {
  const found = await md5Of(path);
  if (found === md5) return;
  throw new DataError(
    `The file ${path} is not the published one (its MD5 is ${found} instead of ${md5}): delete it and run the command again.`,
  );
}
