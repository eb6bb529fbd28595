import { type FileHandle, open } from 'node:fs/promises';

const blockBytes = 256 * 1024;
const newline = 0x0a;

/** Reads the complete lines of a growing file, block by block, never the whole file and never a line that is still being written. */
export class LineTail {
  private handle?: FileHandle;
  private position = 0;
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly path: string) {}

  /** The next complete lines; none when the present end is reached or the file does not exist yet. */
  async next(): Promise<string[]> {
    this.handle ??= await open(this.path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!this.handle) return [];
    for (;;) {
      const block = Buffer.allocUnsafe(blockBytes);
      const { bytesRead } = await this.handle.read(block, 0, blockBytes, this.position);
      if (bytesRead === 0) return this.forgetCutLine();
      this.position += bytesRead;
      const bytes = Buffer.concat([this.rest, block.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(newline) + 1;
      this.rest = bytes.subarray(end);
      if (end > 0) return bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
    }
  }

  async close(): Promise<void> {
    await this.handle?.close();
  }

  /** At the end of the file a line without its end may be cut off by the writer after a crash: it is read again, from its beginning. */
  private forgetCutLine(): string[] {
    this.position -= this.rest.length;
    this.rest = Buffer.alloc(0);
    return [];
  }
}
