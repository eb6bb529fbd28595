import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const pollMs = 1500;

/**
 * Tells when files of a folder came, changed or went; the folder itself may come and go. It looks and is not told: folders on networks and in
 * some containers report no changes, and what reports them here is the editor's own watcher, of which this is the net.
 */
export class FolderWatch {
  private last: string;
  private readonly poll: ReturnType<typeof setInterval>;

  constructor(directory: string, onChange: () => void) {
    this.last = stampOf(directory);
    this.poll = setInterval(() => {
      const stamp = stampOf(directory);
      if (stamp === this.last) return;
      this.last = stamp;
      onChange();
    }, pollMs);
  }

  dispose(): void {
    clearInterval(this.poll);
  }
}

function stampOf(directory: string): string {
  try {
    const stamps = readdirSync(directory).map((name) => {
      const stats = statSync(join(directory, name), { throwIfNoEntry: false });
      return `${name}:${stats?.mtimeMs}:${stats?.size}`;
    });
    return stamps.sort().join('\n');
  } catch {
    return '';
  }
}
