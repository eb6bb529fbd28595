import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFailureInWords } from '../platform/write-failure';

/**
 * Writes a folder of files as one: it is there whole or not at all, also after a power cut. A folder of that name is replaced.
 * @throws Error with one sentence when it cannot be written; nothing half-written is left then.
 */
export async function writeFolderAtomically(directory: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const partial = `${directory}.partial`;
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    for (const [name, data] of Object.entries(files)) await writeDurably(join(partial, name), data);
    await flush(partial);
    await rm(directory, { recursive: true, force: true });
    await rename(partial, directory);
    await flush(dirname(directory));
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw writeFailureInWords(dirname(directory), error);
  }
}

async function writeDurably(path: string, data: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function flush(directory: string): Promise<void> {
  // Windows cannot open folders; renames are durable there without it.
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
