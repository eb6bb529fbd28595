import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFailureInWords } from '../platform/write-failure';
import { DataError } from './data-error';

export interface Download {
  readonly address: string;
  /** Where the whole, verified file goes; until then it grows beside it as `.part`. */
  readonly path: string;
  readonly md5: string;
  readonly signal?: AbortSignal | undefined;
  /** Bytes so far and, where the server says, in all. */
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
  /** A connection that brings nothing for so long is given up. */
  readonly silenceMs?: number;
}

/** A connection that was cut is opened again as long as it brought something, and this often when it did not. */
const fruitlessAttempts = 2;
const usualSilenceMs = 30_000;

/** The server answered, and trying again would bring the same answer. */
class Refusal extends Error {}

/**
 * Downloads a file; goes on where an earlier, interrupted download stopped, if the server can.
 * @throws DataError with the address and what to do, also how to bring the file by hand.
 */
export async function download(task: Download): Promise<void> {
  const partial = `${task.path}.part`;
  await mkdir(dirname(task.path), { recursive: true }).catch((error) => {
    throw writeFailureInWords(dirname(task.path), error);
  });
  for (let fruitless = 0; ; ) {
    const before = sizeOf(partial);
    try {
      await receive(task, partial);
      break;
    } catch (error) {
      task.signal?.throwIfAborted();
      if (isFileFailure(error)) throw writeFailureInWords(dirname(task.path), error);
      fruitless = sizeOf(partial) > before ? 0 : fruitless + 1;
      if (error instanceof Refusal || fruitless >= fruitlessAttempts) throw unreachable(task, error);
    }
  }
  const md5 = await md5Of(partial);
  if (md5 !== task.md5) {
    await rm(partial, { force: true });
    throw new DataError(
      `The file from ${task.address} is not the published one (its MD5 is ${md5} instead of ${task.md5}) and was deleted: try again, or take it from another place.`,
    );
  }
  await rename(partial, task.path);
}

export async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** One connection, from what is already there to the end. */
async function receive({ address, signal, onProgress, silenceMs = usualSilenceMs }: Download, partial: string): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  const watchful = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
  try {
    const offset = sizeOf(partial);
    const response = await fetch(address, { headers: offset > 0 ? { Range: `bytes=${offset}-` } : {}, signal: watchful });
    // There is nothing after what we have: either it is all, which the checksum tells, or it is too much.
    if (response.status === 416) return;
    if (!response.ok || !response.body) throw new Refusal(`the server answered ${response.status} ${response.statusText}`.trim());
    const resumed = response.status === 206;
    let received = resumed ? offset : 0;
    const length = Number(response.headers.get('content-length'));
    const total = length > 0 ? received + length : undefined;
    const file = await open(partial, resumed ? 'a' : 'w');
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), silenceMs);
        await file.appendFile(chunk);
        received += chunk.length;
        onProgress?.(received, total);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    if (total !== undefined && received < total) throw new Error('the connection was cut');
  } catch (error) {
    throw silence.signal.aborted ? new Error(`the server sent nothing for ${silenceMs / 1000} s`) : error;
  } finally {
    clearTimeout(timer);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Failures of the disk carry the system call; those of the network come from fetch without one. */
function isFileFailure(error: unknown): boolean {
  return ['open', 'write', 'fsync', 'close'].includes((error as NodeJS.ErrnoException).syscall ?? '');
}

function unreachable({ address, path }: Download, error: unknown): DataError {
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
  const reason = cause?.code ?? cause?.message ?? (error as Error).message;
  return new DataError(
    `${address} cannot be downloaded (${reason}). Run the command again to go on where it stopped; without a network, bring that file by hand and put it at ${path}.`,
    { cause: error },
  );
}
